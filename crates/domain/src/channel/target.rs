//! What a shop should have as available at one of its locations.

use crate::place::OutOfRange;

/// One facility of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it has as available.
    pub available: i64,
    /// Units that it never offers through the channel.
    pub safety_stock: i64,
}

/// How a location of a shop follows from the facilities behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The location is the facility: the shop has the ledger's number, below zero too, and the
    /// other quantities are kept equal as well.
    pub exact: bool,
    /// At or below it the shop is told that there are none.
    pub threshold: i64,
}

impl Rule {
    /// The rule for a location with facilities that hold back so much each.
    pub fn of(safety_stocks: &[i64], threshold: i64) -> Self {
        Self { exact: threshold == 0 && matches!(safety_stocks, [0]), threshold }
    }
}

/// What the shop should have as available.
///
/// Where the location is one facility, its number. Otherwise the sum of what each facility can
/// spare, none of them less than nothing: a facility whose record is wrong takes nothing from the
/// others. A sum at or below the threshold is told as none.
///
/// # Errors
/// [`OutOfRange`] where the sum leaves 64 bits.
pub fn target(rule: Rule, parts: impl IntoIterator<Item = Part>) -> Result<i64, OutOfRange> {
    let mut sum = 0_i64;
    for Part { available, safety_stock } in parts {
        let part = if rule.exact {
            available
        } else {
            available.checked_sub(safety_stock).ok_or(OutOfRange)?.max(0)
        };
        sum = sum.checked_add(part).ok_or(OutOfRange)?;
    }
    Ok(if rule.exact || sum > rule.threshold { sum } else { 0 })
}
