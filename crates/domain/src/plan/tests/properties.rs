//! The ledger's rules over random histories and random orders of arrival.

use proptest::prelude::*;

use super::model::*;
use crate::{
    movement::{Movement, MovementKind},
    place::Place,
    plan::{command::Command, outcome::Outcome, plan, view::Key},
    time::Micros,
};

pub(super) const KEY: fn() -> Key = || (facility(1), sku(1));
/// Units in stock before a history begins: so many that no variance is refused, whatever the
/// order in which things arrive.
pub(super) const PLENTY: i64 = 10_000;

/// Something that happened, in the order in which it happened.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Fact(MovementKind, i64),
    Variance(&'static str, i64),
    Count(i64),
}

fn event() -> impl Strategy<Value = Event> {
    use MovementKind::{Receipt, Return, Sale, TransferIn, TransferOut};
    prop_oneof![
        4 => (prop::sample::select(vec![Sale, Receipt, Return, TransferOut, TransferIn]), 1..20_i64)
            .prop_map(|(kind, n)| Event::Fact(kind, n)),
        2 => (prop::sample::select(vec!["damaged", "lost"]), 1..20_i64)
            .prop_map(|(reason, n)| Event::Variance(reason, -n)),
        1 => (1..20_i64).prop_map(|n| Event::Variance("found", n)),
        2 => (PLENTY - 200..PLENTY + 200).prop_map(Event::Count),
    ]
}

/// Events with the times at which they happened (some at the very same one), and an order in
/// which they arrive.
pub(super) fn history() -> impl Strategy<Value = (Vec<(Event, Micros)>, Vec<usize>)> {
    prop::collection::vec((event(), 0..40_i64), 1..25).prop_flat_map(|events| {
        let mut taken = std::collections::BTreeSet::new();
        let events: Vec<_> = events
            .into_iter()
            .map(|(event, slot)| (event, START.plus(slot * 10 - 1_000)))
            // Two counts of one SKU at one microsecond are refused, whichever comes second.
            .filter(|(event, at)| !matches!(event, Event::Count(_)) || taken.insert(*at))
            .collect();
        let order: Vec<usize> = (0..events.len()).collect();
        (Just(events), Just(order).prop_shuffle())
    })
}

pub(super) fn command((n, (event, at)): (usize, &(Event, Micros))) -> Command {
    let id = n as u128 + 1;
    match event {
        Event::Fact(kind, quantity) => {
            let mut fact = fact(id, *kind, *quantity);
            fact.effective_at = Some(*at);
            record(vec![fact])
        }
        Event::Variance(reason, quantity) => {
            let mut variance = variance(id, *quantity, reason);
            variance.effective_at = Some(*at);
            post(variance)
        }
        Event::Count(counted) => count(id, *counted, *at),
    }
}

pub(super) fn commands(events: &[(Event, Micros)], order: &[usize]) -> Vec<Command> {
    order.iter().map(|n| command((*n, &events[*n]))).collect()
}

/// What must not depend on the order of arrival: every place's total, every count's variance.
pub(super) fn state(model: &Model) -> (Vec<i64>, Vec<(Micros, i64)>) {
    let totals = Place::ALL.iter().map(|place| model.total(KEY(), *place)).collect();
    let variances =
        model.anchors(KEY()).into_iter().map(|(at, anchor)| (at, anchor.variance)).collect();
    (totals, variances)
}

