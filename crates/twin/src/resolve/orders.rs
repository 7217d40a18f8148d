//! Orders and all that belongs to them.

use super::root::{self, row};
use super::{count, gid, id, legacy, returns, time};
use crate::graphql::{Call, Object, Val};
use crate::world::{FulfillmentOrder, Order, Return, World};

pub(super) fn order(world: &World, number: u64, call: &Call<'_>) -> Option<Val> {
    let order = world.orders.get(&number)?;
    Some(match call.field {
        "id" => id(world, &Object::Order(number)),
        "legacyResourceId" => legacy(number),
        "name" => Val::of(format!("#{}", order.number)),
        "number" => Val::of(order.number),
        "createdAt" | "processedAt" => time(order.created_at),
        "updatedAt" => time(order.updated_at),
        "cancelledAt" => order.cancelled_at.map_or(Val::NULL, time),
        "cancelReason" => order.cancelled_at.map_or(Val::NULL, |_| Val::of("CUSTOMER")),
        "closedAt" | "note" | "email" | "phone" | "app" | "sourceIdentifier" => Val::NULL,
        "closed" | "test" => Val::of(false),
        "confirmed" | "fullyPaid" => Val::of(true),
        "edited" => Val::of(order.edited),
        "tags" => Val::List(Vec::new()),
        "currencyCode" | "presentmentCurrencyCode" => Val::of("USD"),
        "sourceName" => Val::of(order.source),
        "retailLocation" | "physicalLocation" => {
            order.location.map_or(Val::NULL, |location| root::location(world, location))
        }
        "displayFulfillmentStatus" => Val::of(order.fulfillment_status()),
        "displayFinancialStatus" if order.refunds.is_empty() => Val::of("PAID"),
        "displayFinancialStatus" => Val::of("PARTIALLY_REFUNDED"),
        "subtotalLineItemsQuantity" => {
            Val::of(order.lines.iter().map(|it| it.quantity).sum::<i64>())
        }
        "currentSubtotalLineItemsQuantity" => {
            Val::of(order.lines.iter().map(|it| it.current).sum::<i64>())
        }
        "lineItems" => {
            let rows = order.lines.iter().map(|it| row(0, it.id, Object::LineItem(number, it.id)));
            Val::Connection("LineItem", rows.collect())
        }
        "fulfillmentOrders" => {
            let parts = order.fulfillment_orders.iter();
            let rows = parts.map(|it| row(0, it.id, Object::FulfillmentOrder(number, it.id)));
            Val::Connection("FulfillmentOrder", rows.collect())
        }
        "fulfillmentsCount" => count(order.fulfillments.len()),
        "fulfillments" => {
            let all = order.fulfillments.iter().map(|it| Object::Fulfillment(number, it.id));
            limited(all.map(Val::Object), call)
        }
        "refunds" => {
            let all = order.refunds.iter().map(|it| Object::Refund(number, it.id));
            limited(all.map(Val::Object), call)
        }
        "returnStatus" => Val::of(return_status(order)),
        "returns" => {
            let rows =
                order.returns.iter().map(|it| row(0, it.id, returns::returned(world, order, it)));
            Val::Connection("Return", rows.collect())
        }
        _ => return None,
    })
}

fn return_status(order: &Order) -> &'static str {
    match (order.returns.is_empty(), order.returns.iter().any(Return::is_open)) {
        (true, _) => "NO_RETURN",
        (false, true) => "IN_PROGRESS",
        (false, false) => "RETURNED",
    }
}

/// Lists that are no connections have a `first` all the same.
fn limited(all: impl Iterator<Item = Val>, call: &Call<'_>) -> Val {
    let first = call.number("first").and_then(|first| usize::try_from(first).ok());
    Val::List(all.take(first.unwrap_or(usize::MAX)).collect())
}

