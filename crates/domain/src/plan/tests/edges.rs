//! The last value that is taken and the first that is not.

use super::model::*;
use crate::{
    access::Limits,
    ids::{AnchorId, OrderId, OrderLineId},
    money::Money,
    movement::{Movement, MovementKind},
    plan::{
        DOCUMENT_LINES_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX, QUANTITY_MAX, check_reversible,
        command::{
            Body, Command, Count, CountLine, FulfillOrder, OrderDraft, OrderLineDraft, Verdict,
        },
        outcome::{Cause, Effects, Outcome, Refusal},
        view::Key,
    },
    time::Micros,
};

const KEY: fn() -> Key = || (facility(1), sku(1));

fn as_controller(body: Body) -> Command {
    Command { authority: controller(), body }
}

fn order(quantities: &[i64]) -> Command {
    let line = |(n, quantity): (u128, &i64)| OrderLineDraft {
        id: OrderLineId(movement_id(0x0D00 + n).0),
        facility: facility(1),
        sku: sku(1),
        quantity: *quantity,
    };
    as_controller(Body::PlaceOrder(OrderDraft {
        id: OrderId(movement_id(0x0D).0),
        name: "#1".to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: None,
        lines: (0..).zip(quantities).map(line).collect(),
    }))
}

fn fulfill() -> Command {
    let order = OrderId(movement_id(0x0D).0);
    as_controller(Body::FulfillOrder(FulfillOrder { order, effective_at: None }))
}

fn sale_of_line(id: u128, n: u128, quantity: i64) -> Command {
    let mut sale = fact(id, MovementKind::Sale, quantity);
    sale.order_line = Some(OrderLineId(movement_id(0x0D00 + n).0));
    record(vec![sale])
}

#[test]
fn texts_may_be_as_long_as_they_say() {
    let mut model = Model::with_stock(100);
    for (id, chars, fits) in [(1, NOTE_CHARS_MAX, true), (2, NOTE_CHARS_MAX + 1, false)] {
        let mut lost = variance(id, -1, "lost");
        lost.note = Some("ü".repeat(chars));
        assert_eq!(matches!(model.run(&post(lost)), Outcome::Posted(_)), fits, "{chars}");
    }
    for (id, chars, fits) in [(3, NAME_CHARS_MAX, true), (4, NAME_CHARS_MAX + 1, false)] {
        let mut sale = fact(id, MovementKind::Sale, 1);
        sale.origin_key = Some("ü".repeat(chars));
        assert_eq!(matches!(model.run(&record(vec![sale])), Outcome::Posted(_)), fits, "{chars}");
    }
}

#[test]
fn documents_have_a_line_and_not_too_many() {
    let mut model = Model::with_stock(0x10);
    let lines = |n: usize| record(vec![fact(1, MovementKind::Sale, 1); n]);
    for n in [0, DOCUMENT_LINES_MAX + 1] {
        let refused = refused(model.run(&lines(n)));
        assert_eq!(refused, Refusal::Lines { lines: n, max: DOCUMENT_LINES_MAX });
    }
    // All lines are the same retry, which is quick.
    assert!(matches!(model.run(&lines(DOCUMENT_LINES_MAX)), Outcome::Posted(_)));
    assert!(matches!(refused(model.run(&order(&[]))), Refusal::Lines { lines: 0, .. }));
    let empty = Count { facility: facility(1), closes: None, lines: Vec::new() };
    let empty = as_controller(Body::Count(empty));
    assert!(matches!(refused(model.run(&empty)), Refusal::Lines { lines: 0, .. }));
}

#[test]
fn lines_are_counted() {
    assert_eq!(record(vec![fact(1, MovementKind::Sale, 1); 3]).body.lines(), 3);
    assert_eq!(order(&[1, 2]).body.lines(), 2);
    assert_eq!(count(1, 5, START).body.lines(), 1);
    assert_eq!(post(variance(1, -1, "lost")).body.lines(), 1);
}

