//! Whether a level of the shop is what it should be, and if not, why.
//!
//! **Why no difference is confirmed that is none.** A lane's `expected` E is what the shop has once
//! every change that was derived so far is confirmed. A reading S was true at some moment t between
//! the question and the answer. E and S can be compared where nothing that one of them has is
//! missing in the other:
//!
//! 1. *Our own changes.* Before the question is asked, the lane is marked: E, the number of its
//!    last change, and whether anything of it is not settled (pending, held, in a call that is
//!    frozen or whose outcome is unknown, rejected). It is judged only if nothing was unsettled
//!    then, and E, number and status are the same when it is judged. The number grows with each
//!    push and with each change of E that needs none, so nothing was derived in between, and
//!    nothing was on its way at t: a reading from before a push was applied is *in flight*. No
//!    clock is needed for that, so clocks that differ do no harm. What was skipped is taken as
//!    applied, and is a real difference where it was not.
//! 2. *What the shop did and we know.* A movement that lies behind the cursor is in the ledger and
//!    not in E: while there is one of the SKU, the lane is in flight.
//! 3. *What the shop did and we don't know.* An order takes units from S at once, and from E when
//!    it was followed. A difference is more than *order not seen* only once the shop's orders were
//!    followed up to [`ORDERS_MARGIN_MICROS`] after the reading it began with, and E is still as it
//!    was before that reading: then all that the shop's orders had done by t is in E.
//!    This takes it that the shop's search finds an order by what it knows of it, though that be
//!    some seconds old, and that the order is then read as it is.
//! 4. *What we followed too early.* An order is followed as it is now. If it took units before t
//!    and gave them back after t, E never changed, though S was less at t. So an order with the SKU
//!    that changed at the shop after t, less the same margin for the shop's clock, makes the
//!    reading worthless: the look begins anew ([`Facts::order_since`]).
//! 5. *A shop that answers from a copy* may have less than it confirmed a moment ago. So one
//!    reading is never enough: the same numbers are read again, [`SIGHTINGS_APART_MICROS`] later,
//!    with the lane unchanged over the whole time ([`is_confirmed`]).
//!
//! What is set right is set by compare-and-set on the very number that was read last, so a sale in
//! between makes it fail instead of being undone.

use super::life::ChannelStatus;
use crate::time::Micros;

/// How far apart two readings must be that confirm a difference.
pub const SIGHTINGS_APART_MICROS: i64 = 5 * Micros::SECOND;
/// How much later than a reading the shop's orders must have been followed, and how far the shop's
/// clock may be from ours: its search finds an order some seconds after it was changed.
pub const ORDERS_MARGIN_MICROS: i64 = 30 * Micros::SECOND;
/// So often one difference is set right by itself; if it comes back, somebody else sets this level
/// as well, and a person has to look.
pub const CORRECTIONS_MAX: i64 = 3;
/// With more confirmed differences than this in a shop nothing is set right by itself: then it is
/// more likely our idea of the shop that is wrong.
pub const CORRECTED_AT_ONCE_MAX: u64 = 250;

words!(
    /// How a level that is not equal stands.
    DifferenceClass {
        /// Changes are under way; nothing can be said.
        InFlight = "in_flight",
        /// The shop may have sold or taken back units of which we have not heard.
        OrderNotSeen = "order_not_seen",
        /// The shop keeps no stock of the item (any more).
        Untracked = "untracked",
        /// There should be units, and nobody can buy them: the item is not stocked there.
        Inactive = "inactive",
        /// No SKU, or no facility behind the location: no business of ours.
        Unmapped = "unmapped",
        /// The level was changed after our last change of it, and not by an order.
        ForeignWrite = "foreign_write",
        /// It is another number, and nobody seems to have changed it since we did.
        Drift = "drift",
    }
);

words!(
    /// Why a shop was read as a whole.
    AuditKind {
        /// Every night.
        Nightly = "nightly",
        /// Somebody asked.
        Asked = "asked",
    }
);

words!(
    /// How far that is.
    AuditStatus {
        /// It is read.
        Running = "running",
        /// Every level was judged.
        Done = "done",
        /// It was not.
        Failed = "failed",
    }
);

/// A level as the shop told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Has {
    /// What can be sold.
    pub available: i64,
    /// Whether anybody can buy it.
    pub active: bool,
    /// When the shop changed it last, by its clock.
    pub updated_at: Option<Micros>,
}

