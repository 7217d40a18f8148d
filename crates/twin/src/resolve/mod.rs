//! What each field of the schema has for a value. A field that nobody here knows is an error.

mod catalog;
mod inventory;
mod mutations;
mod orders;
mod returns;
mod root;
mod services;

use crate::clock::rfc3339;
use crate::graphql::{Call, FieldError, Object, Val};
use crate::world::{LevelKey, World};

pub(crate) use mutations::{mutate, read_change};

/// The value of a field.
pub(crate) fn field(world: &World, object: &Object, call: &Call<'_>) -> Result<Val, FieldError> {
    let known = match object {
        Object::Query => return root::query(world, call),
        Object::Item(id) => inventory::item(world, *id, call)?,
        Object::Level(key) => inventory::level(world, *key, call)?,
        Object::Quantity(key, name) => inventory::quantity(world, *key, name, call),
        Object::Location(id) => inventory::location(world, *id, call)?,
        Object::Group(id) => inventory::group(world, *id, call),
        Object::Change(id, index) => inventory::change(world, *id, *index, call),
        Object::Variant(id) => catalog::variant(world, *id, call)?,
        Object::Product(id) => catalog::product(world, *id, call)?,
        Object::Order(id) => orders::order(world, *id, call),
        Object::LineItem(order, id) => orders::line(world, *order, *id, call),
        Object::FulfillmentOrder(order, id) => orders::fulfillment_order(world, *order, *id, call),
        Object::FulfillmentOrderLine(order, part, id) => {
            orders::fulfillment_order_line(world, *order, *part, *id, call)
        }
        Object::Fulfillment(order, id) => orders::fulfillment(world, *order, *id, call),
        Object::Refund(order, id) => orders::refund(world, *order, *id, call),
        Object::Subscription(id) => services::subscription(world, *id, call),
        Object::Bulk(id) => services::bulk(world, *id, call),
        Object::Plain(_, fields) => {
            let found = fields.iter().find(|(name, _)| *name == call.field);
            found.map(|(_, value)| value.clone())
        }
    };
    known.ok_or_else(|| FieldError::unknown(object.type_name(), call.field))
}

/// The scope that a field needs.
pub(crate) fn scope_of(kind: &str, field: &str) -> Option<&'static str> {
    Some(match (kind, field) {
        (
            "QueryRoot",
            "inventoryItem" | "inventoryItems" | "inventoryLevel" | "inventoryProperties",
        )
        | ("ProductVariant", "inventoryItem")
        | ("Location", "inventoryLevel" | "inventoryLevels") => "read_inventory",
        ("QueryRoot", "location" | "locations" | "locationsCount") => "read_locations",
        ("QueryRoot", "product" | "products" | "productVariant" | "productVariants")
        | ("InventoryItem", "variant" | "variants") => "read_products",
        ("QueryRoot", "order" | "orders" | "refund") => "read_orders",
        ("QueryRoot", "fulfillmentOrder" | "fulfillmentOrders")
        | ("Order", "fulfillmentOrders") => "read_merchant_managed_fulfillment_orders",
        ("QueryRoot", "return" | "reverseFulfillmentOrder")
        | ("Order", "returns")
        | ("Refund", "return") => "read_returns",
        ("QueryRoot", "assignedFulfillmentOrders") => "read_assigned_fulfillment_orders",
        ("InventoryAdjustmentGroup", "staffMember") => "read_users",
        ("Mutation", name) if name.starts_with("inventory") => "write_inventory",
        ("Mutation", name) if name.starts_with("location") => "write_locations",
        _ => return None,
    })
}

/// The global id of an object that has one.
pub(crate) fn global_id(world: &World, object: &Object) -> Option<String> {
    let (kind, id) = match object {
        Object::Query | Object::Quantity(..) | Object::Change(..) | Object::Plain(..) => {
            return None;
        }
        Object::Level(key) => return Some(level_gid(world, *key)),
        Object::Item(id) => ("InventoryItem", id),
        Object::Variant(id) => ("ProductVariant", id),
        Object::Product(id) => ("Product", id),
        Object::Location(id) => ("Location", id),
        Object::Group(id) => ("InventoryAdjustmentGroup", id),
        Object::Order(id) => ("Order", id),
        Object::LineItem(_, id) => ("LineItem", id),
        Object::FulfillmentOrder(_, id) => ("FulfillmentOrder", id),
        Object::FulfillmentOrderLine(_, _, id) => ("FulfillmentOrderLineItem", id),
        Object::Fulfillment(_, id) => ("Fulfillment", id),
        Object::Refund(_, id) => ("Refund", id),
        Object::Subscription(id) => ("WebhookSubscription", id),
        Object::Bulk(id) => ("BulkOperation", id),
    };
    Some(gid(kind, *id))
}

pub(crate) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

fn level_gid(world: &World, key: LevelKey) -> String {
    let id = world.levels.get(&key).map_or(0, |level| level.id);
    format!("gid://shopify/InventoryLevel/{id}?inventory_item_id={}", key.0)
}

/// A global id, taken apart: its kind, its number, and the item in its query.
fn parse_gid(text: &str) -> Option<(&str, u64, Option<u64>)> {
    let rest = text.strip_prefix("gid://shopify/")?;
    let (path, query) = rest.split_once('?').map_or((rest, None), |(it, query)| (it, Some(query)));
    let (kind, id) = path.split_once('/')?;
    let item = query.and_then(|query| query.strip_prefix("inventory_item_id="));
    Some((kind, id.parse().ok()?, item.and_then(|item| item.parse().ok())))
}

/// The number in an argument that is a global id of this kind.
fn id_of(kind: &str, text: &str) -> Result<u64, FieldError> {
    match parse_gid(text) {
        Some((found, id, _)) if found == kind => Ok(id),
        _ => Err(FieldError::new("INVALID_VARIABLE", format!("Invalid global id '{text}'"))),
    }
}

fn argument_id(call: &Call<'_>, name: &str, kind: &str) -> Result<u64, FieldError> {
    id_of(kind, call.text(name).unwrap_or_default())
}

fn time(at: i64) -> Val {
    Val::of(rfc3339(at, "Z"))
}

fn id(world: &World, object: &Object) -> Val {
    global_id(world, object).map_or(Val::NULL, Val::of)
}

fn legacy(id: u64) -> Val {
    Val::of(id.to_string())
}

fn present(exists: bool, object: Object) -> Val {
    if exists { Val::Object(object) } else { Val::NULL }
}

fn count(number: usize) -> Val {
    Val::plain("Count", vec![("count", Val::of(number)), ("precision", Val::of("EXACT"))])
}
