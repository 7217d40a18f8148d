//! What `plan` needs to know: loaded under the locks that keep it true until the commit.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    count::CountStatus,
    encode::Hash,
    ids::{AnchorId, CountId, FacilityId, MovementId, OrderId, PrincipalId, SkuId},
    money::Money,
    movement::Movement,
    order::Order,
    place::Quantities,
    request::Request,
    time::Micros,
};

/// One SKU at one facility.
pub type Key = (FacilityId, SkuId);

/// The state that the commands of a batch touch. What is absent does not exist.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The server's clock.
    pub now: Micros,
    /// The facilities named.
    pub facilities: BTreeMap<FacilityId, Facility>,
    /// The ends of their ledgers.
    pub heads: BTreeMap<FacilityId, Head>,
    /// The SKUs named.
    pub skus: BTreeMap<SkuId, Sku>,
    /// The levels named; a level that was never touched is absent, and is zero.
    pub levels: BTreeMap<Key, Quantities>,
    /// The movements named: ids that may be retries, and those to undo.
    pub movements: BTreeMap<MovementId, Known>,
    /// The requests named.
    pub requests: BTreeMap<MovementId, Request>,
    /// The orders named, with a fingerprint each.
    pub orders: BTreeMap<OrderId, (Order, Hash)>,
    /// For each key at which something may arrive late: the approved counts at or after the
    /// earliest time named.
    pub anchors: BTreeMap<Key, BTreeMap<Micros, Anchor>>,
    /// For each count line: the book at its time, over good units.
    pub books: BTreeMap<(Key, Micros), i64>,
    /// Of the ids of count lines named: those that count lines have.
    pub anchor_ids: BTreeSet<AnchorId>,
    /// The work orders that counts close.
    pub counts: BTreeMap<CountId, WorkOrder>,
    /// Gross value that a person has posted on a day.
    pub usage: BTreeMap<(PrincipalId, String), Money>,
}

/// What matters of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facility {
    /// Nothing happened there before.
    pub opened_at: Micros,
    /// Whether it takes part.
    pub active: bool,
}

/// What matters of a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sku {
    /// Whether stock is kept.
    pub tracked: bool,
    /// Cost of one unit.
    pub cost: Option<Money>,
    /// Price of one unit.
    pub price: Option<Money>,
}

impl Sku {
    /// What one unit is worth: its cost, or its price where the cost isn't known.
    pub fn unit_value(&self) -> Option<Money> {
        self.cost.or(self.price)
    }
}

/// The end of a facility's ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of the last movement.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// When it was recorded, or the time of the latest count where that is later: whatever comes
    /// next is recorded after it.
    pub recorded_at: Micros,
}

/// A movement that is in the ledger already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The movement.
    pub movement: Movement,
    /// Its reversal, if it was undone.
    pub reversed_by: Option<MovementId>,
}

/// An approved count line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its id.
    pub id: AnchorId,
    /// Good units seen.
    pub counted: i64,
    /// Counted − book, with all that was learned since.
    pub variance: i64,
    /// What the client asked for.
    pub fingerprint: Hash,
    /// Whether it was taken back: then its variance is 0, and it corrects nothing any more.
    pub voided: bool,
}

/// What matters of a count's work order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkOrder {
    /// Where.
    pub facility: FacilityId,
    /// How it stands.
    pub status: CountStatus,
    /// Grows with each change of it.
    pub version: i64,
    /// Who closed it.
    pub closed_by: Option<PrincipalId>,
}
