//! A line: what the scans of one SKU say, beside what the book says.
//!
//! Lines are computed whenever somebody asks, never kept: a movement that is learned of late
//! changes them by itself (inventory-accuracy sections 2.1 to 2.4).

use std::collections::BTreeSet;

use crate::{ids::PrincipalId, money::Money, time::Micros};

use super::{How, policy::Needs};

/// From this uncertainty of a scan's time on, its line says that the clock can't be trusted, in
/// microseconds.
pub const CLOCK_DOUBT_MICROS: i64 = 30 * Micros::SECOND;

words!(
    /// How a line stands.
    LineStatus {
        /// On the list, or the book has it, and nobody saw it. Not the same as none.
        Unknown = "unknown",
        /// Counted; waits for a decision where it differs from the book.
        Counted = "counted",
        /// Counted, but not on the list: accepting takes it in, rejecting leaves it out.
        Unlisted = "unlisted",
        /// The book may have been right: nothing to post.
        Consistent = "consistent",
        /// Somebody shall look again.
        Recount = "recount",
        /// Will be posted when the count is closed.
        Accepted = "accepted",
        /// Will not be posted.
        Rejected = "rejected",
        /// In the ledger.
        Posted = "posted",
        /// Was in the ledger, and was taken back.
        Undone = "undone",
        /// The count was closed without it.
        LeftOut = "left_out",
    }
);

words!(
    /// What a reviewer, or the policy, decides about a line.
    Decision {
        /// Post it.
        Accept = "accept",
        /// Don't.
        Reject = "reject",
        /// Look again.
        Recount = "recount",
    }
);

words!(
    /// How lines are put together for a reviewer.
    Group {
        /// Worth so much that it is looked at first.
        Large = "large",
        /// Something about it is strange.
        Odd = "odd",
        /// Differs a little.
        Small = "small",
        /// The book may have been right.
        Consistent = "consistent",
    }
);

/// What the scans of one SKU come to: those of its newest round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The round.
    pub round: i64,
    /// C: the units seen. Below zero only where scans took back more than there was.
    pub counted: i64,
    /// When the first of them was seen.
    pub first_at: Micros,
    /// τ: when the last one was.
    pub last_at: Micros,
    /// The earliest moment at which the first may have been seen, by an uncertain clock.
    pub window_from: Micros,
    /// The latest one at which the last may have been.
    pub window_to: Micros,
    /// Largest uncertainty of a scan's time, in microseconds.
    pub uncertainty: i64,
    /// How many scans.
    pub scans: i64,
    /// In which ways they were made.
    pub how: BTreeSet<How>,
}

impl Seen {
    /// Takes more scans of the same SKU in. Those of an earlier round don't count any more.
    pub fn add(&mut self, more: &Self) {
        if more.scans == 0 || (self.scans > 0 && more.round < self.round) {
            return;
        }
        if self.scans == 0 || more.round > self.round {
            self.clone_from(more);
            return;
        }
        self.counted = self.counted.saturating_add(more.counted);
        self.first_at = self.first_at.min(more.first_at);
        self.last_at = self.last_at.max(more.last_at);
        self.window_from = self.window_from.min(more.window_from);
        self.window_to = self.window_to.max(more.window_to);
        self.uncertainty = self.uncertainty.max(more.uncertainty);
        self.scans = self.scans.saturating_add(more.scans);
        self.how.extend(more.how.iter().copied());
    }
}

/// Good units that moved at a time: negative where they left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// When.
    pub at: Micros,
    /// How many.
    pub change: i64,
}

/// What the book had at the time of the scans, over good units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// B(τ), at the last scan.
    pub at_last: i64,
    /// The least that may have been there to be seen while the scans were made.
    pub low: i64,
    /// The most.
    pub high: i64,
}

impl Expected {
    /// The book at a time of the past: what is there now, less what moved since. `moved` has all
    /// that moved after [`Seen::window_from`], in any order.
    ///
    /// A movement at exactly τ lies before the count. Of what moved while the scans were made,
    /// each may or may not have been seen, whatever became of the others: one unit was taken from
    /// a shelf that was scanned before, another brought to one that was not. So the book as it was
    /// seen lies between all that left and all that came, which may be further apart than the
    /// least and the most that it ever had.
    pub fn back_from(good_now: i64, moved: &[Moved], seen: &Seen) -> Self {
        let at = |t: Micros| {
            let since = moved.iter().filter(|m| m.at > t).map(|m| m.change);
            since.fold(good_now, i64::saturating_sub)
        };
        let from = at(seen.window_from);
        let within = |m: &&Moved| seen.window_from < m.at && m.at <= seen.window_to;
        let changes = || moved.iter().filter(within).map(|m| m.change);
        let low = changes().filter(|n| *n < 0).fold(from, i64::saturating_add);
        let high = changes().filter(|n| *n > 0).fold(from, i64::saturating_add);
        Self { at_last: at(seen.last_at), low, high }
    }

    /// A book that nothing moved in.
    pub const fn exactly(book: i64) -> Self {
        Self { at_last: book, low: book, high: book }
    }
}

/// What was seen beside what the book had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// C.
    pub counted: i64,
    /// τ.
    pub at: Micros,
    /// B.
    pub expected: Expected,
}

impl Reading {
    /// V = C − B(τ).
    pub const fn variance(&self) -> i64 {
        self.counted.saturating_sub(self.expected.at_last)
    }

    /// The lowest that the variance may be.
    pub const fn variance_low(&self) -> i64 {
        self.counted.saturating_sub(self.expected.high)
    }

    /// The highest.
    pub const fn variance_high(&self) -> i64 {
        self.counted.saturating_sub(self.expected.low)
    }

