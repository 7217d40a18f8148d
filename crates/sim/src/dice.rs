//! The one source of chance: everything that is left to chance is asked of it, in order.

use rand::{Rng as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};
use uuid::Uuid;

/// A seeded generator. The numbers are drawn by hand from its words, because the distributions of
/// `rand` may change from release to release, and a seed must replay for as long as it is kept.
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number in `0..n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(n);
        // The high word: always below `n`.
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(0).unsigned_abs();
        let drawn = self.below(span.saturating_add(1));
        low.saturating_add(i64::try_from(drawn).unwrap_or_default())
    }

    /// True so many times in a thousand.
    pub(crate) fn per_mille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// A position in something of this length; 0 where it is empty.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of several.
    pub(crate) fn one_of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        let at = self.index(choices.len());
        choices.get(at).cloned()
    }

    /// Which of several, each as likely as its weight says; `None` where all are 0.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> Option<usize> {
        let sum: u64 = weights.iter().sum();
        let mut left = self.below(sum);
        weights.iter().position(|weight| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        })
    }

    /// A fresh id, of a version that clients make: the ledger's own are refused.
    pub(crate) fn id(&mut self) -> Uuid {
        let drawn = Uuid::from_u64_pair(self.0.next_u64(), self.0.next_u64());
        uuid::Builder::from_random_bytes(drawn.into_bytes()).into_uuid()
    }
}
