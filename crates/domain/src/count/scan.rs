//! A scan: somebody saw so many units of something. It never changes.

use super::{CODE_CHARS_MAX, How, SCANS_PER_SESSION_MAX};
use crate::{
    encode::{Encoder, Hash},
    identifier,
    ids::{CountSessionId, ScanId, SkuId},
    plan::QUANTITY_MAX,
    time::Micros,
};

/// What a device sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Made by the device.
    pub id: ScanId,
    /// What was read, as it was read.
    pub code: Option<String>,
    /// What it was, where a person said so; it goes before the code.
    pub sku: Option<SkuId>,
    /// How many; 0 is a count, and an undo is negative.
    pub quantity: i64,
    /// How they were seen.
    pub how: How,
    /// When, by the device's clock.
    pub device_at: Micros,
    /// By how much the device thinks that this may be wrong, in microseconds.
    pub uncertainty: i64,
    /// The scan of the same session that it takes back. Neither of the two counts then, in
    /// whatever order they arrive.
    pub undoes: Option<ScanId>,
}

/// Why a scan is not taken. It stays on its device, which shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanRefusal {
    /// Two scans under one id: taking one of them for the other would lose it.
    #[error("this id was used before with other content")]
    IdReused,
    /// There is nothing to count.
    #[error("a scan names a code or a SKU")]
    Nothing,
    /// No symbol has so many characters.
    #[error("a code has at most {CODE_CHARS_MAX} characters")]
    LongCode,
    /// More units than anybody sees at once.
    #[error("at most {QUANTITY_MAX} units at a time")]
    OversizedQuantity,
    /// A scan that takes itself back, or one of somebody else.
    #[error("an undo names another scan of the same session")]
    NotItsUndo,
    /// The SKU that it names does not exist.
    #[error("there is no such SKU")]
    UnknownSku,
    /// The session has as many scans as one may have.
    #[error("a session has at most {SCANS_PER_SESSION_MAX} scans: start another one")]
    SessionFull,
}

impl Scan {
    /// The code without what is no part of it; none where nothing is left.
    pub fn clean_code(&self) -> Option<String> {
        self.code.as_deref().map(identifier::clean).filter(|code| !code.is_empty())
    }

    /// Whether it can be taken at all.
    pub fn check(&self) -> Result<(), ScanRefusal> {
        let code = self.clean_code();
        if code.is_none() && self.sku.is_none() {
            return Err(ScanRefusal::Nothing);
        }
        if code.is_some_and(|code| code.chars().count() > CODE_CHARS_MAX) {
            return Err(ScanRefusal::LongCode);
        }
        if self.quantity.saturating_abs() > QUANTITY_MAX {
            return Err(ScanRefusal::OversizedQuantity);
        }
        if self.undoes == Some(self.id) {
            return Err(ScanRefusal::NotItsUndo);
        }
        Ok(())
    }

    /// By which the same scan is known when it is sent again. Its uncertainty is no part of it:
    /// that is about the device's clock between the scan and the sending, so that a retry after a
    /// lost answer may say another one. The first that arrived holds.
    pub fn fingerprint(&self, session: CountSessionId) -> Hash {
        Encoder::new("onhand.scan.v1")
            .bytes(self.id.0.as_bytes())
            .bytes(session.0.as_bytes())
            .maybe_text(self.code.as_deref())
            .maybe_id(self.sku.map(|sku| sku.0))
            .int(self.quantity)
            .text(self.how.code())
            .int(self.device_at.0)
            .maybe_id(self.undoes.map(|id| id.0))
            .hash()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn scan() -> Scan {
        Scan {
            id: ScanId(Uuid::from_u128(1)),
            code: Some("4006381333931".to_owned()),
            sku: None,
            quantity: 1,
            how: How::Scanned,
            device_at: Micros(5),
            uncertainty: 0,
            undoes: None,
        }
    }

    #[test]
    fn what_may_be_scanned() {
        let sku = Some(SkuId(Uuid::from_u128(2)));
        for (scan, refusal) in [
            (scan(), None),
            (Scan { quantity: 0, ..scan() }, None),
            (Scan { quantity: -QUANTITY_MAX, ..scan() }, None),
            (Scan { code: None, sku, ..scan() }, None),
            (Scan { code: Some("ü".repeat(CODE_CHARS_MAX)), ..scan() }, None),
            (Scan { code: None, ..scan() }, Some(ScanRefusal::Nothing)),
            (Scan { code: Some(" ' ".to_owned()), ..scan() }, Some(ScanRefusal::Nothing)),
            (
                Scan { code: Some("x".repeat(CODE_CHARS_MAX + 1)), ..scan() },
                Some(ScanRefusal::LongCode),
            ),
            (Scan { quantity: QUANTITY_MAX + 1, ..scan() }, Some(ScanRefusal::OversizedQuantity)),
            (Scan { quantity: i64::MIN, ..scan() }, Some(ScanRefusal::OversizedQuantity)),
            (Scan { undoes: Some(scan().id), ..scan() }, Some(ScanRefusal::NotItsUndo)),
        ] {
            assert_eq!(scan.check().err(), refusal, "{scan:?}");
        }
    }

    #[test]
    fn what_was_seen_is_in_the_fingerprint() {
        let session = CountSessionId(Uuid::from_u128(9));
        let (id, sku) = (ScanId(Uuid::from_u128(3)), Some(SkuId(Uuid::from_u128(4))));
        let others = [
            Scan { id, ..scan() },
            Scan { code: Some("4006381333932".to_owned()), ..scan() },
            Scan { sku, ..scan() },
            Scan { quantity: 2, ..scan() },
            Scan { how: How::Camera, ..scan() },
            Scan { device_at: Micros(6), ..scan() },
            Scan { undoes: Some(id), ..scan() },
        ];
        let mut seen = std::collections::BTreeSet::from([scan().fingerprint(session)]);
        for other in &others {
            assert!(seen.insert(other.fingerprint(session)), "{other:?}");
        }
        assert!(seen.insert(scan().fingerprint(CountSessionId(Uuid::from_u128(8)))));
        let doubted = Scan { uncertainty: 1, ..scan() };
        assert_eq!(doubted.fingerprint(session), scan().fingerprint(session));
    }
}