    /// Whether something moved while the scans were made, so that the variance is an interval.
    pub const fn is_ambiguous(&self) -> bool {
        self.expected.low != self.expected.high
    }

    /// Whether the record is exactly right.
    pub const fn is_exact(&self) -> bool {
        !self.is_ambiguous() && self.variance() == 0
    }

    /// Whether the record may have been right, by what moved while it was being counted: nobody
    /// is blamed, and nothing is posted.
    pub const fn may_be_right(&self) -> bool {
        self.is_ambiguous() && self.variance_low() <= 0 && 0 <= self.variance_high()
    }

    /// |V| / max(|B|, 1) in hundredths of a percent. With a book of 0, so that 100 found where the
    /// record has none are 1,000,000 and not "no difference" (inventory-accuracy section 0, 8).
    pub fn basis_points(&self) -> i64 {
        let base = u128::from(self.expected.at_last.unsigned_abs().max(1));
        let variance = u128::from(self.variance().unsigned_abs());
        let points = variance.saturating_mul(10_000).checked_div(base).unwrap_or(u128::MAX);
        i64::try_from(points).unwrap_or(i64::MAX)
    }

    /// V × the worth of a unit; none where that is not known.
    pub fn value(&self, unit_value: Option<Money>) -> Option<Money> {
        let worth = |unit: Money| {
            let edge = if self.variance() < 0 { i64::MIN } else { i64::MAX };
            unit.times(self.variance()).unwrap_or(Money(edge))
        };
        unit_value.map(worth)
    }
}

/// A decision as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// The round: of the scans that were decided on, or the one that is asked for.
    pub round: i64,
    /// C, as it was decided on.
    pub counted: Option<i64>,
    /// τ, as it was decided on.
    pub at: Option<Micros>,
    /// B(τ), as it was decided on.
    pub expected: Option<i64>,
    /// The worth of a unit, as it was decided on.
    pub unit_value: Option<Money>,
    /// Whether it takes a second person.
    pub needs: Needs,
    /// Who; none where the policy did.
    pub by: Option<PrincipalId>,
    /// Who else.
    pub second_by: Option<PrincipalId>,
}

impl Decided {
    /// Whether it is about these scans, and not about others that were counted before.
    fn is_about(&self, seen: Option<&Seen>) -> bool {
        match self.decision {
            Decision::Recount => seen.is_none_or(|seen| seen.round < self.round),
            Decision::Accept | Decision::Reject => {
                let of = seen.map(|seen| (seen.round, seen.counted, seen.last_at));
                of.is_some_and(|(round, counted, at)| {
                    round == self.round && Some(counted) == self.counted && Some(at) == self.at
                })
            }
        }
    }

    /// Whether nobody else is needed any more.
    pub const fn is_complete(&self) -> bool {
        !matches!(self.decision, Decision::Accept)
            || !matches!(self.needs, Needs::Two)
            || self.by.is_none()
            || self.second_by.is_some()
    }
}

/// What became of a line in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InLedger {
    /// V, with what was learned since.
    pub variance: i64,
    /// Whether it was taken back.
    pub undone: bool,
}

/// One SKU of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was seen; none where nobody saw anything.
    pub seen: Option<Seen>,
    /// The book beside it; of a line that nobody saw, the book now.
    pub expected: Expected,
    /// Whether it was asked for.
    pub listed: bool,
    /// Whether the count is over.
    pub is_over: bool,
    /// What was decided, whether it still holds or not.
    pub decided: Option<Decided>,
    /// What became of it.
    pub in_ledger: Option<InLedger>,
}

impl Line {
    /// What was seen beside what the book had; none where nothing was seen.
    pub fn reading(&self) -> Option<Reading> {
        let seen = self.seen.as_ref()?;
        Some(Reading { counted: seen.counted, at: seen.last_at, expected: self.expected })
    }

    /// The decision that holds: made about these very scans.
    pub fn decision(&self) -> Option<&Decided> {
        self.decided.as_ref().filter(|decided| decided.is_about(self.seen.as_ref()))
    }

    /// How the line stands.
    pub fn status(&self) -> LineStatus {
        match self.in_ledger {
            Some(InLedger { undone: true, .. }) => return LineStatus::Undone,
            Some(_) => return LineStatus::Posted,
            None => {}
        }
        let held = self.decision().filter(|decided| decided.is_complete()).map(|d| d.decision);
        let may_be_right = self.reading().is_some_and(|r| r.may_be_right());
        match held {
            Some(Decision::Recount) if !self.is_over => LineStatus::Recount,
            Some(Decision::Accept) if !self.is_over && !may_be_right => LineStatus::Accepted,
            Some(Decision::Reject) if !self.is_over => LineStatus::Rejected,
            _ => match self.reading() {
                None => LineStatus::Unknown,
                Some(reading) if reading.may_be_right() => LineStatus::Consistent,
                Some(_) if self.is_over => LineStatus::LeftOut,
                Some(_) if !self.listed => LineStatus::Unlisted,
                Some(reading) if reading.is_exact() => LineStatus::Consistent,
                Some(_) => LineStatus::Counted,
            },
        }
    }

    /// Whether the count can't be closed before somebody decides about it.
    pub fn blocks(&self) -> bool {
        let differs = self.reading().is_some_and(|r| r.variance() != 0);
        match self.status() {
            LineStatus::Recount => true,
            LineStatus::Counted | LineStatus::Unlisted => differs,
            _ => false,
        }
    }

    /// Whether closing posts it. A line that may have been right is not posted, though it was
    /// accepted before that came out.
    pub fn is_to_post(&self) -> bool {
        self.status() == LineStatus::Accepted
    }
}

#[cfg(test)]
mod tests;
