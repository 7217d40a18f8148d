//! A tiny generator of pseudo-random numbers: the same seed gives the same retailer on every
//! machine and with every version of every library.

/// Sebastiano Vigna's `SplitMix64`.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The sequence that belongs to a seed.
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from 0 up to, but not, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit into the fraction")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).unsigned_abs().saturating_add(1);
        low.saturating_add(i64::try_from(self.bits() % span).unwrap_or(0))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of them. The list is not empty.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let last = i64::try_from(of.len()).unwrap_or(i64::MAX) - 1;
        &of[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// How often something happens that happens `mean` times on average (Knuth's method for the
    /// Poisson distribution; good for the small means used here).
    pub(super) fn times(&mut self, mean: f64) -> i64 {
        let limit = (-mean.min(500.0)).exp();
        let (mut count, mut product) = (0, self.unit());
        while product > limit {
            count += 1;
            product *= self.unit();
        }
        count
    }
}

/// Draws from a list by weight.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighted(Vec<f64>);

impl Weighted {
    /// A list with these weights, none of them negative.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        Self(sums.collect())
    }

    /// The position of one of them.
    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let at = random.unit() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum <= at).min(self.0.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // First outputs of SplitMix64 for seed 1234567, as published with the algorithm.
        let mut random = Random::seeded(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn weights_are_respected() {
        let (weighted, mut random) = (Weighted::new([0.0, 3.0, 1.0]), Random::seeded(7));
        let mut drawn = [0_usize; 3];
        for _ in 0..4_000 {
            drawn[weighted.draw(&mut random)] += 1;
        }
        assert_eq!(drawn[0], 0, "what weighs nothing is never drawn");
        assert!((2_850..3_150).contains(&drawn[1]), "{drawn:?}");
    }
}
