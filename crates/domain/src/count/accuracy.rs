//! How right the record was, with how sure that is (inventory-accuracy section 1.5).

/// A share with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share, 0 to 1.
    pub share: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Share {
    /// `hits` of `n`, with Wilson's score interval (Wilson 1927): unlike the usual one it stays
    /// within 0 to 1, and says something of 20 hits in 20. None of nothing.
    pub fn wilson(hits: u64, n: u64) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let (share, n) = (ratio(hits, n), float(n));
        let spread = Z * Z / n;
        let middle = (share + spread / 2.0) / (1.0 + spread);
        let half = (share * (1.0 - share) / n + spread / (4.0 * n)).sqrt() * Z / (1.0 + spread);
        Some(Self {
            share,
            low: (middle - half).clamp(0.0, share),
            high: (middle + half).clamp(share, 1.0),
        })
    }
}

/// What of a total was right: 1 − part / total. None where the total is not positive; below 0
/// where more was wrong than there was.
pub fn right_share(wrong: i128, total: i128) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with a few digits")]
    let share = |wrong: i128, total: i128| 1.0 - wrong as f64 / total as f64;
    (total > 0).then(|| share(wrong, total))
}

fn ratio(hits: u64, n: u64) -> f64 {
    float(hits.min(n)) / float(n)
}

#[expect(clippy::cast_precision_loss, reason = "a count has no 2^53 lines")]
const fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_books() {
        // inventory-accuracy section 1.5: 284/300 → [91.5, 96.7]; 95/100 → [88.8, 97.8].
        for (hits, n, low, high) in [(284, 300, 0.915, 0.967), (95, 100, 0.888, 0.978)] {
            let share = Share::wilson(hits, n).unwrap();
            assert!((share.low - low).abs() < 0.000_6, "{hits}/{n}: {share:?}");
            assert!((share.high - high).abs() < 0.000_6, "{hits}/{n}: {share:?}");
        }
    }

    #[test]
    fn the_ends_stay_within_what_can_be() {
        assert_eq!(Share::wilson(0, 0), None);
        for (hits, n) in [(0, 1), (1, 1), (20, 20), (0, 20), (7, 9)] {
            let share = Share::wilson(hits, n).unwrap();
            assert!(0.0 <= share.low && share.low <= share.share, "{hits}/{n}: {share:?}");
            assert!(share.share <= share.high && share.high <= 1.0, "{hits}/{n}: {share:?}");
        }
        // Twenty hits in twenty don't prove that there are no misses.
        assert!((Share::wilson(20, 20).unwrap().low - 0.8389).abs() < 0.000_1);
    }

    #[test]
    fn errors_that_offset_each_other_are_seen_in_the_gross() {
        assert_eq!(right_share(0, 100), Some(1.0));
        assert_eq!(right_share(20, 100), Some(0.8));
        assert_eq!(right_share(1, 0), None);
    }
}
