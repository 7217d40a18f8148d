//! The codes that a shop refuses with, and what a person can do about each.

use std::fmt;

/// How a code is answered: the rows of the handling table (`docs`: the shop's own list of codes
/// grows every quarter, so that each new one has to fall into some row).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Row {
    /// The outcome is unknown or the shop is busy: the same text with the same key, later.
    Again,
    /// Known not to have been applied under this key.
    FreshKey,
    /// One line is wrong.
    Line,
    /// The compare value of a line is old.
    Stale,
    /// Too much in one call.
    Halve,
    /// Something is set up wrongly, or a fault of ours.
    Park,
    /// Nothing works until a person acts.
    Stop(Stop),
}

/// Why nothing more can be sent to a shop until a person acts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stop {
    /// The token or a scope of it is no longer good (401, 403, `ACCESS_DENIED`).
    Reconnect,
    /// The shop is frozen or closed for want of payment (402, `SHOP_INACTIVE`).
    Frozen,
    /// The shop is locked (423).
    Locked,
    /// There is no such shop, or no such API version (404).
    NotFound,
    /// The address answers with another address.
    Moved,
    /// Another version of the API answered than was asked for. [`crate::judge::judge`] never says
    /// so, since the call itself may have been applied: see [`crate::reply::Reply::other_version`].
    WrongVersion,
}

