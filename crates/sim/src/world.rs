//! What there is before anything happens, and how unkind this seed is.

use onhand_domain::{
    FacilityId, Limits, Micros, Money, PrincipalId, Reason, SkuId,
    plan::{
        command::Mandate,
        view::{Facility, Sku},
    },
};
use uuid::Uuid;

use crate::dice::Dice;

/// When the simulation begins.
pub(crate) const START: Micros = Micros(1_760_000_000_000_000);
/// When the facilities opened.
pub(crate) const OPENED: Micros = Micros(START.0 - 30 * Micros::DAY);
pub(crate) const MINUTE: i64 = 60 * Micros::SECOND;

/// How unkind the world is. Drawn anew for each seed, so that a hundred seeds are a hundred
/// different kinds of trouble rather than a hundred times the average.
#[derive(Debug)]
pub(crate) struct Knobs {
    pub(crate) nodes: usize,
    /// Committers of a node: two on PostgreSQL, one on SQLite.
    pub(crate) committers: usize,
    /// One writer at a time, as on SQLite.
    pub(crate) single_writer: bool,
    pub(crate) batch_commands_max: usize,
    pub(crate) open_requests_max: usize,
    /// Messages lost, of a thousand; the same for answers.
    pub(crate) lose_per_mille: u64,
    pub(crate) duplicate_per_mille: u64,
    pub(crate) conflict_per_mille: u64,
    pub(crate) broken_per_mille: u64,
    pub(crate) crash_weight: u64,
    pub(crate) stall_weight: u64,
    pub(crate) clock_weight: u64,
    pub(crate) late_per_mille: u64,
    pub(crate) reuse_id_per_mille: u64,
    pub(crate) count_weight: u64,
    pub(crate) undo_weight: u64,
    pub(crate) office_weight: u64,
    pub(crate) order_weight: u64,
    pub(crate) shop_weight: u64,
}

impl Knobs {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let nodes = 1 + dice.index(3);
        let single_writer = nodes == 1 && dice.per_mille(600);
        Self {
            nodes,
            committers: if single_writer { 1 } else { 2 },
            single_writer,
            batch_commands_max: 1 + dice.index(12),
            open_requests_max: 2 + dice.index(14),
            lose_per_mille: dice.below(120),
            duplicate_per_mille: dice.below(120),
            conflict_per_mille: dice.below(12),
            broken_per_mille: dice.below(4),
            crash_weight: dice.below(4),
            stall_weight: dice.below(4),
            clock_weight: dice.below(4),
            late_per_mille: dice.below(700),
            reuse_id_per_mille: dice.below(20),
            count_weight: 2 + dice.below(8),
            undo_weight: 1 + dice.below(4),
            office_weight: 1 + dice.below(12),
            order_weight: 1 + dice.below(6),
            shop_weight: 1 + dice.below(10),
        }
    }

    /// Nothing fails any more: what is still asked must now be answered.
    pub(crate) fn calm(&mut self) {
        self.lose_per_mille = 0;
        self.duplicate_per_mille = 0;
        self.conflict_per_mille = 0;
        self.broken_per_mille = 0;
        self.crash_weight = 0;
        self.stall_weight = 0;
        self.clock_weight = 0;
    }
}

/// Facilities, SKUs, people and reasons. Few, so that everybody wants the same rows.
pub(crate) struct World {
    pub(crate) facilities: Vec<FacilityId>,
    pub(crate) skus: Vec<(SkuId, Sku)>,
    pub(crate) people: Vec<PrincipalId>,
    pub(crate) reasons: Vec<Reason>,
}

const fn dollars(amount: i64) -> Money {
    Money(amount * Money::SCALE)
}

const MANAGER: Limits = Limits {
    variance_units_max: Some(8),
    variance_value_max: Some(dollars(150)),
    day_value_max: Some(dollars(600)),
};
const TIGHT: Limits = Limits {
    variance_units_max: Some(3),
    variance_value_max: Some(dollars(50)),
    day_value_max: Some(dollars(100)),
};

impl World {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let facilities = (1..=1 + dice.below(3)).map(|n| FacilityId(named(0xF000, n))).collect();
        let kinds = [
            Sku { tracked: true, cost: Some(dollars(10)), price: Some(dollars(30)) },
            Sku { tracked: true, cost: None, price: Some(dollars(30)) },
            Sku { tracked: true, cost: None, price: None },
            Sku { tracked: true, cost: Some(dollars(4)), price: None },
            Sku { tracked: false, cost: Some(dollars(4)), price: None },
        ];
        let few = 1 + dice.index(kinds.len());
        let skus = (1..).map(|n| SkuId(named(0x5000, n))).zip(kinds).take(few).collect();
        let people = (1..=6).map(|n| PrincipalId(named(0xA000, n))).collect();
        Self { facilities, skus, people, reasons: Reason::shipped() }
    }

    /// The facilities as they are at first.
    pub(crate) fn open_facilities(&self) -> impl Iterator<Item = (FacilityId, Facility)> {
        self.facilities.iter().map(|id| (*id, Facility { opened_at: OPENED, active: true }))
    }

    /// What a person may do alone at a facility.
    pub(crate) fn mandate(person: PrincipalId, at: Option<FacilityId>) -> Mandate {
        let limits = limits(person, at.unwrap_or_else(|| nowhere().0));
        limits.map_or(Mandate::Report, Mandate::Post)
    }
}

/// The limits of what a person may post alone at a facility; `None` where they may only report.
///
/// Two associates, a manager, a manager whose day is short, somebody who is a manager at the first
/// facility and more than that at the others, and a controller.
pub(crate) fn limits(person: PrincipalId, at: FacilityId) -> Option<Limits> {
    match person.0.as_u128() & 0xFFFF {
        1 | 2 => None,
        3 => Some(MANAGER),
        4 => Some(TIGHT),
        5 if at.0.as_u128() & 0xFFFF == 1 => Some(MANAGER),
        _ => Some(Limits::NONE),
    }
}

/// The most value that a person may post on a day, wherever that is limited.
pub(crate) fn day_value_max(person: PrincipalId) -> Option<Money> {
    let first = FacilityId(named(0xF000, 1));
    limits(person, first).and_then(|limits| limits.day_value_max)
}

/// A facility and a SKU that nobody has.
pub(crate) fn nowhere() -> (FacilityId, SkuId) {
    (FacilityId(named(0xF000, 99)), SkuId(named(0x5000, 99)))
}

fn named(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128((kind << 16) + u128::from(n))
}
