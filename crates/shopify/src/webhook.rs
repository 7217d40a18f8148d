//! Tells a shop's own messages from forged ones, and reads what their headers say.
//!
//! Only the body is signed. What the headers say is good for choosing a secret and for telling
//! deliveries apart, never for deciding whose shop it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use jiff::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::auth::Secret;

/// The most secrets that are good at one time: the app's own, and a newer and an older one while it
/// is replaced.
pub const SECRETS_MAX: usize = 3;
/// The longest header that is read, in bytes.
const HEADER_MAX: usize = 512;

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WebhookError {
    /// Not signed, or not with one of the secrets.
    #[error("the signature doesn't fit")]
    Forged,
    /// A header that every message has is missing, or too long.
    #[error("the header {0} is missing")]
    Header(&'static str),
}

/// What the headers say, in either of the shop's two ways to write them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// What it is about, in lower case with a slash: `inventory_levels/update`. An event of the
    /// newer kind has its topic in the body: then this is empty, and [`Self::handle`] is there.
    pub topic: String,
    /// The same for all tries of one delivery.
    pub delivery_id: String,
    /// The same for all subscriptions that one event reached.
    pub event_id: Option<String>,
    /// Which shop it claims to come from.
    pub shop: Option<String>,
    /// When it happened.
    pub triggered_at: Option<Timestamp>,
    /// The version of the API that wrote the body.
    pub version: Option<String>,
    /// The name of the subscription, of either kind.
    pub handle: Option<String>,
    /// What was done, of the newer kind: `create`, `update`, …
    pub action: Option<String>,
    /// What it was done to, of the newer kind: a global id.
    pub resource: Option<String>,
}

/// Checks a body, as it came byte for byte, against the signature in the headers. `secrets` are the
/// app's secret and, while it is replaced, the one before.
pub fn verify(headers: &HeaderMap, body: &[u8], secrets: &[Secret]) -> Result<(), WebhookError> {
    let signature = text(headers, &["x-shopify-hmac-sha256", "shopify-hmac-sha256"]);
    let signature = signature.and_then(|signature| STANDARD.decode(signature).ok());
    let signature = signature.ok_or(WebhookError::Forged)?;
    let mut fits = subtle::Choice::from(0);
    for secret in secrets.iter().take(SECRETS_MAX).filter(|secret| !secret.expose().is_empty()) {
        // Each is tried to the end, whichever it is.
        fits |= sign(secret, body)[..].ct_eq(&signature);
    }
    if fits.into() { Ok(()) } else { Err(WebhookError::Forged) }
}

/// A body's signature.
pub(crate) fn sign(secret: &Secret, body: &[u8]) -> Vec<u8> {
    // A key of any length is a key for this; the error is for other kinds.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return Vec::new();
    };
    mac.chain_update(body).finalize().into_bytes().to_vec()
}

impl Delivery {
    /// Reads the headers of a message. To be done after [`verify`]: what is forged must not count
    /// as delivered.
    pub fn read(headers: &HeaderMap) -> Result<Self, WebhookError> {
        let own = |names: &[&str]| text(headers, names).map(ToOwned::to_owned);
        let handle = own(&["x-shopify-name", "shopify-handle"]);
        let topic = own(&["x-shopify-topic", "shopify-topic"]);
        let newer = text(headers, &["shopify-handle"]).is_some();
        let topic = match topic {
            Some(topic) => topic.to_lowercase(),
            None if newer => String::new(),
            None => return Err(WebhookError::Header("x-shopify-topic")),
        };
        let triggered_at = text(headers, &["x-shopify-triggered-at", "shopify-triggered-at"]);
        Ok(Self {
            topic,
            delivery_id: own(&["x-shopify-webhook-id", "shopify-webhook-id"])
                .ok_or(WebhookError::Header("x-shopify-webhook-id"))?,
            event_id: own(&["x-shopify-event-id", "shopify-event-id"]),
            shop: own(&["x-shopify-shop-domain", "shopify-shop-domain"]),
            triggered_at: triggered_at.and_then(|moment| moment.parse().ok()),
            version: own(&["x-shopify-api-version", "shopify-api-version"]),
            handle,
            action: own(&["shopify-action"]),
            resource: own(&["shopify-resource-id"]),
        })
    }
}

