//! The simulation in CI: fixed seeds, random ones, and the proof that planted faults are found.

use onhand_sim::{Config, Plant, Report, Stage, run};

const FIXED_SEEDS: std::ops::RangeInclusive<u64> = 1..=24;
const RANDOM_SEEDS: usize = 100;
const STEPS: u64 = 8_000;
/// Steps in which a planted fault must be found, for each of so many seeds.
const PLANTED_STEPS: u64 = 20_000;
const PLANTED_SEEDS: std::ops::RangeInclusive<u64> = 1..=8;

fn simulate(seed: u64, steps: u64) -> Report {
    match run(Config { seed, steps, plant: None }) {
        Ok(report) => report,
        Err(failure) => panic!("{failure}\nagain: onhand-sim --seed {seed} --steps {steps}"),
    }
}

/// A node that stood still told of a return after its order, which others had followed meanwhile.
const LATE_ANSWER: u64 = 5_868_731_881_720_278_435;

#[test]
fn an_answer_that_was_overtaken_is_no_fault() {
    simulate(LATE_ANSWER, STEPS);
}

#[test]
fn fixed_seeds_are_clean_and_everything_happens_in_them() {
    let reports: Vec<Report> = FIXED_SEEDS.map(|seed| simulate(seed, STEPS)).collect();
    let all = [
        Stage::Begin,
        Stage::Locate,
        Stage::Heads,
        Stage::Levels,
        Stage::Known,
        Stage::Usage,
        Stage::Orders,
        Stage::Late,
        Stage::Books,
        Stage::Counts,
        Stage::Plan,
        Stage::Persist,
        Stage::Commit,
    ];
    for stage in all.map(Some).into_iter().chain([None]) {
        let interrupted: u64 = reports.iter().filter_map(|r| r.interrupted.get(&stage)).sum();
        assert!(interrupted > 0, "no node died in front of {stage:?}");
    }
    for answer in [
        "Posted",
        "Replayed",
        "Requested",
        "Declined",
        "Ordered",
        "Followed",
        "Outdated",
        "FollowsShop",
        "BelowZero",
        "AboveLimit",
        "OwnRequest",
        "AlreadyDecided",
        "AlreadyReversed",
        "NotReversible",
        "NotPromised",
        "OrderClosed",
        "CountedTwice",
        "CountStatus",
        "CountChanged",
        "UnknownCount",
        "UnknownMovement",
        "IdReused",
        "InTheFuture",
        "BeforeOpening",
        "FacilityClosed",
        "NotFound",
        "Failed",
    ] {
        let answers: u64 = reports.iter().filter_map(|report| report.answers.get(answer)).sum();
        assert!(answers > 0, "nobody was told {answer}");
    }
    for event in ["lost", "doubled", "waits", "conflict", "crashes", "stalls", "clock", "office"] {
        let times: u64 = reports.iter().filter_map(|report| report.events.get(event)).sum();
        assert!(times > 0, "{event} never happened");
    }
    assert!(reports.iter().map(|report| report.late_corrections).sum::<u64>() > 100);
    assert!(reports.iter().map(|report| report.counts_undone).sum::<u64>() > 50);
    assert!(reports.iter().map(|report| report.counts_closed).sum::<u64>() > 50);
}

#[test]
fn random_seeds_are_clean() {
    for _ in 0..RANDOM_SEEDS {
        simulate(rand::random(), STEPS);
    }
}

#[test]
fn a_seed_replays_exactly() {
    let first = simulate(7, STEPS);
    assert_eq!(first, simulate(7, STEPS));
    assert_ne!(first.trace_hash, simulate(8, STEPS).trace_hash);
}

#[test]
fn a_failing_seed_fails_again_at_the_same_step() {
    let config = Config { seed: 1, steps: PLANTED_STEPS, plant: Some(Plant::Conservation) };
    let (first, again) = (run(config), run(config));
    let (first, again) = (first.expect_err("planted"), again.expect_err("planted"));
    assert_eq!((first.step, &first.what), (again.step, &again.what));
    assert_eq!(first.events, again.events);
}

/// The fault is found, and in some seed by the very thing that it breaks.
fn is_found(plant: Plant, by: &str) {
    let mut found = PLANTED_SEEDS
        .filter_map(|seed| run(Config { seed, steps: PLANTED_STEPS, plant: Some(plant) }).err())
        .inspect(|failure| {
            println!("{plant:?}: seed {} step {}: {}", failure.seed, failure.step, failure.what);
        });
    assert!(found.any(|failure| failure.what.contains(by)), "{plant:?} is never found by {by:?}");
}

#[test]
fn units_from_nowhere_are_found() {
    is_found(Plant::Conservation, "the level of");
}

#[test]
fn a_retry_that_posts_twice_is_found() {
    is_found(Plant::Replay, "has the id");
}

#[test]
fn a_late_movement_without_its_correction_is_found() {
    is_found(Plant::LateCorrection, "by what happened it is");
}

#[test]
fn an_answer_before_the_commit_is_found() {
    is_found(Plant::AckOrder, "in the ledger is None");
}

#[test]
fn a_correction_of_a_count_that_was_taken_back_is_found() {
    is_found(Plant::Undone, "taken back");
}

#[test]
fn a_work_order_that_is_closed_twice_is_found() {
    is_found(Plant::Closing, "was closed as");
}
