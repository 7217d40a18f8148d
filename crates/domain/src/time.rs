//! Times in UTC, in microseconds since 1970: the ledger's one unit of time.

use serde::{Deserialize, Serialize};

/// A moment in UTC, in microseconds since the Unix epoch.
///
/// Microseconds, because a second's precision makes two sales of the same second a tie.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// One second.
    pub const SECOND: i64 = 1_000_000;
    /// One day of 24 hours.
    pub const DAY: i64 = 86_400 * Self::SECOND;

    /// This moment, moved by `micros` (which may be negative); stays at the end of time rather
    /// than wrap around.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The moment as a `jiff` timestamp.
    ///
    /// `None` where it lies outside the years −9999 to 9999.
    pub fn to_timestamp(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }
}

impl From<jiff::Timestamp> for Micros {
    fn from(t: jiff::Timestamp) -> Self {
        Self(t.as_microsecond())
    }
}