pub(super) fn line(world: &World, of: u64, number: u64, call: &Call<'_>) -> Option<Val> {
    let order = world.orders.get(&of)?;
    let line = order.line(number)?;
    let item = world.items.get(&line.item);
    let product = item.and_then(|item| world.products.get(&item.product));
    let title = || product.map_or_else(|| "Deleted product".to_owned(), |it| it.title.clone());
    Some(match call.field {
        "id" => id(world, &Object::LineItem(of, number)),
        "name" | "title" => Val::of(title()),
        "variantTitle" => item.map_or(Val::NULL, |item| Val::of(item.title())),
        "sku" => Val::of(item.and_then(|item| item.sku.clone())),
        "vendor" => Val::of(product.map(|product| product.vendor.clone())),
        "quantity" => Val::of(line.quantity),
        "currentQuantity" | "refundableQuantity" => Val::of(line.current),
        "unfulfilledQuantity" | "fulfillableQuantity" => Val::of(order.unfulfilled(number)),
        "nonFulfillableQuantity" => Val::of(line.quantity - order.unfulfilled(number)),
        "requiresShipping" | "restockable" | "merchantEditable" => Val::of(true),
        "isGiftCard" => Val::of(false),
        "fulfillmentStatus" if order.unfulfilled(number) == 0 => Val::of("fulfilled"),
        "fulfillmentStatus" => Val::of("unfulfilled"),
        "variant" => item.map_or(Val::NULL, |item| Val::Object(Object::Variant(item.variant))),
        "product" => item.map_or(Val::NULL, |item| Val::Object(Object::Product(item.product))),
        _ => return None,
    })
}

fn part(order: &Order, number: u64) -> Option<&FulfillmentOrder> {
    order.fulfillment_orders.iter().find(|part| part.id == number)
}

pub(super) fn fulfillment_order(
    world: &World,
    of: u64,
    number: u64,
    call: &Call<'_>,
) -> Option<Val> {
    let order = world.orders.get(&of)?;
    let part = part(order, number)?;
    Some(match call.field {
        "id" => id(world, &Object::FulfillmentOrder(of, number)),
        "status" => Val::of(part.status()),
        "requestStatus" => Val::of("UNSUBMITTED"),
        "createdAt" => time(part.created_at),
        "updatedAt" => time(part.updated_at),
        "fulfillAt" | "fulfillBy" | "channelId" | "destination" | "deliveryMethod" => Val::NULL,
        "order" => Val::Object(Object::Order(of)),
        "orderId" => Val::of(gid("Order", of)),
        "orderName" => Val::of(format!("#{}", order.number)),
        "orderProcessedAt" => time(order.created_at),
        "assignedLocation" => {
            let place = world.locations.get(&part.location);
            let mut fields = vec![
                ("location", root::location(world, part.location)),
                ("name", Val::of(place.map_or("", |place| place.name.as_str()))),
                ("countryCode", Val::of("US")),
            ];
            let empty = ["address1", "address2", "city", "phone", "province", "zip"];
            fields.extend(empty.map(|field| (field, Val::NULL)));
            Val::plain("FulfillmentOrderAssignedLocation", fields)
        }
        "lineItems" => {
            let object = |id| Object::FulfillmentOrderLine(of, number, id);
            let rows = part.lines.iter().map(|line| row(0, line.id, object(line.id)));
            Val::Connection("FulfillmentOrderLineItem", rows.collect())
        }
        "fulfillments" => {
            let sent = order.fulfillments.iter().filter(|it| it.of == number);
            let rows = sent.map(|it| row(0, it.id, Object::Fulfillment(of, it.id)));
            Val::Connection("Fulfillment", rows.collect())
        }
        _ => return None,
    })
}

