//! The arithmetic of the table.

use std::time::Duration;

use serde::Serialize;

/// Several rounds of one figure: the one in the middle, and how far the others lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// `None` where there was no round.
pub(crate) fn spread(values: &[f64]) -> Option<Spread> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let (low, high) = (sorted.get((sorted.len() - 1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some(Spread { median: f64::midpoint(*low, *high), min, max })
}

/// Each round's figure by the yardstick of the same round: what slowed both down cancels out.
pub(crate) fn ratios(values: &[f64], yardsticks: &[f64]) -> Vec<f64> {
    values.iter().zip(yardsticks).map(|(value, yardstick)| value / yardstick).collect()
}

/// Latencies in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<u64>);

impl Latencies {
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest latency that `share` (0 to 1) of all calls did not exceed, in milliseconds
    /// (nearest rank). 0 where there was no call.
    pub(crate) fn percentile_ms(&mut self, share: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank among fewer than 2^52 calls"
        )]
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let at = rank.max(1) - 1;
        if at >= self.0.len() {
            return 0.0;
        }
        let (_, value, _) = self.0.select_nth_unstable(at);
        Duration::from_nanos(*value).as_secs_f64() * 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let odd = spread(&[3.0, 1.0, 2.0]).unwrap();
        assert_eq!(odd, Spread { median: 2.0, min: 1.0, max: 3.0 });
        let even = spread(&[4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!(even, Spread { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn a_ratio_is_of_one_round() {
        assert_eq!(ratios(&[10.0, 40.0], &[20.0, 10.0]), [0.5, 4.0]);
        assert_eq!(ratios(&[10.0, 40.0], &[20.0]), [0.5], "a round without a yardstick has none");
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut latencies = Latencies::default();
        assert!(latencies.percentile_ms(0.5) < 1e-9, "no call took no time");
        for ms in (1..=100).rev() {
            latencies.record(Duration::from_millis(ms));
        }
        for (share, expected) in
            [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)]
        {
            assert!((latencies.percentile_ms(share) - expected).abs() < 1e-9, "{share}");
        }
        let mut more = Latencies::default();
        more.record(Duration::from_millis(500));
        latencies.extend(more);
        assert_eq!(latencies.len(), 101);
        assert!((latencies.percentile_ms(1.0) - 500.0).abs() < 1e-9);
    }
}
