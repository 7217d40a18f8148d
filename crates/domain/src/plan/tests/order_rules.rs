//! Orders: promised, released, sent.

use uuid::Uuid;

use super::model::*;
use crate::{
    ids::{OrderId, OrderLineId},
    movement::MovementKind,
    order::OrderStatus,
    place::Place,
    plan::{
        command::{Body, Command, FulfillOrder, OrderDraft, OrderLineDraft},
        outcome::{Outcome, Refusal},
    },
};

fn order(n: u128, quantity: i64) -> OrderDraft {
    OrderDraft {
        id: OrderId(Uuid::from_u128(0x0D00 + n)),
        name: format!("#{n}"),
        channel: "Online shop".to_owned(),
        placed_at: None,
        due_at: None,
        lines: vec![OrderLineDraft { id: line(n), facility: facility(1), sku: sku(1), quantity }],
    }
}

fn line(n: u128) -> OrderLineId {
    OrderLineId(Uuid::from_u128(0x0D_1000 + n))
}

fn command(body: Body) -> Command {
    Command { authority: controller(), body }
}

fn place(n: u128, quantity: i64) -> Command {
    command(Body::PlaceOrder(order(n, quantity)))
}

fn status(outcome: Outcome) -> OrderStatus {
    match outcome {
        Outcome::Ordered(order) => order.status,
        other => panic!("no order: {other:?}"),
    }
}

#[test]
fn an_order_promises_units_and_a_cancellation_gives_them_back() {
    let mut model = Model::with_stock(5);
    let key = (facility(1), sku(1));
    assert_eq!(status(model.run(&place(1, 2))), OrderStatus::Open);
    assert_eq!((model.level(key).available, model.level(key).committed), (3, 2));
    assert_eq!(status(model.run(&place(1, 2))), OrderStatus::Open, "a retry");
    let cancel = command(Body::CancelOrder(order(1, 2).id));
    assert_eq!(status(model.run(&cancel)), OrderStatus::Cancelled);
    assert_eq!(status(model.run(&cancel)), OrderStatus::Cancelled, "a retry");
    assert_eq!((model.level(key).available, model.level(key).committed), (5, 0));
    model.check();
}

#[test]
fn a_sale_of_a_line_uses_up_its_promise() {
    let mut model = Model::with_stock(5);
    let key = (facility(1), sku(1));
    model.run(&place(1, 2));
    let mut sale = fact(10, MovementKind::Sale, 1);
    sale.order_line = Some(line(1));
    posted(model.run(&record(vec![sale.clone()])));
    assert_eq!(model.level(key).committed, 1);
    sale.id = movement_id(11);
    sale.quantity = 2;
    let refusal = refused(model.run(&record(vec![sale])));
    assert_eq!(refusal, Refusal::NotPromised { open: 1, asked: 2 });

    let fulfill = FulfillOrder { order: order(1, 2).id, effective_at: None };
    let fulfill = command(Body::FulfillOrder(fulfill));
    assert_eq!(status(model.run(&fulfill)), OrderStatus::Fulfilled);
    assert_eq!((model.level(key).on_hand(), model.total(key, Place::Customer)), (3, 2));
    let cancel = command(Body::CancelOrder(order(1, 2).id));
    let refusal = refused(model.run(&cancel));
    assert_eq!(refusal, Refusal::OrderClosed(OrderStatus::Fulfilled));
    model.check();
}

#[test]
fn the_shop_may_promise_more_than_there_is() {
    let mut model = Model::with_stock(1);
    assert_eq!(status(model.run(&place(1, 3))), OrderStatus::Open);
    assert_eq!(model.level((facility(1), sku(1))).available, -2);
}

#[test]
fn an_order_with_one_bad_line_is_not_placed() {
    let mut model = Model::with_stock(5);
    let mut draft = order(1, 2);
    draft.lines.push(OrderLineDraft { id: line(2), sku: sku(3), ..draft.lines[0].clone() });
    let refusal = refused(model.run(&command(Body::PlaceOrder(draft))));
    assert_eq!(refusal, Refusal::Untracked);
    assert_eq!(model.level((facility(1), sku(1))).committed, 0);
    assert!(model.view.orders.is_empty());
}
