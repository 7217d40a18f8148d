//! The policy: which lines need nobody, which shall be counted again, and who decides about the
//! others (inventory-accuracy section 1.7).

use serde::{Deserialize, Serialize};

use crate::money::Money;

use super::{
    How,
    line::{CLOCK_DOUBT_MICROS, Group, Reading, Seen},
};

/// Most rounds that the policy may ask for by itself.
pub const ROUNDS_MAX: i64 = 5;
/// Longest that SKUs which gave themselves away may take to be counted, in hours: four weeks.
pub const TRIGGER_DUE_HOURS_MAX: i64 = 24 * 28;
/// Largest percentage that a policy may name: a thousandfold surplus.
const PERCENT_MAX: i64 = 100_000;

words!(
    /// Whose decision a line takes.
    Needs {
        /// Anyone who reviews, or nobody at all.
        Anyone = "anyone",
        /// Somebody who reviews at the facility.
        Manager = "manager",
        /// Somebody of a higher rank.
        Controller = "controller",
        /// Two people, one after the other.
        Two = "two",
    }
);

/// What happens to lines without anybody asking. Belongs to a facility group, or to all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Accepts by itself.
    pub accept: AutoAccept,
    /// Asks for a recount by itself.
    pub recount: AutoRecount,
    /// Up to this value whoever reviews decides.
    pub manager_value_max: Money,
    /// Up to this value somebody of a higher rank does; beyond it two people.
    pub controller_value_max: Money,
    /// The rank of the roles that count as higher.
    pub controller_rank: i64,
    /// Which records give themselves away. Written only where it is not what is shipped: policies
    /// that were written before there was a choice say nothing, and are read by older nodes.
    #[serde(default, skip_serializing_if = "Triggers::is_shipped")]
    pub triggers: Triggers,
}

/// A line is accepted by itself where all of it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoAccept {
    /// Whether any line that differs is.
    pub enabled: bool,
    /// At most so many units.
    pub units_max: i64,
    /// At most so much value.
    pub value_max: Money,
    /// At most so many percent of the book (of 1 where the book has none).
    pub percent_max: i64,
    /// Only what was scanned, not typed.
    pub scanned_only: bool,
    /// What one person's lines may come to in a day of the facility, losses and gains added up:
    /// a large loss must not pass as many small ones.
    pub person_day_value_max: Money,
}

/// A line is counted again where one of these holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoRecount {
    /// Whether any line is.
    pub enabled: bool,
    /// More units than this.
    pub units_over: i64,
    /// More value than this.
    pub value_over: Money,
    /// More percent of the book than this.
    pub percent_over: i64,
    /// Counted so many times, it is not counted again by itself.
    pub rounds_max: i64,
    /// Whether somebody else must do it.
    pub by_other: bool,
}

/// When a variance that somebody posted is a reason to look at the shelf, one of both being
/// enough; and how soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// So many units or more.
    pub variance_units_min: i64,
    /// So much value or more.
    pub variance_value_min: Money,
    /// Within so many hours what gave itself away, for whatever reason, should be counted.
    pub due_hours: i64,
}

impl Triggers {
    fn is_shipped(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Triggers {
    /// What is shipped: what a facility manager may post alone, and a day.
    fn default() -> Self {
        let value = Money(1_000_i64.saturating_mul(Money::SCALE));
        Self { variance_units_min: 50, variance_value_min: value, due_hours: 24 }
    }
}

impl Default for Policy {
    /// What is shipped.
    fn default() -> Self {
        let units = |units: i64| Money(units.saturating_mul(Money::SCALE));
        Self {
            accept: AutoAccept {
                enabled: true,
                units_max: 2,
                value_max: units(25),
                percent_max: 50,
                scanned_only: true,
                person_day_value_max: units(250),
            },
            recount: AutoRecount {
                enabled: true,
                units_over: 5,
                value_over: units(100),
                percent_over: 20,
                rounds_max: 2,
                by_other: true,
            },
            manager_value_max: units(1_000),
            controller_value_max: units(5_000),
            controller_rank: 30,
            triggers: Triggers::default(),
        }
    }
}

/// A member of a policy that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct BadPolicy {
    /// A JSON pointer into the policy.
    pub pointer: &'static str,
    /// What would be right.
    pub detail: &'static str,
}

/// A line, as far as the policy looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The scans.
    pub seen: &'a Seen,
    /// Beside the book.
    pub reading: Reading,
    /// What one unit is worth.
    pub unit_value: Option<Money>,
    /// Whether it was asked for.
    pub listed: bool,
    /// Whether only a part of the facility was counted: what is missing may lie elsewhere.
    pub partial: bool,
    /// What lines of the same people have come to today, accepted by themselves.
    pub passed_today: Money,
}

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted by itself, by this rule.
    Accept(String),
    /// To be counted again, by this rule.
    Recount(String),
    /// Somebody decides.
    Review,
}

