//! Schedules: when a count is due next, and of which SKUs. Pure: time, time zone and dice are
//! handed in.

use std::collections::BTreeSet;

use jiff::{
    ToSpan as _,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{CountFilter, LINES_MAX};
use crate::{encode::Encoder, ids::SkuId, time::Micros};

/// Days of a year, as far as "four times a year" is concerned.
const YEAR_DAYS: u64 = 365;
/// How often a year an item of a class may be counted at most: each day.
pub const TIMES_A_YEAR_MAX: u32 = 365;
/// Longest that a scheduled count may take until it is due, in hours: four weeks.
pub const DUE_HOURS_MAX: u32 = 24 * 28;
/// Days ahead that are looked at for the next one: a week, and the day on which it began.
const DAYS_AHEAD: i64 = 8;
/// A items make up so much of the yearly cost of sales, of a hundred; B items the next 15, C the
/// rest (inventory-accuracy section 2, the classic 80/15/5).
const A_PERCENT: i128 = 80;
/// As far as B reaches.
const AB_PERCENT: i128 = 95;

words!(
    /// Why a schedule made no count though it was due.
    Skip {
        /// Its last count is neither closed nor cancelled: another of the same would pile up
        /// beside it.
        Unfinished = "unfinished",
        /// It is no SKU's turn.
        Nothing = "nothing_to_count",
        /// It asks for more SKUs than a count may have.
        Refused = "refused",
    }
);

/// What a schedule makes, and on which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// On these days of the week: 1 is Monday, 7 is Sunday. Of an area, of the SKUs that a filter
    /// chooses on that day, or of the whole facility.
    Weekly {
        /// The days.
        weekdays: BTreeSet<i8>,
        /// Which part of the facility.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<String>,
        /// Which SKUs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<CountFilter>,
    },
    /// Each day those whose turn it is, so that each item is counted so often a year by its class.
    Abc {
        /// How often A items.
        a: u32,
        /// How often B items.
        b: u32,
        /// How often C items.
        c: u32,
    },
    /// Each day so many SKUs at random: an honest sample, each SKU as likely as any other.
    Random {
        /// How many.
        skus_a_day: u32,
    },
}

impl Rule {
    /// Whether it waits until its last count is over. What waits on a list of [`Rule::Abc`] is not
    /// listed again, and each class has its turn whoever is late.
    pub const fn waits_for_last(&self) -> bool {
        matches!(self, Self::Weekly { .. } | Self::Random { .. })
    }
}

/// A rule with its hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What it makes, and on which days.
    pub rule: Rule,
    /// Whether its counts are blind.
    pub blind: bool,
    /// At what time of the facility's day its counts begin.
    pub at: Time,
    /// When they are due, in hours after their beginning.
    pub due_after_hours: Option<u32>,
}

/// A member of a schedule that does not fit: where, and what would be right.
pub type Misfit = (&'static str, String);

impl Schedule {
    /// What does not fit, if anything does not.
    pub fn misfit(&self) -> Option<Misfit> {
        let times = |name, n: u32| {
            let detail = format!("0 to {TIMES_A_YEAR_MAX} times a year");
            (n > TIMES_A_YEAR_MAX).then_some((name, detail))
        };
        let found = match &self.rule {
            Rule::Weekly { weekdays, area, filter } => {
                if weekdays.is_empty() || !weekdays.iter().all(|day| (1..=7).contains(day)) {
                    Some(("/rule/weekdays", "name days, 1 (Monday) to 7 (Sunday)".to_owned()))
                } else if area.is_some() && filter.is_some() {
                    Some(("/rule/filter", "an area or a filter, not both".to_owned()))
                } else {
                    None
                }
            }
            Rule::Abc { a: 0, b: 0, c: 0 } => {
                Some(("/rule/a", "something must be counted".to_owned()))
            }
            Rule::Abc { a, b, c } => times("/rule/a", *a)
                .or_else(|| times("/rule/b", *b))
                .or_else(|| times("/rule/c", *c)),
            Rule::Random { skus_a_day } => {
                let fits = (1..=LINES_MAX).contains(&(*skus_a_day as usize));
                (!fits).then(|| ("/rule/skus_a_day", format!("1 to {LINES_MAX}")))
            }
        };
        let late = self.due_after_hours.is_some_and(|hours| !(1..=DUE_HOURS_MAX).contains(&hours));
        let due = late.then(|| ("/due_after_hours", format!("1 to {DUE_HOURS_MAX}")));
        found.or(due)
    }

    /// When it is due next, after `now`, in the facility's time zone. An hour that the clocks
    /// leave out is moved behind the gap; none where the calendar ends.
    pub fn next_after(&self, now: Micros, zone: &TimeZone) -> Option<Micros> {
        let today = now.to_timestamp()?.to_zoned(zone.clone()).date();
        (0..=DAYS_AHEAD)
            .filter_map(|days| today.checked_add(days.days()).ok())
            .filter(|date| self.is_on(date.weekday()))
            .filter_map(|date| date.to_datetime(self.at).to_zoned(zone.clone()).ok())
            .map(|at| Micros::from(at.timestamp()))
            .find(|at| *at > now)
    }

    /// When what begins at `start` is due.
    pub fn due(&self, start: Micros) -> Option<Micros> {
        let hours = i64::from(self.due_after_hours?);
        Some(start.plus(hours.saturating_mul(3_600).saturating_mul(Micros::SECOND)))
    }

    fn is_on(&self, day: Weekday) -> bool {
        match &self.rule {
            Rule::Weekly { weekdays, .. } => weekdays.contains(&day.to_monday_one_offset()),
            Rule::Abc { .. } | Rule::Random { .. } => true,
        }
    }
}

/// What the turn of a SKU rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which.
    pub sku: SkuId,
    /// Cost × quantity sold of the last 12 months.
    pub sold_value: i128,
    /// When it was counted last.
    pub counted_at: Option<Micros>,
}

