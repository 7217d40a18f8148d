//! Money as an integer in 1/10000 of the currency unit: no floating point, no rounding surprise.

use serde::{Deserialize, Serialize};

/// An amount of the retailer's currency in units of 1/10000.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub i64);

/// Why a text is not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an amount: write digits with up to four decimals after a point, as in 12.50")]
pub struct NotMoney;

impl Money {
    /// 1/10000 of the currency unit are one unit of this type.
    pub const SCALE: i64 = 10_000;

    /// This amount for each of `units`; `None` where it does not fit.
    pub fn times(self, units: i64) -> Option<Self> {
        self.0.checked_mul(units).map(Self)
    }

    /// The sum, staying at the largest amount rather than wrap around.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::fmt::Display for Money {
    /// Two decimals, more only where they carry something: `12.50`, `0.0125`, `-3.00`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const SCALE: u64 = Money::SCALE.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, rest) = (self.0.unsigned_abs() / SCALE, self.0.unsigned_abs() % SCALE);
        let decimals = format!("{rest:04}");
        let shown = match decimals.trim_end_matches('0').len() {
            0..=2 => decimals.get(..2),
            n => decimals.get(..n),
        };
        write!(f, "{sign}{units}.{}", shown.unwrap_or("00"))
    }
}

impl std::str::FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (units, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if units.is_empty() || !all_digits(units) || !all_digits(decimals) || decimals.len() > 4 {
            return Err(NotMoney);
        }
        let units: i64 = units.parse().map_err(|_| NotMoney)?;
        let decimals: i64 = format!("{decimals:0<4}").parse().map_err(|_| NotMoney)?;
        let amount =
            units.checked_mul(Self::SCALE).and_then(|u| u.checked_add(decimals)).ok_or(NotMoney)?;
        Ok(Self(if negative { amount.saturating_neg() } else { amount }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_exactly() {
        for (text, amount, shown) in [
            ("12.5", 125_000, "12.50"),
            ("0", 0, "0.00"),
            ("0.0125", 125, "0.0125"),
            ("-3", -30_000, "-3.00"),
            (" 36.00 ", 360_000, "36.00"),
        ] {
            let money: Money = text.parse().expect(text);
            assert_eq!(money, Money(amount), "{text}");
            assert_eq!(money.to_string(), shown);
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in ["", "-", ".5", "1,50", "1e3", "1.23456", "12 €", "999999999999999999"] {
            assert_eq!(text.parse::<Money>(), Err(NotMoney), "{text}");
        }
    }
}
