//! What a variance may and may not do, rule by rule.

use super::model::*;
use crate::{
    access::Limits,
    money::Money,
    movement::MovementKind,
    plan::{
        CLOCK_SKEW_MAX_MICROS, QUANTITY_MAX,
        command::{Body, Command},
        outcome::{Cause, Outcome, Refusal},
    },
    request::{Because, RequestStatus},
    time::Micros,
};

const KEY: fn() -> crate::plan::view::Key = || (facility(1), sku(1));

fn manager(who: u128) -> crate::plan::command::Authority {
    let units = |n: i64| Some(Money(n * Money::SCALE));
    limited(
        who,
        Limits {
            variance_units_max: Some(50),
            variance_value_max: units(300),
            day_value_max: units(500),
        },
    )
}

#[test]
fn one_damaged_stays_on_the_premises() {
    let mut model = Model::with_stock(12);
    let done = posted(model.run(&post(variance(1, -1, "damaged"))));
    let after = done.movements[0].after;
    assert_eq!((after.available, after.damaged, after.on_hand()), (11, 1, 12));
    assert_eq!(done.movements[0].before().available, 12);
    model.check();
}

#[test]
fn two_found_come_from_found() {
    let mut model = Model::with_stock(0x10);
    posted(model.run(&post(variance(1, 2, "found"))));
    assert_eq!(model.level(KEY()).on_hand(), 18);
    assert_eq!(model.total(KEY(), crate::Place::Found), -2);
    model.check();
}

#[test]
fn the_same_id_answers_as_the_first_time() {
    let mut model = Model::with_stock(5);
    let first = posted(model.run(&post(variance(1, -1, "lost"))));
    posted(model.run(&post(variance(2, -1, "lost"))));
    let again = posted(model.run(&post(variance(1, -1, "lost"))));
    assert_eq!(again.movements, first.movements);
    assert!(again.replay);
    assert_eq!(model.level(KEY()).on_hand(), 3);
}

#[test]
fn an_id_is_not_used_for_something_else() {
    let mut model = Model::with_stock(5);
    posted(model.run(&post(variance(1, -1, "lost"))));
    let others = [
        post(variance(1, -2, "lost")),
        post(variance(1, -1, "stolen")),
        by(limited(2, Limits::NONE), variance(1, -1, "lost")),
        undo(controller(), 1, 1),
        record(vec![fact(1, MovementKind::Sale, 1)]),
    ];
    for other in others {
        let refusal = refused(model.run(&other));
        assert_eq!(refusal, Refusal::IdReused(movement_id(1).0), "{other:?}");
    }
    assert_eq!(model.ledger.len(), 2);
}

#[test]
fn a_retry_within_the_same_batch_is_one_movement() {
    let mut model = Model::with_stock(5);
    let command = post(variance(1, -1, "lost"));
    let outcomes = model.run_batch(&[command.clone(), command]);
    assert_eq!(outcomes.len(), 2);
    assert_eq!(model.level(KEY()).on_hand(), 4);
}

#[test]
fn bad_input_is_told_apart() {
    let mut model = Model::with_stock(5);
    let at = |at: Micros| crate::plan::command::Variance {
        effective_at: Some(at),
        ..variance(1, -1, "lost")
    };
    let of = |f: u128, s: u128| crate::plan::command::Variance {
        facility: facility(f),
        sku: sku(s),
        ..variance(1, -1, "lost")
    };
    let long =
        crate::plan::command::Variance { note: Some("x".repeat(1_001)), ..variance(1, -1, "lost") };
    let cases = [
        (variance(1, 0, "lost"), Refusal::ZeroQuantity),
        (variance(1, QUANTITY_MAX + 1, "found"), Refusal::OversizedQuantity { max: QUANTITY_MAX }),
        (variance(1, i64::MIN, "lost"), Refusal::OversizedQuantity { max: QUANTITY_MAX }),
        (
            variance(1, 1, "damaged"),
            Refusal::WrongDirection { label: "Damaged".to_owned(), adds: true },
        ),
        (
            variance(1, -1, "shipped_by_mistake"),
            Refusal::NoteMissing { label: "Shipped by mistake".to_owned() },
        ),
        (
            variance(1, -1, "count"),
            Refusal::ReasonNotSelectable { label: "Cycle count".to_owned() },
        ),
        (at(START.plus(CLOCK_SKEW_MAX_MICROS + 1)), Refusal::InTheFuture),
        (at(START.plus(-31 * Micros::DAY)), Refusal::BeforeOpening),
        (of(9, 1), Refusal::UnknownFacility(facility(9))),
        (of(1, 9), Refusal::UnknownSku(sku(9))),
        (of(1, 3), Refusal::Untracked),
        (variance(1, -6, "lost"), Refusal::BelowZero { good: 5, asked: 6, on_hand: 5 }),
        (long, Refusal::TooLong { what: "note", max: 1_000 }),
    ];
    for (variance, expected) in cases {
        let (outcome, effects) = model.preview(&post(variance.clone()));
        assert_eq!(refused(outcome), expected, "{variance:?}");
        assert!(effects.is_empty(), "nothing is half-written");
    }
}

