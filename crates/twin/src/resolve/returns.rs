//! Returns with their reverse fulfilment orders: whole at once, since they are small.

use super::root::{self, row};
use super::{gid, time};
use crate::graphql::{Object, Val};
use crate::world::{Order, Return, World};

/// A return.
pub(super) fn returned(world: &World, order: &Order, of: &Return) -> Object {
    let paid = order.refunds.iter().filter(|refund| refund.of_return == Some(of.id));
    let refunds = paid.map(|it| row(0, it.id, Object::Refund(order.id, it.id)));
    let fields = vec![
        ("id", Val::of(gid("Return", of.id))),
        ("name", Val::of(format!("#{}-R{}", order.number, of.id))),
        ("createdAt", time(of.at)),
        ("status", Val::of(if of.is_open() { "OPEN" } else { "CLOSED" })),
        ("totalQuantity", Val::of(of.lines.iter().map(|line| line.quantity).sum::<i64>())),
        ("order", Val::Object(Object::Order(order.id))),
        ("refunds", Val::Connection("Refund", refunds.collect())),
        ("reverseFulfillmentOrders", {
            let only = row(0, of.reverse, reverse(world, order, of));
            Val::Connection("ReverseFulfillmentOrder", vec![only])
        }),
    ];
    Object::Plain("Return".into(), fields)
}

/// The reverse fulfilment order with this number, or null.
pub(super) fn by_reverse_id(world: &World, id: u64) -> Val {
    let order = world.reverse_orders.get(&id).and_then(|order| world.orders.get(order));
    let found = order.and_then(|order| {
        let of = order.returns.iter().find(|it| it.reverse == id)?;
        Some(Val::Object(reverse(world, order, of)))
    });
    found.unwrap_or(Val::NULL)
}

fn reverse(world: &World, order: &Order, of: &Return) -> Object {
    let lines = of.lines.iter().map(|line| {
        let decided = line.dispositions.iter().map(|it| {
            let place = it.location.map_or(Val::NULL, |it| root::location(world, it));
            let fields = vec![
                ("id", Val::of(gid("ReverseFulfillmentOrderDisposition", it.id))),
                ("type", Val::of(it.kind.name())),
                ("quantity", Val::of(it.quantity)),
                ("createdAt", time(it.at)),
                ("location", place),
            ];
            Val::plain("ReverseFulfillmentOrderDisposition", fields)
        });
        let sent = vec![
            ("id", Val::of(gid("FulfillmentLineItem", line.id))),
            ("quantity", Val::of(line.quantity)),
            ("lineItem", Val::Object(Object::LineItem(order.id, line.line))),
        ];
        let fields = vec![
            ("id", Val::of(gid("ReverseFulfillmentOrderLineItem", line.id))),
            ("totalQuantity", Val::of(line.quantity)),
            ("fulfillmentLineItem", Val::plain("FulfillmentLineItem", sent)),
            ("dispositions", Val::List(decided.collect())),
        ];
        row(0, line.id, Object::Plain("ReverseFulfillmentOrderLineItem".into(), fields))
    });
    let fields = vec![
        ("id", Val::of(gid("ReverseFulfillmentOrder", of.reverse))),
        ("status", Val::of(if of.is_open() { "OPEN" } else { "CLOSED" })),
        ("order", Val::Object(Object::Order(order.id))),
        ("lineItems", Val::Connection("ReverseFulfillmentOrderLineItem", lines.collect())),
    ];
    Object::Plain("ReverseFulfillmentOrder".into(), fields)
}