impl Policy {
    /// Whether it can be a policy.
    ///
    /// # Errors
    /// [`BadPolicy`], the first member that does not fit.
    pub fn check(&self) -> Result<(), BadPolicy> {
        let bad = |pointer, detail| Err(BadPolicy { pointer, detail });
        let (accept, recount) = (&self.accept, &self.recount);
        let amounts = [
            ("/accept/units_max", accept.units_max),
            ("/accept/value_max", accept.value_max.0),
            ("/accept/person_day_value_max", accept.person_day_value_max.0),
            ("/recount/units_over", recount.units_over),
            ("/recount/value_over", recount.value_over.0),
            ("/manager_value_max", self.manager_value_max.0),
            ("/controller_rank", self.controller_rank),
        ];
        if let Some((pointer, _)) = amounts.into_iter().find(|(_, amount)| *amount < 0) {
            return bad(pointer, "must not be negative");
        }
        for (pointer, percent) in [
            ("/accept/percent_max", accept.percent_max),
            ("/recount/percent_over", recount.percent_over),
        ] {
            if !(0..=PERCENT_MAX).contains(&percent) {
                return bad(pointer, "0 to 100000");
            }
        }
        if !(1..=ROUNDS_MAX).contains(&recount.rounds_max) {
            return bad("/recount/rounds_max", "1 to 5");
        }
        if self.triggers.variance_units_min < 1 {
            return bad("/triggers/variance_units_min", "must be at least 1");
        }
        if self.triggers.variance_value_min.0 < 1 {
            return bad("/triggers/variance_value_min", "must be more than 0");
        }
        if !(1..=TRIGGER_DUE_HOURS_MAX).contains(&self.triggers.due_hours) {
            return bad("/triggers/due_hours", "1 to 672");
        }
        if self.controller_value_max < self.manager_value_max {
            return bad("/controller_value_max", "must not be below manager_value_max");
        }
        if accept.value_max > self.manager_value_max {
            return bad("/accept/value_max", "must not be above manager_value_max");
        }
        Ok(())
    }

    /// What it says about a line that was counted. A record that is exactly right is always
    /// accepted: its line posts nothing, and says that somebody looked.
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        let reading = case.reading;
        if reading.counted < 0 {
            return Verdict::Recount("fewer than no units were counted".to_owned());
        }
        if reading.is_exact() {
            return Verdict::Accept("exactly what the record has".to_owned());
        }
        if reading.may_be_right() {
            return Verdict::Review;
        }
        if let Some(rule) = self.passes(case) {
            return Verdict::Accept(rule);
        }
        match self.wants_recount(case) {
            Some(rule) => Verdict::Recount(rule),
            None => Verdict::Review,
        }
    }

    fn passes(&self, case: &Case<'_>) -> Option<String> {
        let (limits, reading) = (&self.accept, case.reading);
        let by_hand = case.seen.how.iter().any(|how| matches!(how, How::Typed | How::NoneFound));
        let units = reading.variance().saturating_abs();
        let value = magnitude(reading.value(case.unit_value)?);
        let total = case.passed_today.saturating_add(value);
        let fits = limits.enabled
            && case.listed
            && !case.partial
            && !reading.is_ambiguous()
            && case.seen.uncertainty < CLOCK_DOUBT_MICROS
            && !(limits.scanned_only && by_hand)
            && units <= limits.units_max
            && value <= limits.value_max
            && within_percent(reading, limits.percent_max)
            && total <= limits.person_day_value_max;
        fits.then(|| {
            format!(
                "small: at most {} units, {} in value and {} % of the record, {} in value a \
                 person and day",
                limits.units_max, limits.value_max, limits.percent_max, limits.person_day_value_max
            )
        })
    }

    fn wants_recount(&self, case: &Case<'_>) -> Option<String> {
        let (limits, reading) = (&self.recount, case.reading);
        // In a part of the facility fewer units than the record has are no surprise, and what
        // nobody asked for is somebody's choice first.
        if !limits.enabled || case.seen.round >= limits.rounds_max || case.partial || !case.listed {
            return None;
        }
        let value = case.reading.value(case.unit_value).map(magnitude);
        if reading.expected.at_last <= 0 && reading.counted > 0 {
            return Some("units where the record has none".to_owned());
        }
        if reading.variance().saturating_abs() > limits.units_over {
            return Some(format!("more than {} units", limits.units_over));
        }
        if value.is_some_and(|value| value > limits.value_over) {
            return Some(format!("more than {} in value", limits.value_over));
        }
        (!within_percent(reading, limits.percent_over))
            .then(|| format!("more than {} % of the record", limits.percent_over))
    }

    /// Whose decision a difference of this value takes; where the value is not known, a
    /// manager's.
    pub fn needs(&self, value: Option<Money>) -> Needs {
        let Some(value) = value.map(magnitude) else { return Needs::Manager };
        if value.0 == 0 {
            Needs::Anyone
        } else if value <= self.manager_value_max {
            Needs::Manager
        } else if value <= self.controller_value_max {
            Needs::Controller
        } else {
            Needs::Two
        }
    }

    /// Where a reviewer finds the line.
    pub fn group(&self, seen: &Seen, reading: Reading, unit_value: Option<Money>) -> Group {
        let value = reading.value(unit_value).map(magnitude);
        let book = reading.expected.at_last;
        let odd = (book <= 0 && reading.counted > 0)
            || (book > 0 && reading.counted <= 0)
            || reading.counted < 0
            || reading.is_ambiguous()
            || seen.uncertainty >= CLOCK_DOUBT_MICROS;
        if reading.is_exact() || reading.may_be_right() {
            Group::Consistent
        } else if value.is_some_and(|value| value > self.recount.value_over) {
            Group::Large
        } else if odd {
            Group::Odd
        } else {
            Group::Small
        }
    }

    /// Whether a reader of the result calls the record right enough.
    pub fn tolerates(&self, reading: Reading) -> bool {
        reading.may_be_right()
            || (reading.variance().saturating_abs() <= self.accept.units_max
                && within_percent(reading, self.accept.percent_max))
    }
}

fn magnitude(value: Money) -> Money {
    Money(value.0.saturating_abs())
}

fn within_percent(reading: Reading, percent: i64) -> bool {
    reading.basis_points() <= percent.saturating_mul(100)
}

#[cfg(test)]
mod tests;