/// All that a judgement rests on, from one moment of the database.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether the level takes part.
    pub ours: bool,
    /// Whether the shop keeps stock of the item.
    pub tracked: bool,
    /// What the shop has; none where it was never stocked.
    pub has: Option<Has>,
    /// What it should have: the lane's `expected`.
    pub should: i64,
    /// Whether anything was or is under way (1 and 2 above).
    pub disturbed: bool,
    /// When the reading ended with which the difference began; that of this reading if it is new.
    pub since: Micros,
    /// Up to when the shop's orders are followed.
    pub orders_until: Option<Micros>,
    /// Whether an order with the SKU changed at the shop after that reading (4 above).
    pub order_since: bool,
    /// When our last change of this level was settled.
    pub touched_at: Option<Micros>,
}

/// What a level is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The shop has what it should have.
    Equal,
    /// It has not, or nobody can say.
    Differs(DifferenceClass),
}

/// What a level is.
pub fn classify(facts: &Facts) -> Judgement {
    use DifferenceClass as D;
    if !facts.ours {
        return Judgement::Differs(D::Unmapped);
    }
    if !facts.tracked {
        return Judgement::Differs(D::Untracked);
    }
    if facts.disturbed {
        return Judgement::Differs(D::InFlight);
    }
    let available = facts.has.map_or(0, |has| has.available);
    let sellable = facts.has.is_some_and(|has| has.active);
    if !sellable && facts.should > 0 {
        return Judgement::Differs(D::Inactive);
    }
    if available == facts.should {
        return Judgement::Equal;
    }
    let followed = facts.orders_until.is_some_and(|until| until >= followed_by(facts.since));
    if !followed || facts.order_since {
        return Judgement::Differs(D::OrderNotSeen);
    }
    let updated_at = facts.has.and_then(|has| has.updated_at);
    let since_ours = match (updated_at, facts.touched_at) {
        (Some(updated), Some(touched)) => updated > touched,
        (Some(_), None) => true,
        (None, _) => false,
    };
    Judgement::Differs(if since_ours { D::ForeignWrite } else { D::Drift })
}

/// Up to when orders must be followed for a reading of that time.
pub const fn followed_by(read_at: Micros) -> Micros {
    read_at.plus(ORDERS_MARGIN_MICROS)
}

/// From when on a change of an order may be later than a reading whose question was asked then.
pub const fn worthless_from(asked_at: Micros) -> Micros {
    asked_at.plus(-ORDERS_MARGIN_MICROS)
}

/// Whether a difference is certain: its class says all there is to say about what we did not know,
/// and it was read (`at`) with the same numbers long enough after it was read first (`since`).
pub const fn is_confirmed(class: DifferenceClass, since: Micros, at: Micros) -> bool {
    use DifferenceClass as D;
    let certain = matches!(class, D::Untracked | D::Inactive | D::ForeignWrite | D::Drift);
    certain && at.0.saturating_sub(since.0) >= SIGHTINGS_APART_MICROS
}

/// How far a shop may be set right without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How the channel stands.
    pub status: ChannelStatus,
    /// Whether it is allowed at all.
    pub corrects: bool,
    /// At most so many units; none: any number.
    pub limit: Option<i64>,
    /// How many differences of the shop are confirmed.
    pub confirmed: u64,
    /// Whether messages about orders could not be followed: what they did is in no ledger.
    pub orders_failed: bool,
}

/// Whether a confirmed difference is set right without a person.
pub fn corrects_itself(policy: &Policy, class: DifferenceClass, by: i64, corrections: i64) -> bool {
    let allowed = policy.corrects
        && policy.status == ChannelStatus::Running
        && policy.confirmed <= CORRECTED_AT_ONCE_MAX
        && corrections < CORRECTIONS_MAX;
    match class {
        // Nothing changes in number.
        DifferenceClass::Inactive => allowed,
        DifferenceClass::ForeignWrite | DifferenceClass::Drift => {
            let small = policy.limit.is_none_or(|limit| by.saturating_abs() <= limit);
            allowed && small && !policy.orders_failed
        }
        DifferenceClass::InFlight
        | DifferenceClass::OrderNotSeen
        | DifferenceClass::Untracked
        | DifferenceClass::Unmapped => false,
    }
}

/// Whether a confirmed difference can be set right at all.
pub const fn can_be_corrected(class: DifferenceClass) -> bool {
    use DifferenceClass as D;
    matches!(class, D::Inactive | D::ForeignWrite | D::Drift)
}

#[cfg(test)]
mod tests;
