//! One id, one thing: whatever else has it keeps it.

use uuid::Uuid;

use super::model::*;
use crate::{
    ids::{AnchorId, MovementId, OrderId, OrderLineId},
    movement::{MovementKind, Origin},
    plan::{
        command::{Authority, Body, Command, Count, CountLine, OrderDraft, OrderLineDraft},
        outcome::{Outcome, Refusal},
    },
    time::Micros,
};

fn order(lines: &[u128]) -> OrderDraft {
    let line = |n: &u128| OrderLineDraft {
        id: OrderLineId(movement_id(*n).0),
        facility: facility(1),
        sku: sku(1),
        quantity: 1,
    };
    OrderDraft {
        id: OrderId(Uuid::from_u128(0x0D00)),
        name: "#1".to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: None,
        lines: lines.iter().map(line).collect(),
    }
}

fn place(lines: &[u128]) -> Command {
    Command { authority: controller(), body: Body::PlaceOrder(order(lines)) }
}

fn counts(lines: &[(u128, i64)]) -> Command {
    let line = |(n, seconds): &(u128, i64)| CountLine {
        id: AnchorId(movement_id(*n).0),
        sku: sku(1),
        counted: 5,
        at: START.plus(-seconds * Micros::SECOND),
    };
    let lines = lines.iter().map(line).collect();
    let body = Body::Count(Count { facility: facility(1), closes: None, lines });
    Command { authority: controller(), body }
}

fn is_reused(outcome: &Outcome, n: u128) -> bool {
    matches!(outcome, Outcome::Refused(Refusal::IdReused(id)) if *id == movement_id(n).0)
}

/// The reservation would take the id that the request's movement needs: nobody could ever approve.
#[test]
fn an_order_line_does_not_take_a_requests_id() {
    let mut model = Model::with_stock(5);
    model.run(&by(reporter(2), variance(1, -1, "lost")));
    assert!(is_reused(&model.run(&place(&[1])), 1));
    posted(model.run(&post(variance(2, -1, "lost"))));
    assert!(is_reused(&model.run(&place(&[2])), 2));
    assert!(is_reused(&model.run(&place(&[3, 3])), 3), "nor that of the line before");
    model.check();
}

#[test]
fn a_count_line_does_not_take_anothers_id() {
    let mut model = Model::with_stock(5);
    posted(model.run(&post(variance(1, 1, "found"))));
    model.run(&by(reporter(2), variance(2, -1, "lost")));
    assert!(is_reused(&model.run(&counts(&[(1, 10)])), 1), "a movement's");
    assert!(is_reused(&model.run(&counts(&[(2, 10)])), 2), "a request's");
    // The record agrees with both of these, so that neither posts anything by its id.
    assert!(is_reused(&model.run(&counts(&[(3, 10), (3, 20)])), 3), "that of the line before");
    posted(model.run(&counts(&[(4, 10)])));
    assert!(is_reused(&model.run(&counts(&[(4, 20)])), 4), "that of an earlier count");
    model.check();
}

/// Whoever posts by the id that a line's sale will have keeps the order from being filled.
#[test]
fn the_ledgers_own_ids_are_not_for_clients() {
    let mut model = Model::with_stock(5);
    let sale = MovementId::derived(movement_id(1).0, MovementKind::Sale.code(), 0);
    let mut found = variance(2, 1, "found");
    found.id = sale;
    let refused_id = |outcome| matches!(refused(outcome), Refusal::IdReused(id) if id == sale.0);
    assert!(refused_id(model.run(&post(found))));
    let mut receipt = fact(2, MovementKind::Receipt, 1);
    receipt.id = sale;
    let receipt = record(vec![receipt]);
    assert!(refused_id(model.run(&receipt)));
    let import = Authority { origin: Origin::Import, ..controller() };
    let imported = Command { authority: import, ..receipt };
    assert!(matches!(model.run(&imported), Outcome::Posted(_)), "an import's are derived");
    model.run(&place(&[1]));
    let taken = |id: &Uuid| *id == sale.0;
    let fulfill = crate::plan::command::FulfillOrder { order: order(&[]).id, effective_at: None };
    let fulfilled =
        model.run(&Command { authority: controller(), body: Body::FulfillOrder(fulfill) });
    assert!(matches!(refused(fulfilled), Refusal::IdReused(id) if taken(&id)));
    model.check();
}

/// The order is in the same batch as the sale that fills it, as when two requests come at once.
#[test]
fn a_sale_finds_the_order_of_its_own_batch() {
    let mut model = Model::with_stock(5);
    let mut sale = fact(2, MovementKind::Sale, 1);
    sale.order_line = Some(OrderLineId(movement_id(1).0));
    let outcomes = model.run_batch(&[place(&[1]), record(vec![sale])]);
    assert!(matches!(outcomes[1], Outcome::Posted(_)), "{outcomes:?}");
    model.check();
}
