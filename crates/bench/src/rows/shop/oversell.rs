//! Orders for units that are gone: accepted as long as the shop doesn't know.
//!
//! A simulation, because a day has to pass: so many times, the last unit of a SKU is found damaged
//! or missing at a random moment of a day of selling, and a customer orders it at another one. The
//! shop accepts the order unless it was told before. What differs is when it is told: after a
//! delay that was measured in this run, or at the next quarter of an hour, as a job would that
//! sends everything every 15 minutes and takes no time itself.

use crate::{
    bench::Bench,
    database::Kind,
    load::Random,
    report::{Draft, Goal},
};

/// Orders of a day.
const ORDERS: usize = 10_000;
/// Hours in which is sold and looked, in microseconds.
const DAY: usize = 12 * 3_600 * 1_000_000;
/// Between two runs of the job, in microseconds.
const JOB_EVERY: usize = 15 * 60 * 1_000_000;
/// Days that are simulated.
const DAYS: u64 = 5;

pub(super) fn add(bench: &mut Bench, kind: Kind, delays: &[i64]) {
    let mut ours = Vec::new();
    let mut job = Vec::new();
    for day in 1..=DAYS {
        let (told, waited) = sold(delays, day);
        ours.push(told);
        job.push(waited);
    }
    bench.report.add(Draft {
        database: kind.name(),
        key: "shop.oversold",
        measure: format!(
            "of {ORDERS} simulated orders for units that go on that day, accepted too late"
        ),
        unit: "orders",
        values: &ours,
        yardstick: Some(("a job every 15 minutes", &job)),
        goal: Some(Goal::AtMostTimes(0.01)),
    });
}

/// Orders that are accepted after the unit went: with the measured delays, and with the job.
fn sold(delays: &[i64], seed: u64) -> (f64, f64) {
    let mut random = Random::new(seed);
    let (mut ours, mut job) = (0_u32, 0_u32);
    for _ in 0..ORDERS {
        let (gone, ordered) = (random.below(DAY), random.below(DAY));
        let delay = delays.get(random.below(delays.len().max(1))).copied().unwrap_or_default();
        let told = gone.saturating_add(usize::try_from(delay).unwrap_or_default());
        ours += u32::from(gone < ordered && ordered < told);
        job += u32::from(gone < ordered && ordered < gone.next_multiple_of(JOB_EVERY));
    }
    (f64::from(ours), f64::from(job))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_it_takes_the_more_is_sold_that_is_gone() {
        let second = 1_000_000;
        let (at_once, job) = sold(&[0], 1);
        assert!(at_once.abs() < 0.5 && job > 50.0, "{at_once} {job}");
        let (as_long, job) = sold(&[450 * second], 1);
        // Half a quarter of an hour is what the job takes on average.
        assert!((as_long - job).abs() < 0.4 * job, "{as_long} {job}");
    }
}