macro_rules! codes {
    ($($text:literal $name:ident $row:expr, $remedy:literal;)*) => {
        /// A code of a refusal: one of the shop's, of HTTP, or of ours where no answer came.
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`")] $name,)*
            /// `HTTP_…`: an answer without anything else to go by.
            Http(u16),
            /// The shop gave no code.
            None,
            /// A code that this program doesn't know yet.
            Other(String),
        }

        impl Code {
            /// The code for a text; every text has one.
            pub fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$name,)*
                    "" => Self::None,
                    other => Self::parse_http(other),
                }
            }

            const fn known(&self) -> Option<(&'static str, Row, &'static str)> {
                match self {
                    $(Self::$name => Some(($text, $row, $remedy)),)*
                    Self::Http(_) | Self::None | Self::Other(_) => None,
                }
            }

            #[cfg(test)]
            pub(crate) const KNOWN: &[Self] = &[$(Self::$name),*];
        }
    };
}

codes! {
    // Lines.
    "INVALID_INVENTORY_ITEM" InvalidInventoryItem Row::Line,
        "The shop no longer has this item. Match the product again, then retry.";
    "INVALID_LOCATION" InvalidLocation Row::Line,
        "The shop's location is gone, deactivated, or doesn't stock this item. Activate it or map another, then retry.";
    "NON_MUTABLE_INVENTORY_ITEM" NonMutableInventoryItem Row::Line,
        "The shop counts this item itself: it is a bundle or belongs to a fulfilment service. Skip it.";
    "INVALID_QUANTITY_TOO_LOW" InvalidQuantityTooLow Row::Line,
        "The quantity would fall below what the shop can hold. Compare both sides, then skip or correct it.";
    "INVALID_QUANTITY_TOO_HIGH" InvalidQuantityTooHigh Row::Line,
        "The quantity would rise above what the shop can hold. Compare both sides, then skip or correct it.";
    "INVALID_QUANTITY_NEGATIVE" InvalidQuantityNegative Row::Line,
        "The shop takes no negative quantity here. Compare both sides, then skip or correct it.";
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR" NoDuplicatePair Row::Line,
        "Two lines name the same item and location. Retry; if it comes back, report it as a fault of Onhand.";
    "DIFFERENT_LOCATIONS" DifferentLocations Row::Line,
        "A move may not cross locations. Report it as a fault of Onhand.";
    "SAME_QUANTITY_NAME" SameQuantityName Row::Line,
        "A move has to change the state of the stock. Report it as a fault of Onhand.";
    // Old compare values.
    "CHANGE_FROM_QUANTITY_STALE" ChangeFromQuantityStale Row::Stale,
        "The shop's quantity changed in between. Onhand reads it again; if this stays, look who else changes it.";
    "COMPARE_QUANTITY_STALE" CompareQuantityStale Row::Stale,
        "The shop's quantity changed in between. Onhand reads it again; if this stays, look who else changes it.";
    // Keys.
    "IDEMPOTENCY_CONCURRENT_REQUEST" IdempotencyConcurrentRequest Row::Again,
        "The shop is still working on the same change. Nothing needs to be done.";
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" IdempotencyPreviousAttemptFailed Row::FreshKey,
        "The first try is known to have changed nothing; it is sent under a new key. Nothing needs to be done.";
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" IdempotencyKeyParameterMismatch Row::Park,
        "The shop knows this key with other content. Compare both sides before anything is sent again, and report it as a fault of Onhand.";
    // The shop has trouble of its own.
    "SERVICE_UNAVAILABLE" ServiceUnavailable Row::Again,
        "The shop can't answer now. Onhand tries again by itself.";
    "ADJUST_QUANTITIES_FAILED" AdjustQuantitiesFailed Row::Again,
        "The shop failed to write the change. Onhand tries again by itself.";
    "MOVE_QUANTITIES_FAILED" MoveQuantitiesFailed Row::Again,
        "The shop failed to write the change. Onhand tries again by itself.";
    "INTERNAL_SERVER_ERROR" InternalServerError Row::Again,
        "The shop has an internal error. Onhand tries again by itself.";
    "THROTTLED" Throttled Row::Again,
        "The shop takes no more for the moment. Onhand waits as long as it asks for.";
    // Set up wrongly, or our fault.
    "INVALID_REASON" InvalidReason Row::Park,
        "The shop doesn't take the reason that was sent. Correct the mapping of reasons, then retry.";
    "INVALID_NAME" InvalidName Row::Park,
        "The shop has no such state of stock. Report it as a fault of Onhand.";
    "INVALID_QUANTITY_NAME" InvalidQuantityName Row::Park,
        "The shop has no such state of stock. Report it as a fault of Onhand.";
    "INVALID_REFERENCE_DOCUMENT" InvalidReferenceDocument Row::Park,
        "The shop doesn't take the reference to the document. Report it as a fault of Onhand.";
    "INVALID_LEDGER_DOCUMENT" InvalidLedgerDocument Row::Park,
        "The shop doesn't take the document that holds the units. Report it as a fault of Onhand.";
    "INVALID_AVAILABLE_DOCUMENT" InvalidAvailableDocument Row::Park,
        "Sellable units may not name a document. Report it as a fault of Onhand.";
    "INVALID_QUANTITY_DOCUMENT" InvalidQuantityDocument Row::Park,
        "Units that can't be sold have to name a document. Report it as a fault of Onhand.";
    "INTERNAL_LEDGER_DOCUMENT" InternalLedgerDocument Row::Park,
        "The document belongs to the shop itself. Report it as a fault of Onhand.";
    "MAX_ONE_LEDGER_DOCUMENT" MaxOneLedgerDocument Row::Park,
        "One change may name one document only. Report it as a fault of Onhand.";
    "MAXIMUM_LEDGER_DOCUMENT_URIS" MaximumLedgerDocumentUris Row::Park,
        "One move may name two documents only. Report it as a fault of Onhand.";
    "COMPARE_QUANTITY_REQUIRED" CompareQuantityRequired Row::Park,
        "The shop wants the quantity that it had before. Report it as a fault of Onhand.";
    "BAD_REQUEST" BadRequest Row::Park,
        "The shop doesn't understand the request. Report it as a fault of Onhand.";
    "INVALID_FIELD_ARGUMENTS" InvalidFieldArguments Row::Park,
        "The shop misses something in the request. Report it as a fault of Onhand.";
    "INVALID_VARIABLE" InvalidVariable Row::Park,
        "The shop doesn't understand the request. Report it as a fault of Onhand.";
    // Too much at once.
    "MAX_INPUT_SIZE_EXCEEDED" MaxInputSizeExceeded Row::Halve,
        "Too many lines in one call. Onhand sends them in halves.";
    "MAX_COST_EXCEEDED" MaxCostExceeded Row::Halve,
        "The call is too expensive for the shop. Onhand sends it in halves.";
    // Nothing works any more.
    "ACCESS_DENIED" AccessDenied Row::Stop(Stop::Reconnect),
        "The shop denies access. Connect it again with the scopes that Onhand names.";
    "SHOP_INACTIVE" ShopInactive Row::Stop(Stop::Frozen),
        "The shop is not active. Once it is open again, start the channel.";
    // No answer, or none that says anything: ours, not the shop's.
    "NOT_REACHED" NotReached Row::Again,
        "The shop can't be reached. Check the network; Onhand tries again by itself.";
    "NO_ANSWER" NoAnswer Row::Again,
        "The shop gave no answer, so the change may or may not have been made. Onhand asks again with the same key, which is safe.";
    "BAD_ANSWER" BadAnswer Row::Again,
        "What answered is not the shop's API, perhaps a proxy. Check the address; Onhand tries again by itself.";
    "TOKEN_REFUSED" TokenRefused Row::Stop(Stop::Reconnect),
        "The shop gives no new token. Check the client id and secret, or connect the shop again.";
}

const HTTP: &str = "HTTP_";

impl Code {
    fn parse_http(text: &str) -> Self {
        let status = text.strip_prefix(HTTP).and_then(|status| status.parse().ok());
        status.map_or_else(|| Self::Other(text.to_owned()), Self::Http)
    }

    /// Which row of the handling table answers it; `None` for what nobody knows.
    pub(crate) const fn row(&self) -> Option<Row> {
        match self {
            Self::Http(status) => Some(match status {
                401 | 403 => Row::Stop(Stop::Reconnect),
                402 => Row::Stop(Stop::Frozen),
                404 => Row::Stop(Stop::NotFound),
                423 => Row::Stop(Stop::Locked),
                300..=399 => Row::Stop(Stop::Moved),
                408 | 429 | 500..=599 => Row::Again,
                _ => Row::Park,
            }),
            known => match known.known() {
                Some((_, row, _)) => Some(row),
                None => None,
            },
        }
    }

    /// What a person can do about it, in a sentence or two.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Http(_) => match self.row() {
                Some(Row::Stop(stop)) => stop.remedy(),
                Some(Row::Again) => "The shop can't answer now. Onhand tries again by itself.",
                _ => "The shop refuses the request. Report it as a fault of Onhand.",
            },
            known => match known.known() {
                Some((_, _, remedy)) => remedy,
                None => {
                    "The shop refuses it with a reason that Onhand doesn't know. Read its message, \
                     then retry or skip."
                }
            },
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.known()) {
            (_, Some((text, ..))) => f.write_str(text),
            (Self::Http(status), None) => write!(f, "{HTTP}{status}"),
            (Self::Other(text), None) => f.write_str(text),
            (_, None) => f.write_str(""),
        }
    }
}

impl Stop {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Reconnect,
        Self::Frozen,
        Self::Locked,
        Self::NotFound,
        Self::Moved,
        Self::WrongVersion,
    ];

    /// Its word in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reconnect => "reconnect",
            Self::Frozen => "frozen",
            Self::Locked => "locked",
            Self::NotFound => "not_found",
            Self::Moved => "moved",
            Self::WrongVersion => "wrong_version",
        }
    }

    /// What a person can do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Reconnect => {
                "The shop denies access. Connect it again with the scopes that Onhand names."
            }
            Self::Frozen => {
                "The shop is frozen for want of payment. Once it is open again, start the channel."
            }
            Self::Locked => {
                "The shop is locked. Ask Shopify why; once it is open again, start the channel."
            }
            Self::NotFound => {
                "There is no such shop, or it has no such version of the API. Check the address and the version."
            }
            Self::Moved => {
                "The address leads elsewhere. Give the shop's own address, which ends in myshopify.com."
            }
            Self::WrongVersion => {
                "Another version of the API answered than was asked for. Upgrade Onhand, or check the version."
            }
        }
    }
}

/// What a person can do about a code or a reason to stop, as the database has it.
pub fn remedy(code: &str) -> &'static str {
    let stop = Stop::ALL.iter().find(|stop| stop.code() == code);
    stop.map_or_else(|| Code::parse(code).remedy(), |stop| stop.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_codes_lead_to_each_other() {
        for code in Code::KNOWN {
            assert_eq!(&Code::parse(&code.to_string()), code);
        }
        for text in ["HTTP_502", "SOMETHING_NEW", "HTTP_X", ""] {
            assert_eq!(Code::parse(text).to_string(), text);
        }
        assert_eq!(Code::parse("HTTP_502"), Code::Http(502));
    }

    #[test]
    fn every_code_has_a_remedy() {
        let unknown = Code::Other(String::new()).remedy();
        for code in Code::KNOWN {
            assert!(remedy(&code.to_string()).len() > 20, "{code}");
            assert_ne!(remedy(&code.to_string()), unknown, "{code}");
        }
        for stop in Stop::ALL {
            assert_eq!(remedy(stop.code()), stop.remedy());
        }
        assert_eq!(remedy("SOMETHING_NEW"), unknown);
        assert_eq!(remedy("HTTP_402"), Stop::Frozen.remedy());
    }

    /// The shop's lists for 2026-10, from its schema: none of them may be unknown.
    #[test]
    fn every_code_of_the_schema_is_known() {
        let schema = include_str!("../schema/2026-10.graphql");
        for mutation in ["Adjust", "Set", "Move"] {
            let start = format!("enum Inventory{mutation}QuantitiesUserErrorCode {{");
            let (_, rest) = schema.split_once(&start).unwrap();
            let (body, _) = rest.split_once('}').unwrap();
            let codes = body.lines().map(str::trim).filter(|line| {
                !line.is_empty() && line.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            });
            let mut count = 0;
            for code in codes {
                assert!(Code::parse(code).row().is_some(), "{code}");
                count += 1;
            }
            assert!(count >= 15, "{mutation}: {count}");
        }
    }
}
