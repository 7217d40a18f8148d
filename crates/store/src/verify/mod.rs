//! Recomputes the ledger from its movements and names every difference.
//!
//! What is read: each facility's movements in the order of `seq`, page by page, within one
//! snapshot of the database, while writes go on. What is kept in memory grows with the SKUs, the
//! counts and the open order lines of one facility, never with the number of movements.
//!
//! Nothing here trusts what it reads: a row that can't be read is a difference like any other.

mod books;
mod ledger;
mod read;
mod words;

use std::collections::BTreeMap;

use onhand_domain::{FacilityId, FacilityScope, Micros, Place, SkuId};

use crate::{Store, StoreError};

pub use words::hex;

/// Differences that a report lists; it counts all of them.
pub const DIFFERENCES_MAX: usize = 200;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When the snapshot was taken.
    pub checked_at: Micros,
    /// The facilities that were checked, by id.
    pub facilities: Vec<Checked>,
    /// The first differences, at most [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// How many there are in all.
    pub differences_total: u64,
}

impl Report {
    /// Whether the ledger is as its movements say.
    pub const fn is_clean(&self) -> bool {
        self.differences_total == 0
    }

    /// Movements that were read.
    pub fn movements(&self) -> u64 {
        self.facilities.iter().map(|f| f.movements).sum()
    }
}

/// A facility's ledger, as its movements say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which.
    pub facility: FacilityId,
    /// How many movements it has.
    pub movements: u64,
    /// Number of the last one.
    pub seq: i64,
    /// Hash of the last one, the end of the chain: two databases with the same `seq` and `hash`
    /// have the same ledger. 32 zeros before the first; none where the last row is damaged.
    pub hash: Option<[u8; 32]>,
    /// Units by place, over all SKUs. Together they are 0: every movement takes from one place
    /// what it gives to another.
    pub units: BTreeMap<Place, i128>,
}

/// Something that is not as the movements say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub facility: FacilityId,
    /// Of which SKU, where it is about one.
    pub sku: Option<SkuId>,
    /// At which movement, where it is about one.
    pub seq: Option<i64>,
    /// What is checked there.
    pub what: What,
    /// What follows from the movements.
    pub expected: String,
    /// What the database says.
    pub found: String,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The facility is one that exists.
    Facility,
    /// Every row can be read.
    Row,
    /// `seq` runs 1, 2, 3 … without a gap.
    Sequence,
    /// The hash covers the row and the hash before it.
    Hash,
    /// `after_…` is the level before, changed by the movement.
    RunningQuantities,
    /// A movement moves at least one unit.
    Quantity,
    /// `recorded_at` grows strictly.
    RecordedAt,
    /// Nothing is effective after it was recorded.
    EffectiveAt,
    /// A reversal mirrors what it reverses, and is the only one.
    Reversal,
    /// A level is the sum of its movements.
    Level,
    /// The head is the last movement.
    Head,
    /// A line's open quantity is what was reserved and neither released nor sold.
    OrderLine,
    /// A count's variance is what was counted less the book at that time, and is posted.
    Anchor,
}

impl What {
    /// The word for it in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::Row => "row",
            Self::Sequence => "sequence",
            Self::Hash => "hash",
            Self::RunningQuantities => "running_quantities",
            Self::Quantity => "quantity",
            Self::RecordedAt => "recorded_at",
            Self::EffectiveAt => "effective_at",
            Self::Reversal => "reversal",
            Self::Level => "level",
            Self::Head => "head",
            Self::OrderLine => "order_line",
            Self::Anchor => "anchor",
        }
    }
}

impl Store {
    /// Recomputes the ledgers of the facilities in `scope` and compares.
    ///
    /// One at a time per process: it reads every movement, and two of them would take the disk
    /// from those who work.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where one runs already.
    pub async fn verify(&self, scope: &FacilityScope) -> Result<Report, StoreError> {
        let _turn = self.0.verifying.try_acquire().map_err(|_| StoreError::Busy)?;
        let snapshot = read::Snapshot::take(self).await?;
        let checked_at = self.clock().now();
        let mut findings = Findings::default();
        let mut facilities = Vec::new();
        for facility in snapshot.facilities(scope, &mut findings).await? {
            facilities.push(check(&snapshot, facility, &mut findings).await?);
        }
        snapshot.check_reversed_once(scope, &mut findings).await?;
        Ok(Report {
            checked_at,
            facilities,
            differences: findings.first,
            differences_total: findings.total,
        })
    }
}

async fn check(
    snapshot: &read::Snapshot,
    facility: FacilityId,
    findings: &mut Findings,
) -> Result<Checked, StoreError> {
    let mut ledger = ledger::Ledger::new(facility, snapshot.books(facility, findings).await?);
    let mut after = None;
    loop {
        let page = snapshot.movements(facility, after, findings).await?;
        let targets = snapshot.targets(&page.movements).await?;
        for movement in &page.movements {
            ledger.take_in(movement, &targets, findings);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    ledger.check_books(findings);
    ledger.check_head(snapshot.head(facility, findings).await?, findings);
    snapshot.check_levels(&mut ledger, findings).await?;
    snapshot.check_order_lines(&mut ledger, findings).await?;
    Ok(ledger.checked())
}

/// The differences, as many as are worth listing.
#[derive(Default)]
struct Findings {
    first: Vec<Difference>,
    total: u64,
}

impl Findings {
    fn add(&mut self, difference: Difference) {
        self.total += 1;
        if self.first.len() < DIFFERENCES_MAX {
            self.first.push(difference);
        }
    }
}
