//! Time and fresh ids are handed in: a test replays any day, a simulation any second.

use std::sync::Mutex;

use onhand_domain::Micros;
use uuid::Uuid;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Micros;
}

/// Makes ids for what the server itself creates.
pub trait Ids: Send + Sync {
    /// An id that was never used before. Time-ordered, so that index pages fill one by one.
    fn next(&self) -> Uuid;
}

/// The machine's clock and ids of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> Micros {
        jiff::Timestamp::now().into()
    }
}

impl Ids for System {
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are drawn")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A clock that stands still until it is moved, with ids that count up. For tests and for data
/// that is made to look as if it had happened in the past.
#[derive(Debug)]
pub struct Fixed(Mutex<(Micros, u128)>);

impl Fixed {
    /// A clock that shows `now`.
    pub const fn at(now: Micros) -> Self {
        Self(Mutex::new((now, 0)))
    }

    /// Sets the clock.
    pub fn set(&self, now: Micros) {
        self.state().0 = now;
    }

    /// Moves the clock on (or back) by so many microseconds.
    pub fn advance(&self, micros: i64) {
        let mut state = self.state();
        state.0 = state.0.plus(micros);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, (Micros, u128)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for Fixed {
    fn now(&self) -> Micros {
        self.state().0
    }
}

impl Ids for Fixed {
    fn next(&self) -> Uuid {
        let mut state = self.state();
        state.1 += 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + state.1)
    }
}
