//! The rules, and what each makes of a line whose record is right.

use anyhow::Result;
use onhand_domain::Micros;

use super::{
    ours,
    sales::{Dice, Sale, Sales},
};

const HOUR: i64 = 3_600 * Micros::SECOND;
/// Counting begins at ten, takes four hours, and is approved the next morning.
const START: i64 = 10 * HOUR;
const TAKES: i64 = 4 * HOUR;
const APPROVED_AFTER: i64 = 18 * HOUR;
/// Of the sales during the count, those that are learned of after its approval.
const LATE: f64 = 0.03;
/// By how much a device's clock is off, if nobody corrects it: one standard deviation.
const CLOCK: f64 = 45e6;
/// What the device says that its clock may be off, where nobody could measure it.
const CLOCK_MOST: i64 = 3 * 45 * Micros::SECOND;

/// What a system compares a count with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The record when the count began.
    AtStart,
    /// The record when it was submitted.
    AtSubmit,
    /// The record when it was approved.
    AtApproval,
    /// The record at the scan, as it was known at the approval.
    AtScan,
    /// The record at the time that the device shows.
    DeviceClock,
    /// The record at the scan, with all that was learned since.
    Ours,
    /// The same, where the device's clock is off and says that it may be.
    OursBadClock,
}

impl Rule {
    pub(super) const ALL: [Self; 7] = [
        Self::AtStart,
        Self::AtSubmit,
        Self::AtApproval,
        Self::AtScan,
        Self::DeviceClock,
        Self::Ours,
        Self::OursBadClock,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AtStart => "snapshot at start",
            Self::AtSubmit => "at submit",
            Self::AtApproval => "at approval, the next morning",
            Self::AtScan => "at the scan, never again, 3 % of sales late",
            Self::DeviceClock => "at the scan by the device's clock, off by 45 s (one deviation)",
            Self::Ours => "**ours**, 3 % of sales late",
            Self::OursBadClock => "**ours**, the clock off by 45 s and said to be so",
        }
    }
}

/// A line of a count: one SKU, seen once, with its record right.
pub(super) struct Line {
    /// When it was seen.
    pub(super) at: i64,
    /// When the store began to count, was done, and had it approved.
    pub(super) start: i64,
    pub(super) submitted: i64,
    pub(super) approved: i64,
    /// By how much the device's clock is off.
    pub(super) off: i64,
    /// What the device says of that.
    pub(super) off_most: i64,
    /// Which of the sales from the start to the approval are learned of after it.
    pub(super) late: Vec<bool>,
}

/// What came of the lines of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) lines: u64,
    /// Lines with a variance. All are false.
    pub(super) wrong: u64,
    /// Units of them, whichever way.
    pub(super) units: u64,
    /// Lines of which is said that the record may be right, and nothing is posted.
    pub(super) in_doubt: u64,
}

/// A variance that a rule shows.
pub(super) enum Shown {
    Variance(i64),
    InDoubt,
}

/// Counts every SKU on every day by a rule.
pub(super) fn tally(
    rule: Rule,
    sales: &Sales,
    days: &[i64],
    skus: &[usize],
    dice: &mut Dice,
) -> Result<Tally> {
    let mut tally = Tally::default();
    for day in days {
        for sku in skus {
            let line = Line::draw(day + START, sales, *sku, dice);
            tally.lines += 1;
            match show(rule, &line, sales, *sku)? {
                Shown::Variance(variance) => {
                    tally.wrong += u64::from(variance != 0);
                    tally.units += variance.unsigned_abs();
                }
                Shown::InDoubt => tally.in_doubt += 1,
            }
        }
    }
    Ok(tally)
}

impl Line {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "hours in microseconds are far below 2^52"
    )]
    fn draw(start: i64, sales: &Sales, sku: usize, dice: &mut Dice) -> Self {
        let submitted = start + TAKES;
        let approved = submitted + APPROVED_AFTER;
        let at = start + (dice.fraction() * TAKES as f64) as i64;
        let off = dice.normal(CLOCK) as i64;
        let sold = sales.between(sku, start, approved);
        let during = |sale: &Sale| sale.at <= submitted;
        let late = sold.iter().map(|sale| dice.fraction() < LATE && during(sale)).collect();
        Self { at, start, submitted, approved, off, off_most: 0, late }
    }
}

fn show(rule: Rule, line: &Line, sales: &Sales, sku: usize) -> Result<Shown> {
    let units = |sold: &[Sale]| sold.iter().map(|sale| sale.quantity).sum::<i64>();
    let sold = |after: i64, to: i64| units(sales.between(sku, after, to));
    let by_device = line.at + line.off;
    Ok(Shown::Variance(match rule {
        Rule::AtStart => -sold(line.start, line.at),
        Rule::AtSubmit => sold(line.at, line.submitted),
        Rule::AtApproval => sold(line.at, line.approved),
        Rule::AtScan => {
            let all = sales.between(sku, line.start, line.approved).iter().zip(&line.late);
            -all.filter(|(sale, late)| **late && sale.at <= line.at)
                .map(|(sale, _)| sale.quantity)
                .sum::<i64>()
        }
        Rule::DeviceClock => sold(line.at, by_device) - sold(by_device, line.at),
        Rule::Ours => {
            return ours::show(&Line { off: 0, late: line.late.clone(), ..*line }, sales, sku);
        }
        Rule::OursBadClock => {
            let late = vec![false; line.late.len()];
            return ours::show(&Line { off_most: CLOCK_MOST, late, ..*line }, sales, sku);
        }
    }))
}
