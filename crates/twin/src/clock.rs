//! The twin's own clock: the machine's, moved or stopped.

use serde::{Deserialize, Serialize};

/// How the twin's clock differs from the machine's. Times in microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClockSetting {
    /// Added to the machine's time.
    #[serde(default)]
    pub(crate) offset_micros: i64,
    /// Shown instead of any other time.
    #[serde(default)]
    pub(crate) frozen_micros: Option<i64>,
}

impl ClockSetting {
    pub(crate) fn now(&self) -> i64 {
        self.frozen_micros.unwrap_or_else(|| machine_micros() + self.offset_micros)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
pub(crate) fn machine_micros() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// A time in RFC 3339, to the second as Shopify writes it, with the given name of UTC.
pub(crate) fn rfc3339(micros: i64, zone: &str) -> String {
    let second = micros.div_euclid(1_000_000);
    let text =
        jiff::Timestamp::from_second(second).map_or_else(|_| String::new(), |t| t.to_string());
    format!("{}{zone}", text.trim_end_matches('Z'))
}

/// A time with its microseconds.
pub(crate) fn rfc3339_micros(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |time| format!("{time:.6}"))
}

/// Reads a time in RFC 3339.
pub(crate) fn parse(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}