#[test]
fn a_clock_a_little_fast_is_forgiven() {
    let mut model = Model::with_stock(5);
    let mut fast = variance(1, -1, "lost");
    fast.effective_at = Some(START.plus(CLOCK_SKEW_MAX_MICROS));
    let done = posted(model.run(&post(fast)));
    assert!(done.movements[0].effective_at <= done.movements[0].recorded_at);
}

#[test]
fn promised_units_may_be_lost_but_not_more_than_there_are() {
    let mut model = Model::with_stock(5);
    model
        .view
        .levels
        .insert(KEY(), crate::Quantities { available: 1, committed: 4, ..Default::default() });
    let done = posted(model.run(&post(variance(1, -3, "lost"))));
    assert_eq!(done.movements[0].after.available, -2);
    let refusal = refused(model.run(&post(variance(2, -3, "lost"))));
    assert_eq!(refusal, Refusal::BelowZero { good: 2, asked: 3, on_hand: 2 });
}

#[test]
fn an_associates_report_moves_nothing_until_approved() {
    let mut model = Model::with_stock(5);
    let report = by(reporter(7), variance(1, -1, "damaged"));
    assert!(matches!(model.run(&report), Outcome::Requested(_)));
    assert_eq!(model.level(KEY()).available, 5);
    assert_eq!(model.request(1).because, [Because::NoPermission]);
    let seen_at = model.request(1).effective_at;
    assert!(seen_at < START.plus(Micros::SECOND));

    model.view.now = START.plus(3 * 3_600 * Micros::SECOND);
    let approve =
        |who| Command { authority: manager(who), body: Body::Approve(verdict(1, "damaged")) };
    assert_eq!(refused(model.run(&approve(7))), Refusal::OwnRequest);
    let done = posted(model.run(&approve(8)));
    assert_eq!(done.movements[0].id, movement_id(1));
    assert_eq!(done.movements[0].effective_at, seen_at, "the time at which the loss was seen");
    assert_eq!(model.level(KEY()).available, 4);
    assert_eq!(model.request(1).status, RequestStatus::Approved);

    // Retries of either side change nothing.
    assert!(posted(model.run(&approve(8))).replay);
    assert!(matches!(refused(model.run(&approve(9))), Refusal::AlreadyDecided(_)));
    assert!(
        matches!(model.run(&report), Outcome::Requested(r) if r.status == RequestStatus::Approved)
    );
    assert_eq!(model.level(KEY()).available, 4);
    model.check();
}

#[test]
fn a_report_through_a_lagging_clock_comes_after_the_counts() {
    let mut model = Model::with_stock(5);
    posted(model.run(&count(50, 5, START)));
    // The next node's clock is a minute behind.
    model.view.now = START.plus(-60 * Micros::SECOND);
    let approve = Command { authority: manager(8), body: Body::Approve(verdict(1, "lost")) };
    let outcomes = model.run_batch(&[by(reporter(7), variance(1, -1, "lost")), approve]);
    assert!(matches!(&outcomes[1], Outcome::Posted(p) if p.corrections.is_empty()));
    assert_eq!(model.level(KEY()).available, 4);
    model.check();
}

