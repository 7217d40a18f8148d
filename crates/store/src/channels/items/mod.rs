//! The items of a shop, and which SKU each of them is.

mod find;
mod gone;
mod list;
mod person;
mod put;

use onhand_domain::{
    SkuId,
    channel::{ItemProblem, MatchedBy},
};

pub use list::{ItemCursor, ItemFilter, ItemMatch};

use super::rows::{list_of, word};
use crate::{StoreError, entities::channel_items};

/// Most items of one page.
pub const ITEMS_A_PAGE_MAX: usize = 1_000;
/// Most SKUs that are shown for a person to choose from.
pub const CANDIDATES_MAX: usize = 10;

/// An item as a shop tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopItem {
    /// The shop's id of it.
    pub item: String,
    /// The shop's id of its variant.
    pub variant: String,
    /// The SKU code that it has there.
    pub code: Option<String>,
    /// Its barcodes.
    pub barcodes: Vec<String>,
    /// The product's handle.
    pub handle: String,
    /// The values of its options, in their order.
    pub options: Vec<String>,
    /// What it is called there.
    pub title: String,
    /// Whether the shop keeps stock of it.
    pub tracked: bool,
}

/// How many items of a page are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Items that are a SKU, and of which the shop keeps stock.
    pub matched: u64,
    /// Items that could be several SKUs, or whose SKU another item has.
    pub twice: u64,
    /// Items that are no SKU.
    pub none: u64,
    /// Items of which the shop keeps no stock.
    pub untracked: u64,
}

impl Matched {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            matched: self.matched.saturating_add(other.matched),
            twice: self.twice.saturating_add(other.twice),
            none: self.none.saturating_add(other.none),
            untracked: self.untracked.saturating_add(other.untracked),
        }
    }

    fn add(&mut self, problem: Option<ItemProblem>) {
        let slot = match problem {
            None => &mut self.matched,
            Some(ItemProblem::Twice) => &mut self.twice,
            Some(ItemProblem::None | ItemProblem::Gone) => &mut self.none,
            Some(ItemProblem::Untracked) => &mut self.untracked,
        };
        *slot = slot.saturating_add(1);
    }
}

/// Which SKU an item is, and what stands in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Meaning {
    sku: Option<SkuId>,
    by: Option<MatchedBy>,
    problem: Option<ItemProblem>,
    candidates: Vec<SkuId>,
}

impl Meaning {
    fn of(row: &channel_items::Model) -> Result<Self, StoreError> {
        let table = "channel_items";
        let by = row.matched_by.as_deref().map(|by| word(table, MatchedBy::from_code, by));
        let problem = row.problem.as_deref().map(|code| word(table, ItemProblem::from_code, code));
        let candidates = row.candidates.as_deref().map(|text| list_of(table, text));
        Ok(Self {
            sku: row.sku_id.map(SkuId),
            by: by.transpose()?,
            problem: problem.transpose()?,
            candidates: candidates.transpose()?.unwrap_or_default(),
        })
    }
}