/// The definition, computed from the set of events at once: V = C − B(τ), count by count.
fn good_units_by_definition(events: &[(Event, Micros)]) -> i64 {
    let mut by_time: Vec<_> = events.iter().collect();
    // A movement at exactly the time of a count lies before the count.
    by_time.sort_by_key(|(event, at)| (*at, matches!(event, Event::Count(_))));
    by_time.iter().fold(PLENTY, |good, (event, _)| match event {
        Event::Fact(MovementKind::Sale | MovementKind::TransferOut, n) => good - n,
        Event::Fact(_, n) | Event::Variance(_, n) => good + n,
        Event::Count(counted) => *counted,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_order_of_arrival_gives_the_same_state((events, order) in history()) {
        let in_order: Vec<usize> = (0..events.len()).collect();
        let mut first = Model::with_stock(PLENTY);
        let mut second = Model::with_stock(PLENTY);
        for command in commands(&events, &in_order) {
            prop_assert!(!matches!(first.run(&command), Outcome::Refused(_)));
        }
        for command in commands(&events, &order) {
            prop_assert!(!matches!(second.run(&command), Outcome::Refused(_)));
        }
        first.check();
        second.check();
        prop_assert_eq!(state(&first), state(&second));
        prop_assert_eq!(first.level(KEY()).good(), good_units_by_definition(&events));
    }

    #[test]
    fn a_late_movement_changes_at_most_one_count((events, order) in history()) {
        let mut model = Model::with_stock(PLENTY);
        for command in commands(&events, &order) {
            let (anchors, good) = (model.anchors(KEY()), model.level(KEY()).good());
            let outcome = model.run(&command);
            let Outcome::Posted(posted) = outcome else { continue };
            let now = model.anchors(KEY());
            let changed: Vec<_> =
                anchors.iter().filter(|(at, was)| now[*at].variance != was.variance).collect();
            prop_assert!(changed.len() <= 1, "{changed:?}");
            let later_count = posted.movements.iter().any(|m| {
                let from = m.effective_at.plus(i64::from(m.kind == MovementKind::Count));
                anchors.range(from..).next().is_some()
            });
            if later_count {
                prop_assert_eq!(model.level(KEY()).good(), good, "today's stock is as counted");
            }
        }
    }

    #[test]
    fn one_batch_or_many_is_the_same((events, order) in history(), cut in 1..8_usize) {
        let all = commands(&events, &order);
        let mut one_by_one = Model::with_stock(PLENTY);
        let mut batched = Model::with_stock(PLENTY);
        let singly: Vec<_> = all.iter().map(|c| one_by_one.run(c)).collect();
        let together: Vec<_> = all.chunks(cut).flat_map(|batch| batched.run_batch(batch)).collect();
        prop_assert_eq!(singly, together);
        prop_assert_eq!(one_by_one.ledger, batched.ledger);
    }

    #[test]
    fn everything_sent_twice_changes_nothing((events, order) in history()) {
        let all = commands(&events, &order);
        let mut model = Model::with_stock(PLENTY);
        for command in &all {
            model.run(command);
        }
        let (ledger, before) = (model.ledger.clone(), state(&model));
        for command in &all {
            prop_assert!(!matches!(model.run(command), Outcome::Refused(_)));
        }
        prop_assert_eq!(&model.ledger, &ledger);
        prop_assert_eq!(state(&model), before);
    }

    #[test]
    fn undoing_is_the_identity((events, order) in history(), reason in prop::sample::select(
        vec!["damaged", "lost", "found"]), at in 0..40_i64) {
        let mut model = Model::with_stock(PLENTY);
        for command in commands(&events, &order) {
            model.run(&command);
        }
        let before = state(&model);
        let mut extra = variance(900, if reason == "found" { 3 } else { -3 }, reason);
        extra.effective_at = Some(START.plus(at * 10 - 1_000));
        posted(model.run(&post(extra)));
        posted(model.run(&undo(controller(), 901, 900)));
        model.check();
        prop_assert_eq!(state(&model), before);
    }

    #[test]
    fn the_past_is_never_rewritten((events, order) in history()) {
        let mut model = Model::with_stock(PLENTY);
        for command in commands(&events, &order) {
            let past = model.ledger.clone();
            model.run(&command);
            prop_assert_eq!(&model.ledger[..past.len()], &past[..]);
        }
    }

    #[test]
    fn a_variance_never_takes_the_shelf_below_zero(
        steps in prop::collection::vec((-8..8_i64, any::<bool>()), 1..40),
    ) {
        let mut model = Model::with_stock(10);
        for (n, (quantity, sale)) in steps.into_iter().enumerate() {
            let id = n as u128 + 1;
            let before = model.level(KEY()).good();
            if sale {
                let sold = fact(id, MovementKind::Sale, quantity.abs() + 1);
                prop_assert!(matches!(model.run(&record(vec![sold])), Outcome::Posted(_)));
                continue;
            }
            let reason = if quantity < 0 { "lost" } else { "found" };
            let outcome = model.run(&post(variance(id, quantity, reason)));
            let good = model.level(KEY()).good();
            if matches!(outcome, Outcome::Posted(_)) {
                prop_assert!(quantity > 0 || good >= 0);
            } else {
                prop_assert_eq!(good, before);
            }
        }
        model.check();
    }

    #[test]
    fn plan_is_a_function_of_its_arguments((events, order) in history()) {
        let model = Model::with_stock(PLENTY);
        let all = commands(&events, &order);
        let (first, second) = (plan(&model.view, &all), plan(&model.view, &all));
        prop_assert_eq!(first.0, second.0);
        let hashes =
            |all: Vec<Movement>| all.into_iter().map(|m| m.hash).collect::<Vec<_>>();
        prop_assert_eq!(hashes(first.1.movements), hashes(second.1.movements));
    }
}