pub(super) fn fulfillment_order_line(
    world: &World,
    of: u64,
    within: u64,
    number: u64,
    call: &Call<'_>,
) -> Option<Val> {
    let part = part(world.orders.get(&of)?, within)?;
    let line = part.lines.iter().find(|line| line.id == number)?;
    let item = world.items.get(&line.item);
    Some(match call.field {
        "id" => id(world, &Object::FulfillmentOrderLine(of, within, number)),
        "inventoryItemId" => Val::of(gid("InventoryItem", line.item)),
        "totalQuantity" => Val::of(line.total),
        "remainingQuantity" => Val::of(line.remaining),
        "requiresShipping" => Val::of(true),
        "sku" => Val::of(item.and_then(|item| item.sku.clone())),
        "lineItem" => Val::Object(Object::LineItem(of, line.line)),
        "variant" => item.map_or(Val::NULL, |item| Val::Object(Object::Variant(item.variant))),
        "productTitle" => {
            let product = item.and_then(|item| world.products.get(&item.product));
            Val::of(product.map_or("Deleted product", |product| product.title.as_str()))
        }
        _ => return None,
    })
}

pub(super) fn fulfillment(world: &World, of: u64, number: u64, call: &Call<'_>) -> Option<Val> {
    let order = world.orders.get(&of)?;
    let sent = order.fulfillments.iter().find(|it| it.id == number)?;
    Some(match call.field {
        "id" => id(world, &Object::Fulfillment(of, number)),
        "legacyResourceId" => legacy(number),
        "name" => Val::of(format!("#{}.1", order.number)),
        "status" => Val::of("SUCCESS"),
        "displayStatus" => Val::of("FULFILLED"),
        "createdAt" | "updatedAt" => time(sent.at),
        "requiresShipping" => Val::of(true),
        "totalQuantity" => Val::of(sent.lines.iter().map(|(_, units)| units).sum::<i64>()),
        "location" => root::location(world, sent.location),
        "order" => Val::Object(Object::Order(of)),
        "fulfillmentLineItems" => {
            let object = |(at, (line, units)): (usize, &(u64, i64))| {
                let key = number * 1000 + at as u64;
                let fields = vec![
                    ("id", Val::of(gid("FulfillmentLineItem", key))),
                    ("quantity", Val::of(*units)),
                    ("lineItem", Val::Object(Object::LineItem(of, *line))),
                ];
                row(0, key, Object::Plain("FulfillmentLineItem".into(), fields))
            };
            let rows = sent.lines.iter().enumerate().map(object);
            Val::Connection("FulfillmentLineItem", rows.collect())
        }
        _ => return None,
    })
}

pub(super) fn refund(world: &World, of: u64, number: u64, call: &Call<'_>) -> Option<Val> {
    let order = world.orders.get(&of)?;
    let refund = order.refunds.iter().find(|it| it.id == number)?;
    Some(match call.field {
        "id" => id(world, &Object::Refund(of, number)),
        "legacyResourceId" => legacy(number),
        "createdAt" | "updatedAt" | "processedAt" => time(refund.at),
        "note" => Val::NULL,
        "return" => {
            let pays_for = |it: &&Return| refund.of_return == Some(it.id);
            let found = order.returns.iter().find(pays_for);
            found.map_or(Val::NULL, |it| Val::Object(returns::returned(world, order, it)))
        }
        "order" => Val::Object(Object::Order(of)),
        "refundLineItems" => {
            let rows = refund.lines.iter().enumerate().map(|(at, line)| {
                let key = number * 1000 + at as u64;
                let kind = line.restock.name().to_uppercase();
                let place = line.location.map_or(Val::NULL, |it| root::location(world, it));
                let fields = vec![
                    ("id", Val::of(gid("RefundLineItem", key))),
                    ("quantity", Val::of(line.quantity)),
                    ("restocked", Val::of(kind != "NO_RESTOCK")),
                    ("restockType", Val::of(kind)),
                    ("location", place),
                    ("lineItem", Val::Object(Object::LineItem(of, line.line))),
                ];
                row(0, key, Object::Plain("RefundLineItem".into(), fields))
            });
            Val::Connection("RefundLineItem", rows.collect())
        }
        _ => return None,
    })
}