/// Whose turn it is by class: each item as often a year as its class says, the most overdue
/// first, and not more in a day than the year needs. A facility that was never counted begins
/// with its A items and is through with all of them in a year, not on the first day.
pub fn due_by_class(turns: &[Turn], (a, b, c): (u32, u32, u32), now: Micros) -> Vec<SkuId> {
    let classed = classes(turns);
    let times = |class| match class {
        Class::A => a,
        Class::B => b,
        Class::C => c,
    };
    let yearly: u64 = classed.iter().map(|(_, class)| u64::from(times(*class))).sum();
    let most = usize::try_from(yearly.div_ceil(YEAR_DAYS)).unwrap_or(LINES_MAX).min(LINES_MAX);
    let mut due: Vec<(u128, Class, SkuId)> = Vec::new();
    for (turn, class) in classed {
        let times = times(class);
        let age = turn.counted_at.map(|at| now.0.saturating_sub(at.0).max(0).unsigned_abs());
        // In units of its own interval, so that a C item three years late comes before an A item
        // that is a week late; what was never counted is as late as can be.
        let lateness = age.map_or(u128::MAX, |age| u128::from(age).saturating_mul(times.into()));
        let year = u128::from(Micros::DAY.unsigned_abs()).saturating_mul(YEAR_DAYS.into());
        if times > 0 && lateness >= year {
            due.push((lateness, class, turn.sku));
        }
    }
    due.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    due.truncate(most);
    due.into_iter().map(|(_, _, sku)| sku).collect()
}

/// How much an item matters by what is sold of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    A,
    B,
    C,
}

/// Each item with its class: by falling value, A until 80 percent of the sum is reached, B until
/// 95. What sold nothing is C.
fn classes(turns: &[Turn]) -> Vec<(Turn, Class)> {
    let mut turns = turns.to_vec();
    turns.sort_by(|x, y| y.sold_value.cmp(&x.sold_value).then(x.sku.cmp(&y.sku)));
    let worth = |turn: &Turn| turn.sold_value.max(0);
    let total = turns.iter().map(worth).fold(0, i128::saturating_add);
    let mut before: i128 = 0;
    let class = |turn: Turn| {
        let reached = before.saturating_mul(100);
        before = before.saturating_add(worth(&turn));
        let class = if worth(&turn) == 0 || reached >= total.saturating_mul(AB_PERCENT) {
            Class::C
        } else if reached >= total.saturating_mul(A_PERCENT) {
            Class::B
        } else {
            Class::A
        };
        (turn, class)
    };
    turns.into_iter().map(class).collect()
}

/// So many of the SKUs, each as likely as any other. The same seed draws the same ones from the
/// same SKUs, in whatever order they are handed in.
pub fn draw(skus: &[SkuId], many: usize, seed: &[u8]) -> Vec<SkuId> {
    let lot = |sku: &SkuId| {
        Encoder::new("onhand.count-sample").bytes(seed).bytes(sku.0.as_bytes()).hash()
    };
    let mut lots: Vec<_> = skus.iter().map(|sku| (lot(sku), *sku)).collect();
    lots.sort_unstable();
    lots.truncate(many);
    lots.into_iter().map(|(_, sku)| sku).collect()
}

#[cfg(test)]
mod tests;
