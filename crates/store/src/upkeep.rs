//! Forgets what has no meaning any more. Whoever guesses passwords for made-up addresses leaves a
//! row with each, and a browser that never comes back its session: without this they stay.

use crate::{Store, channels, error::StoreError, sessions, throttle};

/// Rows of each kind that one call removes: it holds SQLite's only writer for a moment, not longer.
pub const FORGET_ROWS_MAX: u64 = 500;

/// What one call removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Sessions that had ended.
    pub sessions: u64,
    /// Counts of failed sign-ins that slow down nobody any more.
    pub throttles: u64,
}

impl Forgotten {
    /// Whether there may be more to remove.
    pub const fn is_full(self) -> bool {
        self.sessions >= FORGET_ROWS_MAX || self.throttles >= FORGET_ROWS_MAX
    }
}

impl Store {
    /// Removes ended sessions and stale throttles, at most [`FORGET_ROWS_MAX`] of each, and the few
    /// who were sent to a shop and are not back in time. Several nodes may do it at once.
    pub async fn forget_expired(&self) -> Result<Forgotten, StoreError> {
        let now = self.clock().now();
        channels::forget_late(self, now).await?;
        Ok(Forgotten {
            sessions: sessions::forget_ended(self, now, FORGET_ROWS_MAX).await?,
            throttles: throttle::forget_stale(self, now, FORGET_ROWS_MAX).await?,
        })
    }
}
