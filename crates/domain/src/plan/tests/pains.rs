//! Faults that other systems have, by their number in `docs/PAINS.md`.

use uuid::Uuid;

use super::{
    model::*,
    properties::{KEY, state},
};
use crate::{
    ids::{AnchorId, OrderId, OrderLineId},
    movement::MovementKind,
    plan::command::{Body, Command, FulfillOrder, OrderDraft, OrderLineDraft, UndoCount, UndoLine},
    time::Micros,
};

fn at(minutes: i64) -> Micros {
    START.plus((minutes - 600) * 60 * Micros::SECOND)
}

fn told(id: u128, kind: MovementKind, quantity: i64, when: Micros) -> Command {
    let mut fact = fact(id, kind, quantity);
    fact.effective_at = Some(when);
    record(vec![fact])
}

fn undo_line(id: u128, when: Micros) -> Command {
    let line = UndoLine { id: AnchorId(movement_id(id).0), sku: sku(1), at: when };
    let undo = UndoCount { facility: facility(1), lines: vec![line], note: None };
    Command { authority: controller(), body: Body::UndoCount(undo) }
}

/// 100 on record, 15 sold, 80 counted: five are missing, however many days later that is approved
/// and whatever is sold until then. The snapshot at the start would say twenty.
#[test]
fn pain_2_the_difference_is_that_of_the_moment_of_the_scan() {
    let mut model = Model::with_stock(100);
    posted(model.run(&told(1, MovementKind::Sale, 15, at(10))));
    posted(model.run(&told(2, MovementKind::Sale, 7, at(30))));
    posted(model.run(&count(3, 80, at(20))));
    assert_eq!(model.anchors(KEY())[&at(20)].variance, -5);
    assert_eq!(model.level(KEY()).good(), 80 - 7);
    model.check();
}

/// Picked for an order and not sent yet: a unit lies in the store, and is counted once.
#[test]
fn pain_5_picked_units_are_counted_once() {
    let mut model = Model::with_stock(10);
    let (order, line) = (OrderId(Uuid::from_u128(0xD0)), OrderLineId(Uuid::from_u128(0xD1)));
    let lines = vec![OrderLineDraft { id: line, facility: facility(1), sku: sku(1), quantity: 4 }];
    let draft = OrderDraft {
        id: order,
        name: "#1".to_owned(),
        channel: "web".to_owned(),
        placed_at: Some(at(5)),
        due_at: None,
        lines,
    };
    let by_controller = |body| Command { authority: controller(), body };
    model.run(&by_controller(Body::PlaceOrder(draft)));
    posted(model.run(&count(3, 10, at(20))));
    assert_eq!(model.anchors(KEY())[&at(20)].variance, 0, "the four lie there, too");
    let fulfill = FulfillOrder { order, effective_at: Some(at(30)) };
    model.run(&by_controller(Body::FulfillOrder(fulfill)));
    let level = model.level(KEY());
    assert_eq!((level.good(), level.available, level.committed), (6, 6, 0));
    assert_eq!(model.anchors(KEY())[&at(20)].variance, 0);
    model.check();
}

/// An entry that is dated back changes the count after it, and not what is there today; nobody has
/// to forbid it.
#[test]
fn pain_7_and_8_what_is_dated_back_leaves_today_as_counted() {
    let mut model = Model::with_stock(10);
    posted(model.run(&count(3, 1, at(20))));
    let late = posted(model.run(&told(4, MovementKind::Receipt, 42, at(10))));
    assert_eq!(late.corrections.len(), 1);
    assert_eq!(model.level(KEY()).good(), 1);
    assert_eq!(model.anchors(KEY())[&at(20)].variance, 1 - 52);
    model.check();
}

/// Things of one microsecond, in whichever order they are learned: the same state, and a running
/// quantity that follows the order of learning.
#[test]
fn pain_9_equal_times_are_harmless() {
    let all = [
        told(1, MovementKind::Sale, 3, at(20)),
        told(2, MovementKind::Receipt, 5, at(20)),
        count(3, 11, at(20)),
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let states = orders.map(|order| {
        let mut model = Model::with_stock(10);
        for n in order {
            posted(model.run(&all[n]));
        }
        model.check();
        assert_eq!(model.level(KEY()).good(), 11);
        state(&model)
    });
    assert!(states.iter().all(|other| *other == states[0]), "{states:?}");
}

#[test]
fn pain_11_counts_are_undone_in_any_order() {
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    for order in orders {
        let mut model = Model::with_stock(10);
        for (id, counted) in [(1, 7), (2, 12), (3, 2)] {
            posted(model.run(&count(id, counted, at(i64::try_from(id).unwrap() * 10))));
            let sold = at(i64::try_from(id).unwrap() * 10 + 5);
            posted(model.run(&told(id + 10, MovementKind::Sale, 1, sold)));
        }
        assert_eq!(model.level(KEY()).good(), 1);
        for id in order {
            posted(model.run(&undo_line(id, at(i64::try_from(id).unwrap() * 10))));
            // Those that still stand say what was counted, after each step.
            model.check();
        }
        assert_eq!(model.level(KEY()).good(), 10 - 3, "undone {order:?}");
        assert!(model.anchors(KEY()).values().all(|a| a.voided && a.variance == 0));
    }
}

/// A count that confirms the record is on record, and moves nothing.
#[test]
fn pain_confirmed_moves_nothing() {
    let mut model = Model::with_stock(10);
    let before = model.ledger.len();
    assert!(posted(model.run(&count(3, 10, at(20)))).movements.is_empty());
    assert_eq!(model.ledger.len(), before);
    assert_eq!(model.anchors(KEY())[&at(20)].counted, 10);
}