#[test]
fn quantities_may_be_as_large_as_they_say() {
    let mut model = Model::with_stock(1);
    let max = QUANTITY_MAX;
    assert!(matches!(refused(model.run(&order(&[0]))), Refusal::ZeroQuantity));
    assert!(matches!(refused(model.run(&order(&[-1]))), Refusal::NegativeQuantity));
    assert_eq!(refused(model.run(&order(&[max + 1]))), Refusal::OversizedQuantity { max });
    assert!(matches!(model.run(&order(&[max])), Outcome::Ordered(_)));
    let mut run = |fact| model.run(&record(vec![fact]));
    assert!(matches!(refused(run(fact(1, MovementKind::Sale, 0))), Refusal::ZeroQuantity));
    assert!(matches!(refused(run(fact(1, MovementKind::Sale, -1))), Refusal::NegativeQuantity));
    let over = refused(run(fact(1, MovementKind::Sale, max + 1)));
    assert_eq!(over, Refusal::OversizedQuantity { max });
    assert!(matches!(run(fact(1, MovementKind::Sale, max)), Outcome::Posted(_)));
    let over = refused(run(fact(2, MovementKind::Opening, -max - 1)));
    assert_eq!(over, Refusal::OversizedQuantity { max });
    let opening = posted(run(fact(2, MovementKind::Opening, -max)));
    assert_eq!(opening.movements[0].available_change(), -max, "a record may have been negative");
    let sale = posted(run(fact(3, MovementKind::Sale, 2)));
    assert_eq!(sale.movements[0].available_change(), -2);
    let receipt = posted(run(fact(4, MovementKind::Receipt, 2)));
    assert_eq!(receipt.movements[0].available_change(), 2);
    let mut counted = |id, n| model.run(&count(id, n, START.plus(-1)));
    assert!(matches!(refused(counted(5, -1)), Refusal::NegativeQuantity));
    assert_eq!(refused(counted(5, max + 1)), Refusal::OversizedQuantity { max });
    assert!(matches!(counted(5, 0), Outcome::Posted(_)));
    let highest = model.run(&count(6, max, START.plus(-2)));
    assert!(matches!(highest, Outcome::Posted(_)));
    model.check();
}

#[test]
fn the_facilitys_first_moment_counts() {
    let mut model = Model::new();
    let opened_at = START.plus(-30 * Micros::DAY);
    for (id, at, fits) in [(1, opened_at, true), (2, opened_at.plus(-1), false)] {
        let mut receipt = fact(id, MovementKind::Receipt, 1);
        receipt.effective_at = Some(at);
        assert_eq!(matches!(model.run(&record(vec![receipt])), Outcome::Posted(_)), fits);
    }
}

#[test]
fn only_sales_fill_order_lines_and_only_their_own() {
    let mut model = Model::with_stock(10);
    model.run(&order(&[3, 1]));
    let line = OrderLineId(movement_id(0x0D00).0);
    let mut receipt = fact(1, MovementKind::Receipt, 1);
    receipt.order_line = Some(line);
    assert!(matches!(refused(model.run(&record(vec![receipt]))), Refusal::NotAFact { .. }));
    let mut elsewhere = fact(1, MovementKind::Sale, 1);
    elsewhere.order_line = Some(line);
    elsewhere.facility = facility(2);
    let unknown = Refusal::UnknownOrderLine(line);
    assert_eq!(refused(model.run(&record(vec![elsewhere]))), unknown);
    let mut other = fact(1, MovementKind::Sale, 1);
    other.order_line = Some(line);
    other.sku = sku(2);
    assert_eq!(refused(model.run(&record(vec![other]))), unknown);
    // The second line, not whichever comes first: it has one unit only.
    assert_eq!(
        refused(model.run(&sale_of_line(1, 1, 2))),
        Refusal::NotPromised { open: 1, asked: 2 }
    );
    assert!(matches!(model.run(&sale_of_line(1, 0, 3)), Outcome::Posted(_)));
    assert!(matches!(model.run(&sale_of_line(2, 1, 1)), Outcome::Posted(_)));
    model.check();
}

