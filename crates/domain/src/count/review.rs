//! Who may decide about a line.

use std::collections::BTreeSet;

use crate::{access::Limits, ids::PrincipalId, money::Money, plan::beyond};

use super::{
    line::{Decision, Line, Reading},
    policy::{Needs, Policy},
};

words!(
    /// Why somebody may not decide about a line.
    MayNot {
        /// They don't review at the facility.
        NoPermission = "no_permission",
        /// They counted it.
        OwnCount = "own_count",
        /// It is beyond their limits, or takes a higher rank.
        AboveLimit = "above_limit",
        /// They have accepted it; it takes somebody else, too.
        TakesAnother = "takes_another",
    }
);

/// Somebody who reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub id: PrincipalId,
    /// How far they may go; none where they may not review at all.
    pub limits: Option<Limits>,
    /// The highest rank of the roles by which they review there.
    pub rank: i64,
}

/// What somebody reviews.
#[derive(Clone, Copy, Debug)]
pub struct Reviewed<'a> {
    /// The line.
    pub line: &'a Line,
    /// What one unit is worth.
    pub unit_value: Option<Money>,
    /// Who counted it, in any round.
    pub counters: &'a BTreeSet<PrincipalId>,
}

impl Policy {
    /// Why a reviewer may not decide so; none where they may.
    ///
    /// Nobody reviews what they counted, whatever they decide. A limit stands against accepting
    /// alone: what is rejected or counted again posts nothing. As with an undo, no day's limit is
    /// used up: what a line comes to lies with those who counted it, not with who reads it.
    pub fn may_not(
        &self,
        reviewer: &Reviewer,
        about: &Reviewed<'_>,
        decision: Decision,
    ) -> Option<MayNot> {
        let Some(limits) = reviewer.limits else { return Some(MayNot::NoPermission) };
        if about.counters.contains(&reviewer.id) {
            return Some(MayNot::OwnCount);
        }
        if decision != Decision::Accept {
            return None;
        }
        let reading = about.line.reading()?;
        let value = reading.value(about.unit_value);
        if self.is_beyond(reviewer, limits, reading, value) {
            return Some(MayNot::AboveLimit);
        }
        let held = about.line.decision().filter(|held| !held.is_complete());
        held.is_some_and(|held| held.by == Some(reviewer.id)).then_some(MayNot::TakesAnother)
    }

    fn is_beyond(
        &self,
        reviewer: &Reviewer,
        limits: Limits,
        reading: Reading,
        value: Option<Money>,
    ) -> bool {
        let limits = Limits { day_value_max: None, ..limits };
        let magnitude = value.map(|value| Money(value.0.saturating_abs()));
        let above = !beyond(limits, reading.variance(), magnitude, Money::default()).is_empty();
        let ranks = self.needs(value) != Needs::Controller || reviewer.rank >= self.controller_rank;
        above || !ranks
    }
}
