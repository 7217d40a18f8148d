//! The demo's past: a clock that is moved from day to day, with ids of that time.

use std::sync::{Mutex, PoisonError};

use onhand_domain::Micros;
use onhand_store::{Clock, Ids};
use uuid::Uuid;

use super::random::Random;

/// A clock of the past. What is posted while it shows a day is recorded on that day.
#[derive(Debug)]
pub(super) struct History(Mutex<(Micros, Random)>);

impl History {
    /// A clock that shows `now`, with ids that follow from the seed.
    pub(super) const fn at(now: Micros, seed: u64) -> Self {
        Self(Mutex::new((now, Random::seeded(seed))))
    }

    /// Moves the clock on; it never goes back.
    pub(super) fn advance_to(&self, now: Micros) {
        let mut state = self.state();
        state.0 = state.0.max(now);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, (Micros, Random)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for History {
    fn now(&self) -> Micros {
        self.state().0
    }
}

impl Ids for History {
    /// A UUID of version 7 from the clock's time: ordered by time, as real ones are.
    fn next(&self) -> Uuid {
        let mut state = self.state();
        let millis = u64::try_from(state.0.0 / 1_000).unwrap_or_default();
        let (a, b) = (state.1.bits().to_be_bytes(), state.1.bits().to_be_bytes());
        let bytes = [a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1]];
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
