//! What a job found, as it is kept: ids, which are named when somebody looks.

use onhand_domain::SkuId;
use onhand_shopify::connect::{Checked, Comparison};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Differences that are kept of a comparison, the largest; how many there are is always said.
pub(super) const DIFFERENCES_SHOWN_MAX: usize = 100;

/// What a job found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JobResult {
    pub(super) read: Option<Read>,
    pub(super) compared: Option<Compared>,
    /// Levels, and changes that make them equal.
    pub(super) taken_in: Option<(u64, u64)>,
    pub(super) audit: Option<Uuid>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Read {
    pub(super) locations: usize,
    pub(super) matched: u64,
    pub(super) twice: u64,
    pub(super) none: u64,
    pub(super) untracked: u64,
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compared {
    pub(super) levels: usize,
    pub(super) differing: usize,
    pub(super) largest: Vec<Different>,
}

/// A level that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Different {
    pub(super) item: String,
    pub(super) location: String,
    pub(super) sku: SkuId,
    pub(super) has: i64,
    pub(super) should: i64,
}

impl From<&Checked> for Read {
    fn from(read: &Checked) -> Self {
        Self {
            locations: read.locations,
            matched: read.items.matched,
            twice: read.items.twice,
            none: read.items.none,
            untracked: read.items.untracked,
        }
    }
}

impl From<&Comparison> for Compared {
    fn from(comparison: &Comparison) -> Self {
        let different = |one: &onhand_shopify::connect::Difference| Different {
            item: one.item.clone(),
            location: one.location.clone(),
            sku: one.sku,
            has: one.has,
            should: one.target,
        };
        let largest = comparison.differences.iter().take(DIFFERENCES_SHOWN_MAX);
        Self {
            levels: comparison.compared,
            differing: comparison.differences.len(),
            largest: largest.map(different).collect(),
        }
    }
}