/// What is sold already is not sold again when the rest leaves, also within one batch.
#[test]
fn fulfilling_sends_what_is_still_open() {
    let mut model = Model::with_stock(10);
    model.run(&order(&[3, 1]));
    let cancel = as_controller(Body::CancelOrder(OrderId(movement_id(0x0D).0)));
    for (command, action) in [(fulfill(), "order.fulfill"), (cancel, "order.cancel")] {
        let (_, effects) = model.preview(&command);
        assert_eq!(effects.audit.iter().map(|a| a.action).collect::<Vec<_>>(), [action]);
    }
    let outcomes = model.run_batch(&[sale_of_line(1, 1, 1), fulfill(), fulfill()]);
    assert!(outcomes.iter().all(|o| !matches!(o, Outcome::Refused(_))), "{outcomes:?}");
    let level = model.level(KEY());
    assert_eq!((level.available, level.committed), (6, 0));
    assert!(model.ledger.iter().all(|m| m.kind != MovementKind::Sale || m.quantity < 4));
    model.check();
}

#[test]
fn a_count_is_asked_for_where_a_fact_crosses_zero() {
    let mut model = Model::with_stock(2);
    let mut causes = |id, kind, quantity| {
        let (_, effects) = model.preview(&record(vec![fact(id, kind, quantity)]));
        model.run(&record(vec![fact(id, kind, quantity)]));
        effects.triggers.iter().map(|t| t.cause).collect::<Vec<_>>()
    };
    let both = [Cause::NegativeOnHand, Cause::NegativeAvailable];
    assert_eq!(causes(1, MovementKind::Sale, 2), [], "nothing is left, which is right");
    assert_eq!(causes(2, MovementKind::Sale, 1), both);
    assert_eq!(causes(3, MovementKind::Sale, 1), [], "it was asked for already");
    assert_eq!(causes(4, MovementKind::Receipt, 5), []);
    model.run(&order(&[4]));
    model.check();
}

#[test]
fn a_level_knows_its_latest_count() {
    let mut model = Model::with_stock(5);
    let line = |id: u128, seconds: i64, counted| CountLine {
        id: AnchorId(movement_id(id).0),
        sku: sku(1),
        counted,
        at: START.plus(-seconds * Micros::SECOND),
    };
    let lines = vec![line(1, 20, 5), line(2, 10, 4), line(3, 30, 5)];
    let count = as_controller(Body::Count(Count { facility: facility(1), closes: None, lines }));
    let (_, effects) = model.preview(&count);
    assert_eq!(effects.levels.len(), 1);
    assert_eq!(effects.levels[0].1.counted_at, Some(START.plus(-10 * Micros::SECOND)));
    assert_eq!(effects.levels[0].1.quantities.available, 4);
    let (_, effects) = model.preview(&post(variance(9, -1, "lost")));
    assert_eq!(effects.levels[0].1.counted_at, None, "no count, no change of the latest");
}

#[test]
fn a_verdict_says_when_and_why() {
    let mut model = Model::with_stock(5);
    for (id, decline) in [(1, false), (2, true)] {
        model.run(&by(reporter(2), variance(id, -1, "lost")));
        let verdict = Verdict { note: Some("seen".to_owned()), ..verdict(id, "lost") };
        let body = if decline { Body::Decline(verdict) } else { Body::Approve(verdict) };
        model.run(&as_controller(body));
        let request = model.request(id);
        assert_eq!(request.decided_at, Some(START));
        assert_eq!(request.decided_by, Some(person(1)));
        assert_eq!(request.decision_note.as_deref(), Some("seen"));
    }
}

