//! Whether the shop has what it should have: what was read of it is judged beside the ledger, at
//! one moment of the database. Why no difference is confirmed that is none stands at
//! [`onhand_domain::channel::classify`]'s module; here is what it rests on.

mod audits;
mod correct;
mod facts;
mod judge;
mod list;
mod mark;
mod settle;
mod take;

use std::collections::BTreeMap;

use onhand_domain::{
    Micros,
    channel::{DifferenceClass, Has},
};

pub use audits::{AUDIT_SILENCE_MICROS, Audit, AuditCursor};
pub use list::{Difference, DifferenceCursor, DifferenceFilter, DifferencesNumber};
pub use mark::Marks;

use super::draft::LaneKey;

/// Most levels that are judged in one transaction.
pub const JUDGED_MAX: usize = 1_000;
/// How soon a difference that is not certain yet is looked at again…
const AGAIN_MICROS: i64 = onhand_domain::channel::SIGHTINGS_APART_MICROS;
/// …and, after so many looks with the same numbers…
const SOON: i64 = 4;
/// …or once it is certain, how soon.
const LATER_MICROS: i64 = 60 * Micros::SECOND;

/// A level as the shop just told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenLevel {
    /// Which.
    pub lane: LaneKey,
    /// Whether the shop keeps stock of the item; not of one that it has no more.
    pub tracked: bool,
    /// What it has; none where it was never stocked.
    pub has: Option<Has>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Levels that take part.
    pub levels: u64,
    /// Those that are equal.
    pub equal: u64,
    /// Those of which changes are under way.
    pub in_flight: u64,
    /// Levels that take no part, and are not among `levels`.
    pub left_out: u64,
    /// How many of `levels` differ, by class; without those in flight.
    pub differing: BTreeMap<DifferenceClass, u64>,
    /// Those that were just set right by a push.
    pub corrected: u64,
    /// Those that are worth another look in a moment: in flight, or not certain yet.
    again: Vec<(LaneKey, DifferenceClass)>,
    /// Those to be made sellable; [`crate::Store::note_difference_problem`] takes why not.
    pub activate: Vec<LaneKey>,
}

impl Judged {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.levels = self.levels.saturating_add(other.levels);
        self.equal = self.equal.saturating_add(other.equal);
        self.in_flight = self.in_flight.saturating_add(other.in_flight);
        self.left_out = self.left_out.saturating_add(other.left_out);
        self.corrected = self.corrected.saturating_add(other.corrected);
        for (class, number) in other.differing {
            let sum = self.differing.entry(class).or_default();
            *sum = sum.saturating_add(number);
        }
        self.again.extend(other.again);
        self.activate.extend(other.activate);
    }

    /// How many differ.
    pub fn differ(&self) -> u64 {
        self.differing.values().sum()
    }

    /// Levels of which changes are under way, so that nobody asked the shop.
    pub fn add_in_flight(&mut self, lanes: Vec<LaneKey>) {
        for lane in lanes {
            self.count(&lane, DifferenceClass::InFlight);
        }
    }

    /// Levels that are worth another look in a moment, with how they were counted.
    pub fn again(&self) -> &[(LaneKey, DifferenceClass)] {
        &self.again
    }

    /// Takes out the levels that are worth another look, as if they had not been looked at.
    pub fn take_again(&mut self) -> Vec<LaneKey> {
        let again = std::mem::take(&mut self.again);
        for (_, class) in &again {
            self.levels = self.levels.saturating_sub(1);
            let slot = match class {
                DifferenceClass::InFlight => &mut self.in_flight,
                class => self.differing.entry(*class).or_default(),
            };
            *slot = slot.saturating_sub(1);
        }
        self.differing.retain(|_, number| *number > 0);
        again.into_iter().map(|(lane, _)| lane).collect()
    }

    fn count(&mut self, lane: &LaneKey, class: DifferenceClass) {
        let slot = match class {
            DifferenceClass::Unmapped => {
                self.left_out = self.left_out.saturating_add(1);
                return;
            }
            DifferenceClass::InFlight => &mut self.in_flight,
            _ => self.differing.entry(class).or_default(),
        };
        *slot = slot.saturating_add(1);
        self.levels = self.levels.saturating_add(1);
        if matches!(class, DifferenceClass::InFlight | DifferenceClass::OrderNotSeen) {
            self.again.push((lane.clone(), class));
        }
    }

    fn count_equal(&mut self) {
        self.levels = self.levels.saturating_add(1);
        self.equal = self.equal.saturating_add(1);
    }
}