#[test]
fn a_declined_report_moves_nothing() {
    let mut model = Model::with_stock(5);
    model.run(&by(reporter(7), variance(1, -1, "damaged")));
    let decline = Command { authority: manager(8), body: Body::Decline(verdict(1, "damaged")) };
    assert!(matches!(model.run(&decline), Outcome::Declined(_)));
    assert!(matches!(model.run(&decline), Outcome::Declined(_)), "a retry is no error");
    let approve = Command { authority: manager(8), body: Body::Approve(verdict(1, "damaged")) };
    assert!(matches!(refused(model.run(&approve)), Refusal::AlreadyDecided(_)));
    assert_eq!(model.ledger.len(), 1);
}

#[test]
fn above_a_limit_it_becomes_a_request() {
    // SKU 1 costs 10.00: 51 units are above the units, 31 above the value of 300.00.
    let cases =
        [(51, vec![Because::Units, Because::Value, Because::DayValue]), (31, vec![Because::Value])];
    for (units, because) in cases {
        let mut model = Model::with_stock(100);
        let outcome = model.run(&by(manager(1), variance(1, -units, "lost")));
        assert!(matches!(outcome, Outcome::Requested(r) if r.because == because), "{units}");
        assert_eq!(model.level(KEY()).on_hand(), 100);
    }
}

#[test]
fn many_small_ones_hit_the_limit_of_the_day() {
    let mut model = Model::with_stock(100);
    posted(model.run(&by(manager(1), variance(1, -30, "lost"))));
    // Gains count like losses: netting them would let a theft hide behind an invented find.
    posted(model.run(&by(manager(1), variance(2, 20, "found"))));
    let over = model.run(&by(manager(1), variance(3, -1, "lost")));
    assert!(matches!(over, Outcome::Requested(r) if r.because == [Because::DayValue]));
    posted(model.run(&by(manager(2), variance(4, -1, "lost"))));
    let mut tomorrow = manager(1);
    tomorrow.day = "2025-10-10".to_owned();
    posted(model.run(&by(tomorrow, variance(5, -1, "lost"))));
}

#[test]
fn the_limit_of_the_day_holds_within_one_batch() {
    let mut model = Model::with_stock(100);
    let batch: Vec<_> = (1..=3).map(|n| by(manager(1), variance(n, -20, "lost"))).collect();
    let outcomes = model.run_batch(&batch);
    assert!(matches!(outcomes[2], Outcome::Requested(_)));
    assert_eq!(model.level(KEY()).on_hand(), 60);
}

#[test]
fn what_has_no_limit_leaves_the_day_as_it_was() {
    let mut model = Model::with_stock(100);
    posted(model.run(&by(manager(1), variance(1, -30, "lost"))));
    // The same person without a limit, at another facility: the store does not load their day.
    let mut elsewhere = Model::with_stock(100);
    let (_, effects) = elsewhere.preview(&by(limited(1, Limits::NONE), variance(2, -1, "lost")));
    model.view.usage.extend(effects.usage);
    let over = model.run(&by(manager(1), variance(3, -21, "lost")));
    assert!(matches!(over, Outcome::Requested(r) if r.because == [Because::DayValue]));
}

#[test]
fn a_count_that_posted_nothing_never_answers_with_anothers_movement() {
    let mut model = Model::with_stock(5);
    let counted = count(1, 5, START);
    assert_eq!(posted(model.run(&counted)).movements, []);
    posted(model.run(&post(variance(1, -1, "lost"))));
    let again = posted(model.run(&counted));
    assert!(again.replay);
    assert_eq!(again.movements, []);
}

#[test]
fn value_is_by_price_where_the_cost_is_unknown() {
    let mut model = Model::new();
    let mut receipt = fact(1, MovementKind::Receipt, 50);
    receipt.sku = sku(2);
    model.run(&record(vec![receipt]));
    let mut lost = variance(2, -11, "lost");
    lost.sku = sku(2);
    // 11 × 30.00 is above 300.00; 10 × 30.00 is not.
    assert!(matches!(model.run(&by(manager(1), lost.clone())), Outcome::Requested(_)));
    lost.id = movement_id(3);
    lost.quantity = -10;
    posted(model.run(&by(manager(1), lost)));
}