#[test]
fn kinds_that_follow_from_others_are_not_undone() {
    let mut model = Model::with_stock(5);
    let any = posted(model.run(&post(variance(1, -1, "lost")))).movements.remove(0);
    let of = |kind| check_reversible(&Movement { kind, ..any.clone() });
    let filled = Movement {
        kind: MovementKind::Sale,
        order_line: Some(OrderLineId(movement_id(1).0)),
        ..any.clone()
    };
    let remedy = |result: Result<(), Refusal>| match result {
        Err(Refusal::NotReversible { remedy, .. }) => Some(remedy),
        _ => None,
    };
    assert_eq!(remedy(of(MovementKind::Reversal)), Some("post the variance again"));
    let again = Some("undo the line in its count, or count the SKU again");
    assert_eq!(remedy(of(MovementKind::Count)), again);
    assert_eq!(remedy(of(MovementKind::LateCorrection)), again);
    assert_eq!(remedy(of(MovementKind::Opening)), Some("log a variance or count the SKU"));
    assert_eq!(remedy(of(MovementKind::Reservation)), Some("change the order instead"));
    assert_eq!(remedy(of(MovementKind::Release)), Some("change the order instead"));
    assert_eq!(remedy(check_reversible(&filled)), Some("record the customer's return"));
    for kind in [MovementKind::Sale, MovementKind::Receipt, MovementKind::Variance] {
        assert_eq!(of(kind), Ok(()));
    }
}

#[test]
fn an_undo_has_limits_but_not_the_days() {
    let money = |n: i64| Some(Money(n * Money::SCALE));
    let limits = Limits { variance_units_max: Some(5), ..Limits::NONE };
    let mut model = Model::with_stock(100);
    posted(model.run(&post(variance(1, -5, "lost"))));
    posted(model.run(&post(variance(2, -6, "lost"))));
    let of_day = Limits { day_value_max: money(1), ..limits };
    assert!(matches!(model.run(&undo(limited(2, of_day), 11, 1)), Outcome::Posted(_)));
    let above = refused(model.run(&undo(limited(2, of_day), 12, 2)));
    assert!(matches!(above, Refusal::AboveLimit(_)));
    let reporting = refused(model.run(&undo(reporter(2), 12, 2)));
    assert!(matches!(reporting, Refusal::AboveLimit(because) if because.is_empty()));
}

#[test]
fn what_was_found_can_be_unfound_while_it_is_there() {
    let mut model = Model::with_stock(2);
    posted(model.run(&post(variance(1, 3, "found"))));
    posted(model.run(&record(vec![fact(2, MovementKind::Sale, 2)])));
    assert!(matches!(model.run(&undo(controller(), 3, 1)), Outcome::Posted(_)), "all three");
    assert_eq!(model.level(KEY()).good(), 0);
    // An undo that moves nothing into or out of the good units asks nothing of them.
    posted(model.run(&record(vec![fact(4, MovementKind::Sale, 1)])));
    model.check();
}

#[test]
fn effects_are_empty_only_without_any() {
    assert!(Effects::default().is_empty());
    let mut model = Model::with_stock(20);
    let mut effects = |command: &Command| model.preview(command).1;
    let posted = effects(&post(variance(1, -1, "lost")));
    let counted = effects(&count(2, 3, START.plus(-1)));
    let requested = effects(&by(reporter(2), variance(3, -1, "lost")));
    let ordered = effects(&order(&[1]));
    let (placed, _) = ordered.orders[0].clone();
    let line = placed.lines[0].clone();
    let none = Effects::default;
    for some in [
        Effects { movements: posted.movements, ..none() },
        Effects { audit: posted.audit, ..none() },
        Effects { anchors: counted.anchors, ..none() },
        Effects { requests: requested.requests, ..none() },
        Effects { orders: ordered.orders, ..none() },
        Effects { order_lines: vec![line.clone()], ..none() },
        Effects { added_lines: vec![(placed.id, START, line)], ..none() },
        Effects { followed: vec![placed], ..none() },
        Effects {
            order_statuses: vec![(OrderId(movement_id(1).0), crate::order::OrderStatus::Open)],
            ..none()
        },
    ] {
        assert!(!some.is_empty(), "{some:?}");
    }
}

#[test]
fn the_last_unit_may_be_lost() {
    let mut model = Model::with_stock(3);
    posted(model.run(&post(variance(1, -3, "lost"))));
    assert_eq!(model.level(KEY()).good(), 0);
    let below = refused(model.run(&post(variance(2, -1, "lost"))));
    assert_eq!(below, Refusal::BelowZero { good: 0, asked: 1, on_hand: 0 });
}
