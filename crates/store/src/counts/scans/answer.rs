//! What came of each scan.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{
    ScanId, SkuId,
    count::{Scan, ScanRefusal},
};

use super::resolve::{CANDIDATES_MAX, Known, Match};
use crate::{catalog::SkuRef, entities::count_scans};

/// What came of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanStatus {
    /// It counts.
    Counted,
    /// It is kept apart: nobody asked for this SKU.
    Unlisted,
    /// No SKU has this code.
    UnknownCode,
    /// Several SKUs have this code.
    AmbiguousCode,
    /// It came after the session or the count was over: kept, not counted.
    Late,
    /// It is not kept.
    Rejected(ScanRefusal),
}

/// What came of one scan. It says nothing of what the book expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanResult {
    /// The scan.
    pub id: ScanId,
    /// What came of it.
    pub status: ScanStatus,
    /// What it is a scan of, where that is known.
    pub sku: Option<SkuRef>,
    /// What it may be a scan of, where its code is ambiguous.
    pub candidates: Vec<SkuRef>,
}

/// The same, by ids.
pub(super) struct Verdict {
    id: ScanId,
    status: ScanStatus,
    sku: Option<SkuId>,
    candidates: Vec<SkuId>,
}

impl Verdict {
    pub(super) fn rejected(scan: &Scan, refusal: ScanRefusal) -> Self {
        let status = ScanStatus::Rejected(refusal);
        Self { id: scan.id, status, sku: None, candidates: Vec::new() }
    }

    /// What a row on record means, as far as it is known now.
    pub(super) fn of(row: &count_scans::Model, known: &Known) -> Self {
        let code = row.code.as_deref().unwrap_or("");
        let said = match known.matches.get(code) {
            Some(Match::Sku(sku)) => Some(*sku),
            _ => None,
        };
        let sku = row.sku_id.map(SkuId).or(said);
        let candidates: Vec<SkuId> = match sku {
            Some(_) => Vec::new(),
            None => known.candidates(code).iter().take(CANDIDATES_MAX).copied().collect(),
        };
        let status = match sku {
            _ if row.late => ScanStatus::Late,
            Some(sku) if known.is_listed(sku) => ScanStatus::Counted,
            Some(_) => ScanStatus::Unlisted,
            None if candidates.len() > 1 => ScanStatus::AmbiguousCode,
            None => ScanStatus::UnknownCode,
        };
        Self { id: ScanId(row.id), status, sku, candidates }
    }

    pub(super) fn skus(verdicts: &[Self]) -> BTreeSet<SkuId> {
        verdicts.iter().flat_map(|v| v.sku.iter().chain(&v.candidates)).copied().collect()
    }

    pub(super) fn named(self, names: &HashMap<SkuId, SkuRef>) -> ScanResult {
        ScanResult {
            id: self.id,
            status: self.status,
            sku: self.sku.and_then(|sku| names.get(&sku)).cloned(),
            candidates: self.candidates.iter().filter_map(|s| names.get(s)).cloned().collect(),
        }
    }
}
