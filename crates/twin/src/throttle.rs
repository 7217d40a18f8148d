//! The cost bucket of a shop: points that calls take and time gives back.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Seconds of restoring that a full bucket holds: the recorded shop had 2,000 points at 100 a
/// second.
const BUCKET_SECONDS: f64 = 20.0;

/// How much a shop's plan lets an app ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Plan {
    /// 100 points a second.
    Standard,
    /// 200 points a second.
    Advanced,
    /// 1,000 points a second.
    Plus,
}

impl Plan {
    const fn restore_rate(self) -> f64 {
        match self {
            Self::Standard => 100.0,
            Self::Advanced => 200.0,
            Self::Plus => 1000.0,
        }
    }
}

/// The state of the bucket, as `extensions.cost.throttleStatus` says it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ThrottleStatus {
    pub(crate) maximum_available: f64,
    pub(crate) currently_available: f64,
    pub(crate) restore_rate: f64,
}

#[derive(Debug)]
pub(crate) struct Bucket {
    plan: Plan,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    points: f64,
    at: Option<i64>,
}

impl Bucket {
    pub(crate) fn new(plan: Plan) -> Self {
        let points = plan.restore_rate() * BUCKET_SECONDS;
        Self { plan, level: Mutex::new(Level { points, at: None }) }
    }

    pub(crate) const fn plan(&self) -> Plan {
        self.plan
    }

    /// Takes the points that a call asks for, if there are as many. Time in microseconds.
    pub(crate) fn take(&self, points: f64, now: i64) -> Result<(), ThrottleStatus> {
        let mut level = self.refill(now);
        if level.points < points {
            return Err(self.status(&level));
        }
        level.points -= points;
        Ok(())
    }

    /// Gives back what a call asked for and did not use.
    pub(crate) fn give_back(&self, points: f64, now: i64) -> ThrottleStatus {
        let mut level = self.refill(now);
        level.points = (level.points + points).min(self.plan.restore_rate() * BUCKET_SECONDS);
        self.status(&level)
    }

    fn refill(&self, now: i64) -> std::sync::MutexGuard<'_, Level> {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let before = level.at.replace(now).unwrap_or(now);
        // A clock that is moved back gives nothing, and takes nothing.
        let micros = u32::try_from((now - before).max(0)).unwrap_or(u32::MAX);
        let restored = f64::from(micros) / 1e6 * self.plan.restore_rate();
        level.points = (level.points + restored).min(self.plan.restore_rate() * BUCKET_SECONDS);
        level
    }

    fn status(&self, level: &Level) -> ThrottleStatus {
        ThrottleStatus {
            maximum_available: self.plan.restore_rate() * BUCKET_SECONDS,
            currently_available: level.points.floor(),
            restore_rate: self.plan.restore_rate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_taken_and_come_back_with_time() {
        let bucket = Bucket::new(Plan::Standard);
        assert_eq!(bucket.take(1990.0, 0), Ok(()));
        let status = bucket.take(13.0, 0).unwrap_err();
        let shown = [status.currently_available, status.maximum_available];
        assert_eq!(shown.map(|points| points.to_string()), ["10", "2000"]);
        assert_eq!(bucket.take(13.0, 30_000), Ok(()));
        let left = |given, now| bucket.give_back(given, now).currently_available.to_string();
        assert_eq!(left(3.0, 30_000), "3");
        assert_eq!(left(0.0, 3_600_000_000), "2000");
    }
}
