//! The fields of a query.

use super::{argument_id, count, id_of, parse_gid, present};
use crate::graphql::{Call, FieldError, Object, Row, Search, Term, Val};
use crate::world::{Item, LevelKey, Location, Order, State, World};

pub(super) fn query(world: &World, call: &Call<'_>) -> Result<Val, FieldError> {
    Ok(match call.field {
        "shop" => super::services::shop(world),
        "currentAppInstallation" => super::services::installation(world),
        "location" => match call.text("id") {
            Some(text) => location(world, id_of("Location", text)?),
            None => world.locations.keys().next().map_or(Val::NULL, |id| location(world, *id)),
        },
        "locations" => Val::Connection("Location", locations(world, call)?),
        "locationsCount" => count(world.locations.values().filter(|it| it.active).count()),
        "inventoryItem" => item(world, argument_id(call, "id", "InventoryItem")?),
        "inventoryItems" => Val::Connection("InventoryItem", items(world, call)?),
        "inventoryProperties" => super::inventory::properties(),
        "product" => {
            let id = argument_id(call, "id", "Product")?;
            present(world.products.contains_key(&id), Object::Product(id))
        }
        "products" => Val::Connection("Product", products(world, call)?),
        "productVariant" => {
            let id = argument_id(call, "id", "ProductVariant")?;
            present(world.item_of_variant(id).is_some(), Object::Variant(id))
        }
        "productVariants" => Val::Connection("ProductVariant", variants(world, call)?),
        "order" => {
            let id = argument_id(call, "id", "Order")?;
            present(world.orders.contains_key(&id), Object::Order(id))
        }
        "orders" => Val::Connection("Order", orders(world, call)?),
        "fulfillmentOrders" | "assignedFulfillmentOrders" => {
            Val::Connection("FulfillmentOrder", fulfillment_orders(world, call)?)
        }
        "webhookSubscription" => {
            let id = argument_id(call, "id", "WebhookSubscription")?;
            present(world.subscriptions.contains_key(&id), Object::Subscription(id))
        }
        "webhookSubscriptions" => {
            Val::Connection("WebhookSubscription", super::services::subscriptions(world, call)?)
        }
        "bulkOperation" => {
            let id = argument_id(call, "id", "BulkOperation")?;
            present(world.bulks.contains_key(&id), Object::Bulk(id))
        }
        "bulkOperations" => Val::Connection("BulkOperation", super::services::bulks(world, call)?),
        "currentBulkOperation" => match world.bulks.keys().next_back() {
            Some(id) if call.text("type") != Some("MUTATION") => Val::Object(Object::Bulk(*id)),
            _ => Val::NULL,
        },
        "node" | "inventoryLevel" | "refund" | "fulfillmentOrder" | "reverseFulfillmentOrder" => {
            by_gid(world, call.text("id").unwrap_or_default())
        }
        "nodes" => Val::List(call.texts("ids").iter().map(|text| by_gid(world, text)).collect()),
        field => return Err(FieldError::unknown("QueryRoot", field)),
    })
}

pub(super) fn item(world: &World, id: u64) -> Val {
    present(world.items.contains_key(&id), Object::Item(id))
}

pub(super) fn location(world: &World, id: u64) -> Val {
    present(world.locations.contains_key(&id), Object::Location(id))
}

pub(super) fn level(world: &World, key: LevelKey) -> Val {
    let exists = world.levels.contains_key(&key) && world.items.contains_key(&key.0);
    present(exists, Object::Level(key))
}

/// Whatever has this global id, or null.
fn by_gid(world: &World, text: &str) -> Val {
    let Some((kind, id, of_item)) = parse_gid(text) else { return Val::NULL };
    match kind {
        "InventoryItem" => item(world, id),
        "Location" => location(world, id),
        "InventoryLevel" => {
            let key = of_item.and_then(|item| world.level_by_id(id, item));
            key.map_or(Val::NULL, |key| level(world, key))
        }
        "Product" => present(world.products.contains_key(&id), Object::Product(id)),
        "ProductVariant" => present(world.item_of_variant(id).is_some(), Object::Variant(id)),
        "InventoryAdjustmentGroup" => present(world.group(id).is_some(), Object::Group(id)),
        "Order" => present(world.orders.contains_key(&id), Object::Order(id)),
        "FulfillmentOrder" => match world.fulfillment_orders.get(&id) {
            Some(order) => Val::Object(Object::FulfillmentOrder(*order, id)),
            None => Val::NULL,
        },
        "Fulfillment" => {
            let sent = |order: &&Order| order.fulfillments.iter().any(|sent| sent.id == id);
            match world.orders.values().find(sent) {
                Some(order) => Val::Object(Object::Fulfillment(order.id, id)),
                None => Val::NULL,
            }
        }
        "Refund" => match world.refunds.get(&id) {
            Some(order) => Val::Object(Object::Refund(*order, id)),
            None => Val::NULL,
        },
        "ReverseFulfillmentOrder" => super::returns::by_reverse_id(world, id),
        "WebhookSubscription" => {
            present(world.subscriptions.contains_key(&id), Object::Subscription(id))
        }
        "BulkOperation" => present(world.bulks.contains_key(&id), Object::Bulk(id)),
        _ => Val::NULL,
    }
}