/// The first of these headers that is there and fits.
fn text<'h>(headers: &'h HeaderMap, names: &[&str]) -> Option<&'h str> {
    let found = names.iter().find_map(|name| headers.get(*name))?;
    found.to_str().ok().filter(|text| !text.is_empty() && text.len() <= HEADER_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"inventory_item_id":1,"location_id":2,"available":5}"#;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn signed(name: &'static str, secret: &str, body: &[u8]) -> HeaderMap {
        headers(&[(name, &STANDARD.encode(sign(&Secret::new(secret), body)))])
    }

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text)).collect()
    }

    /// RFC 4231, test case 2.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let signature = sign(&Secret::new("Jefe"), b"what do ya want for nothing?");
        assert_eq!(STANDARD.encode(signature), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
    }

    #[test]
    fn both_secrets_and_both_headers_are_good() {
        for name in ["x-shopify-hmac-sha256", "shopify-hmac-sha256"] {
            for secret in ["old", "new"] {
                let headers = signed(name, secret, BODY);
                assert_eq!(verify(&headers, BODY, &secrets(&["new", "old"])), Ok(()));
            }
        }
    }

    #[test]
    fn what_is_forged_is_refused() {
        let name = "x-shopify-hmac-sha256";
        let good = signed(name, "new", BODY);
        let forged = Err(WebhookError::Forged);
        assert_eq!(verify(&good, &BODY[1..], &secrets(&["new"])), forged, "another body");
        assert_eq!(verify(&good, BODY, &secrets(&["old"])), forged, "another secret");
        assert_eq!(verify(&good, BODY, &[]), forged, "no secret at all");
        assert_eq!(verify(&HeaderMap::new(), BODY, &secrets(&["new"])), forged, "unsigned");
        let empty = signed(name, "", BODY);
        assert_eq!(verify(&empty, BODY, &secrets(&[""])), forged, "an empty secret is none");
        let fourth = signed(name, "d", BODY);
        let four = secrets(&["a", "b", "c", "d"]);
        assert_eq!(verify(&fourth, BODY, &four), forged, "beyond the limit");
        for text in ["", "=", "AAAA", "not base64!"] {
            assert_eq!(verify(&headers(&[(name, text)]), BODY, &secrets(&["new"])), forged);
        }
    }

    #[test]
    fn the_classic_headers_are_read() {
        let delivery = Delivery::read(&headers(&[
            ("x-shopify-topic", "inventory_levels/update"),
            ("x-shopify-webhook-id", "b54557e4"),
            ("x-shopify-event-id", "98880550"),
            ("x-shopify-shop-domain", "acme.myshopify.com"),
            ("x-shopify-api-version", "2026-10"),
            ("x-shopify-triggered-at", "2026-11-23T12:00:00.123456789Z"),
            ("x-shopify-name", "levels"),
        ]))
        .unwrap();
        assert_eq!(delivery.topic, "inventory_levels/update");
        assert_eq!(delivery.delivery_id, "b54557e4");
        assert_eq!(delivery.event_id.as_deref(), Some("98880550"));
        assert_eq!(delivery.shop.as_deref(), Some("acme.myshopify.com"));
        assert_eq!(delivery.handle.as_deref(), Some("levels"));
        assert!(delivery.triggered_at.is_some() && delivery.action.is_none());
    }

    #[test]
    fn the_newer_headers_are_read() {
        let delivery = Delivery::read(&headers(&[
            ("shopify-handle", "items"),
            ("shopify-webhook-id", "1"),
            ("shopify-event-id", "2"),
            ("shopify-action", "update"),
            ("shopify-resource-id", "gid://shopify/InventoryItem/1"),
            ("shopify-triggered-at", "yesterday"),
        ]))
        .unwrap();
        assert_eq!((delivery.topic.as_str(), delivery.handle.as_deref()), ("", Some("items")));
        assert_eq!(delivery.action.as_deref(), Some("update"));
        assert_eq!(delivery.triggered_at, None);
    }

    #[test]
    fn without_an_id_nothing_can_be_told_apart() {
        let missing = |pairs: &[(&'static str, &str)]| Delivery::read(&headers(pairs)).unwrap_err();
        let topic = ("x-shopify-topic", "orders/create");
        assert_eq!(missing(&[topic]), WebhookError::Header("x-shopify-webhook-id"));
        let id = ("x-shopify-webhook-id", "1");
        assert_eq!(missing(&[id]), WebhookError::Header("x-shopify-topic"));
        let long = "9".repeat(HEADER_MAX + 1);
        let too_long = missing(&[topic, ("x-shopify-webhook-id", &long)]);
        assert_eq!(too_long, WebhookError::Header("x-shopify-webhook-id"));
    }
}