#[test]
fn an_approver_has_limits_too() {
    let mut model = Model::with_stock(100);
    model.run(&by(reporter(7), variance(1, -51, "lost")));
    let approve = |authority| Command { authority, body: Body::Approve(verdict(1, "lost")) };
    assert!(matches!(refused(model.run(&approve(manager(8)))), Refusal::AboveLimit(_)));
    assert_eq!(model.request(1).status, RequestStatus::Pending);
    posted(model.run(&approve(controller())));
}

#[test]
fn an_undo_brings_back_stock_once() {
    let mut model = Model::with_stock(12);
    let before = model.level(KEY());
    posted(model.run(&post(variance(1, -1, "damaged"))));
    let done = posted(model.run(&undo(controller(), 2, 1)));
    assert_eq!(done.movements[0].reverses, Some(movement_id(1)));
    assert_eq!(model.level(KEY()), before);
    assert!(posted(model.run(&undo(controller(), 2, 1))).replay);
    let refusal = refused(model.run(&undo(controller(), 3, 1)));
    assert_eq!(refusal, Refusal::AlreadyReversed { by: movement_id(2) });
    let refusal = refused(model.run(&undo(controller(), 4, 2)));
    assert!(matches!(refusal, Refusal::NotReversible { .. }));
    model.check();
}

#[test]
fn two_undos_in_one_batch_are_one() {
    let mut model = Model::with_stock(12);
    posted(model.run(&post(variance(1, -1, "lost"))));
    let outcomes = model.run_batch(&[undo(controller(), 2, 1), undo(controller(), 3, 1)]);
    assert!(matches!(outcomes[0], Outcome::Posted(_)));
    assert!(matches!(outcomes[1], Outcome::Refused(Refusal::AlreadyReversed { .. })));
    assert_eq!(model.level(KEY()).on_hand(), 12);
}

#[test]
fn what_was_found_and_sold_can_not_be_unfound() {
    let mut model = Model::new();
    posted(model.run(&post(variance(1, 2, "found"))));
    posted(model.run(&record(vec![fact(2, MovementKind::Sale, 2)])));
    let refusal = refused(model.run(&undo(controller(), 3, 1)));
    assert_eq!(refusal, Refusal::BelowZero { good: 0, asked: 2, on_hand: 0 });
}

#[test]
fn facts_are_accepted_below_zero_and_ask_for_a_count() {
    let mut model = Model::with_stock(1);
    let (outcome, effects) = model.preview(&record(vec![fact(1, MovementKind::Sale, 3)]));
    assert_eq!(posted(outcome).movements[0].after.on_hand(), -2);
    let causes: Vec<_> = effects.triggers.iter().map(|t| t.cause).collect();
    assert_eq!(causes, [Cause::NegativeOnHand, Cause::NegativeAvailable]);
}

#[test]
fn one_bad_command_does_not_fail_its_neighbours() {
    let mut model = Model::with_stock(5);
    let outcomes = model.run_batch(&[
        post(variance(1, -1, "lost")),
        record(vec![fact(2, MovementKind::Sale, 1), fact(3, MovementKind::Variance, 1)]),
        post(variance(4, -1, "lost")),
    ]);
    assert!(matches!(outcomes[1], Outcome::Refused(Refusal::NotAFact { .. })));
    assert_eq!(model.level(KEY()).on_hand(), 3, "the first line of the bad document is undone");
    assert_eq!(model.audit_rows, 3, "two variances and the opening; nothing of the refused one");
    model.check();
}

#[test]
fn a_document_that_was_interrupted_can_be_sent_again() {
    let mut model = Model::new();
    let line = |n| fact(n, MovementKind::Receipt, 1);
    posted(model.run(&record(vec![line(1)])));
    let done = posted(model.run(&record(vec![line(1), line(2)])));
    assert_eq!(done.movements.len(), 2);
    assert_eq!(model.level(KEY()).on_hand(), 2);
}