fn locations(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let search = Search::parse(call.text("query"), &["id", "name", "active"])?;
    let all = call.flag("includeInactive");
    let matches = |it: &&Location| {
        (all || it.active)
            && search.matches(|term| match term.field.as_str() {
                "name" => term.is_text(&it.name),
                "active" => term.is_text(if it.active { "true" } else { "false" }),
                _ => term.is_number(it.id),
            })
    };
    let found = world.locations.values().filter(matches);
    Ok(found.map(|it| row(0, it.id, Object::Location(it.id))).collect())
}

const ITEM_FIELDS: [&str; 6] = ["id", "sku", "created_at", "updated_at", "barcode", "tracked"];

fn item_matches(item: &Item, term: &Term, id: u64) -> bool {
    let is = |text: &Option<String>| text.as_ref().is_some_and(|text| term.is_text(text));
    match term.field.as_str() {
        "sku" => is(&item.sku),
        "barcode" => is(&item.barcode),
        "tracked" => term.is_text(if item.tracked { "true" } else { "false" }),
        "created_at" => term.is_time(item.created_at),
        "updated_at" => term.is_time(item.updated_at),
        "product_id" => term.is_number(item.product),
        _ => term.is_number(id),
    }
}

fn items(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let search = Search::parse(call.text("query"), &ITEM_FIELDS)?;
    let found = world.items.values().filter(|it| search.matches(|t| item_matches(it, t, it.id)));
    Ok(found.map(|it| row(0, it.id, Object::Item(it.id))).collect())
}

fn variants(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let known = [&ITEM_FIELDS[..], &["product_id"]].concat();
    let search = Search::parse(call.text("query"), &known)?;
    let matches = |it: &&Item| search.matches(|term| item_matches(it, term, it.variant));
    let found = world.items.values().filter(matches);
    Ok(found.map(|it| row(0, it.variant, Object::Variant(it.variant))).collect())
}

fn products(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let search = Search::parse(call.text("query"), &["id", "handle", "title", "vendor"])?;
    let found = world.products.values().filter(|it| {
        search.matches(|term| match term.field.as_str() {
            "handle" => term.is_text(&it.handle),
            "title" => term.is_text(&it.title),
            "vendor" => term.is_text(&it.vendor),
            _ => term.is_number(it.id),
        })
    });
    Ok(found.map(|it| row(0, it.id, Object::Product(it.id))).collect())
}

fn orders(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let known = ["id", "name", "created_at", "processed_at", "updated_at", "source_name", "status"];
    let search = Search::parse(call.text("query"), &known)?;
    let matches = |it: &&Order| {
        search.matches(|term| match term.field.as_str() {
            "name" => term.is_text(&format!("#{}", it.number)),
            "created_at" | "processed_at" => term.is_time(it.created_at),
            "updated_at" => term.is_time(it.updated_at),
            "source_name" => term.is_text(it.source),
            "status" if it.cancelled_at.is_some() => {
                ["any", "cancelled"].iter().any(|s| term.is_text(s))
            }
            "status" => ["any", "open"].iter().any(|s| term.is_text(s)),
            _ => term.is_number(it.id),
        })
    };
    let sort = |it: &Order| match call.text("sortKey") {
        None | Some("PROCESSED_AT" | "CREATED_AT") => Ok(it.created_at),
        Some("UPDATED_AT") => Ok(it.updated_at),
        Some("ID" | "ORDER_NUMBER") => Ok(0),
        Some(key) => {
            let message = format!("the twin does not know how to sort orders by {key}");
            Err(FieldError::new("TWIN_UNKNOWN", message))
        }
    };
    let found = world.orders.values().filter(matches);
    found.map(|it| Ok(row(sort(it)?, it.id, Object::Order(it.id)))).collect()
}

fn fulfillment_orders(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let known = ["id", "status", "assigned_location_id", "updated_at", "created_at"];
    let search = Search::parse(call.text("query"), &known)?;
    let places: Vec<u64> = call
        .texts("locationIds")
        .iter()
        .map(|text| id_of("Location", text))
        .collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for (id, order) in &world.fulfillment_orders {
        let parts = world.orders.get(order).map(|order| &order.fulfillment_orders);
        let part = parts.and_then(|parts| parts.iter().find(|part| part.id == *id));
        let Some(part) = part else { continue };
        let is_closed = matches!(part.status(), "CLOSED" | "CANCELLED");
        if is_closed && !call.flag("includeClosed")
            || !places.is_empty() && !places.contains(&part.location)
        {
            continue;
        }
        let holds = search.matches(|term| match term.field.as_str() {
            "status" => term.is_text(part.status()),
            "assigned_location_id" => term.is_number(part.location),
            "updated_at" => term.is_time(part.updated_at),
            "created_at" => term.is_time(part.created_at),
            _ => term.is_number(part.id),
        });
        if holds {
            let by_update = call.text("sortKey") == Some("UPDATED_AT");
            let sort = if by_update { part.updated_at } else { 0 };
            rows.push(row(sort, *id, Object::FulfillmentOrder(*order, *id)));
        }
    }
    Ok(rows)
}

pub(super) fn row(sort: i64, id: u64, object: Object) -> Row {
    Row { key: (sort, id), object }
}

/// How many units of a variant can be sold anywhere.
pub(super) fn sellable(world: &World, item: u64) -> i64 {
    let levels = world.levels.range((item, 0)..=(item, u64::MAX));
    levels.filter(|(_, level)| level.active).map(|(_, level)| level.get(State::Available)).sum()
}
