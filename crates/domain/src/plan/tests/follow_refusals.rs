//! Orders that follow a shop: what is refused, to the shop and to everybody else.

use uuid::Uuid;

use super::{
    follow_rules::{
        CHANNEL, back, command, ends, event_id, follow, id, line, line_id, order, sale, shelf,
    },
    model::*,
};
use crate::{
    ids::{OrderLineId, SkuId},
    movement::MovementKind,
    plan::{
        QUANTITY_MAX,
        command::{
            Body, Command, FollowLine, FollowOrder, FulfillOrder, OrderDraft, OrderLineDraft,
        },
        outcome::Refusal,
    },
};

#[test]
fn the_shop_rules_its_orders() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    let mut sold = fact(5, MovementKind::Sale, 1);
    sold.order_line = Some(line_id(1));
    let fulfil = Body::FulfillOrder(FulfillOrder { order: id(1), effective_at: None });
    for body in [Body::CancelOrder(id(1)), fulfil, Body::Record(vec![sold])] {
        let refusal = refused(model.run(&Command { authority: controller(), body }));
        assert_eq!(refusal, Refusal::FollowsShop);
    }
    assert_eq!(shelf(&model), (7, 3));
}

#[test]
fn an_order_that_somebody_placed_here_is_no_shops() {
    let mut model = Model::with_stock(10);
    let line_here = OrderLineDraft {
        id: OrderLineId(movement_id(9).0),
        facility: facility(1),
        sku: sku(1),
        quantity: 1,
    };
    let placed = OrderDraft {
        id: id(1),
        name: "#1".to_owned(),
        channel: CHANNEL.to_owned(),
        placed_at: None,
        due_at: None,
        lines: vec![line_here],
    };
    model.run(&Command { authority: controller(), body: Body::PlaceOrder(placed.clone()) });
    let state = FollowOrder { lines: vec![line(1, 3)], ..order(1) };
    assert_eq!(refused(model.run(&command(state.clone()))), Refusal::IdReused(id(1).0));
    // Nor can an order of one shop be another's, nor be placed again here.
    let mut model = Model::with_stock(10);
    follow(&mut model, state.clone());
    let other = FollowOrder { channel: "another".to_owned(), ..state };
    assert_eq!(refused(model.run(&command(other))), Refusal::IdReused(id(1).0));
    let again = Command { authority: controller(), body: Body::PlaceOrder(placed) };
    assert_eq!(refused(model.run(&again)), Refusal::IdReused(id(1).0));
}

#[test]
fn an_id_that_something_else_has_is_not_taken_for_the_shops() {
    let mut model = Model::with_stock(10);
    posted(model.run(&record(vec![fact(1, MovementKind::Sale, 1)])));
    model.run(&by(reporter(2), variance(2, -1, "lost")));
    for taken in [movement_id(1), movement_id(2)] {
        let mut state = FollowOrder { sales: vec![sale(1, None, 1)], ..order(1) };
        state.sales[0].id = taken;
        assert_eq!(refused(model.run(&command(state))), Refusal::IdReused(taken.0));
        let mut state = FollowOrder { returns: vec![back(1, 1)], ..order(1) };
        state.returns[0].id = taken;
        assert_eq!(refused(model.run(&command(state))), Refusal::IdReused(taken.0));
    }
    // Another order's sale is not this one's either.
    follow(&mut model, FollowOrder { sales: vec![sale(1, None, 1)], ..order(1) });
    let other = FollowOrder { id: id(2), sales: vec![sale(1, None, 1)], ..order(1) };
    assert_eq!(refused(model.run(&command(other))), Refusal::IdReused(event_id(1).0));
}

/// What is no state of any order, and why.
fn impossible() -> Vec<(FollowOrder, Refusal)> {
    let with = |line| FollowOrder { lines: vec![line], ..order(1) };
    let sold = |sale| FollowOrder { sales: vec![sale], ..order(1) };
    let closed = FollowLine { facility: facility(3), ..line(1, 1) };
    let nowhere = FollowLine { facility: facility(9), ..line(1, 1) };
    let unknown = SkuId(Uuid::nil());
    let too_many = Refusal::OversizedQuantity { max: QUANTITY_MAX };
    vec![
        (with(line(1, -1)), Refusal::NegativeQuantity),
        (with(line(1, QUANTITY_MAX + 1)), too_many.clone()),
        (with(FollowLine { dropped: -1, ..line(1, 1) }), Refusal::NegativeQuantity),
        (with(FollowLine { ordered: -1, ..line(1, 1) }), Refusal::NegativeQuantity),
        (sold(sale(1, None, 0)), Refusal::ZeroQuantity),
        (sold(sale(1, None, -1)), Refusal::NegativeQuantity),
        (sold(sale(1, None, i64::MAX)), too_many),
        (
            FollowOrder { sales: vec![sale(1, None, 1), sale(1, None, 2)], ..order(1) },
            Refusal::IdReused(event_id(1).0),
        ),
        (
            FollowOrder { sales: vec![sale(1, None, 1)], returns: vec![back(1, 1)], ..order(1) },
            Refusal::IdReused(event_id(1).0),
        ),
        (
            FollowOrder { lines: vec![line(1, 1), line(1, 2)], ..order(1) },
            Refusal::IdReused(line_id(1).0),
        ),
        (with(closed), Refusal::FacilityClosed),
        (with(nowhere), Refusal::UnknownFacility(facility(9))),
        (with(FollowLine { sku: sku(3), ..line(1, 1) }), Refusal::Untracked),
        (with(FollowLine { sku: unknown, ..line(1, 1) }), Refusal::UnknownSku(unknown)),
        (
            FollowOrder { name: "x".repeat(201), ..order(1) },
            Refusal::TooLong { what: "name", max: 200 },
        ),
    ]
}

#[test]
fn an_order_is_followed_as_a_whole_or_not_at_all() {
    let mut model = Model::with_stock(10);
    let mut closed = model.view.facilities[&facility(1)];
    closed.active = false;
    model.view.facilities.insert(facility(3), closed);
    for (mut state, refusal) in impossible() {
        state.lines.insert(0, line(7, 2));
        let (outcome, effects) = model.preview(&command(state.clone()));
        assert_eq!(refused(outcome), refusal, "{state:?}");
        assert!(effects.is_empty(), "{state:?}");
    }
    let mut many = order(1);
    many.lines = vec![line(1, 1); 50_001];
    assert!(matches!(refused(model.run(&command(many))), Refusal::Lines { .. }));
}

#[test]
fn a_line_is_of_one_sku_at_one_facility() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    let other = FollowLine { sku: sku(2), ..line(1, 3) };
    let refusal = refused(model.run(&command(FollowOrder { lines: vec![other], ..order(2) })));
    assert_eq!(refusal, Refusal::UnknownOrderLine(line_id(1)));
    // A sale that names a line of something else is a sale all the same.
    let mut odd = sale(1, Some(1), 1);
    odd.sku = sku(2);
    let state = FollowOrder { lines: vec![line(1, 3)], sales: vec![odd], ..order(2) };
    let followed = follow(&mut model, state);
    assert_eq!(ends(&followed.movements).len(), 1);
    assert_eq!(shelf(&model), (7, 3));
}
