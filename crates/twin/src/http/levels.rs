//! What lies where, and what changed it: for whoever compares.

use axum::Json;
use axum::extract::Query;
use serde::Deserialize;
use serde_json::{Value, json};

use super::State;
use crate::clock::rfc3339_micros;
use crate::world::{Group, Item, LevelKey, ON_HAND, World};

const PAGE_MAX: usize = 10_000;

/// `GET /twin/levels`: every level with each of its states.
pub(super) async fn levels(axum::extract::State(shop): State) -> Json<Value> {
    let world = shop.read();
    let levels = world.levels.iter().filter(|(key, _)| world.items.contains_key(&key.0));
    let levels: Vec<Value> = levels.map(|(key, _)| level(&world, *key)).collect();
    Json(json!({ "levels": levels }))
}

fn level(world: &World, key: LevelKey) -> Value {
    let (Some(level), Some(item)) = (world.levels.get(&key), world.items.get(&key.0)) else {
        return Value::Null;
    };
    let mut value = json!({
        "item_id": key.0,
        "sku": item.sku,
        "tracked": item.tracked,
        "location_id": key.1,
        "level_id": level.id,
        "is_active": level.active,
    });
    let names = crate::world::State::ALL.map(crate::world::State::name);
    for name in names.into_iter().chain([ON_HAND]) {
        value[name] = json!(level.named(name));
    }
    value
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    /// Only groups with a greater number.
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    /// `app`, `order`, `pos`, or another app's name.
    actor: Option<String>,
}

/// `GET /twin/adjustments?after=&limit=&actor=`: what was applied, oldest first.
pub(super) async fn adjustments(
    axum::extract::State(shop): State,
    Query(page): Query<Page>,
) -> Json<Value> {
    let world = shop.read();
    let limit = page.limit.unwrap_or(1000).min(PAGE_MAX);
    let wanted = |group: &&Group| {
        group.id > page.after && page.actor.as_ref().is_none_or(|it| it == group.actor.name())
    };
    let mut found: Vec<&Group> = world.groups.iter().filter(wanted).take(limit + 1).collect();
    let has_more = found.len() > limit;
    found.truncate(limit);
    let groups: Vec<Value> = found.into_iter().map(group).collect();
    Json(json!({ "adjustments": groups, "has_more": has_more, "total": world.groups.len() }))
}

fn group(group: &Group) -> Value {
    let changes: Vec<Value> = group
        .changes
        .iter()
        .map(|change| {
            json!({
                "item_id": change.item,
                "location_id": change.location,
                "name": change.name,
                "delta": change.delta,
                "ledger_document_uri": change.ledger,
            })
        })
        .collect();
    json!({
        "id": group.id,
        "at": rfc3339_micros(group.at),
        "actor": group.actor.name(),
        "reason": group.reason,
        "reference_document_uri": group.reference,
        "idempotency_key": group.key,
        "changes": changes,
    })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Find {
    /// Part of a SKU code, a barcode or a title.
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// `GET /twin/items?q=&after=&limit=`: items with their levels.
pub(super) async fn items(
    axum::extract::State(shop): State,
    Query(find): Query<Find>,
) -> Json<Value> {
    let world = shop.read();
    let wanted = find.q.to_lowercase();
    let title = |item: &Item| {
        let product = world.products.get(&item.product).map_or("", |it| it.title.as_str());
        format!("{product}, {}", item.title())
    };
    let matches = |item: &&Item| {
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let any = |text: &Option<String>| text.as_deref().is_some_and(has);
        item.id > find.after
            && (wanted.is_empty() || any(&item.sku) || any(&item.barcode) || has(&title(item)))
    };
    let limit = find.limit.unwrap_or(50).min(PAGE_MAX);
    let found = world.items.values().filter(matches).take(limit);
    let items: Vec<Value> = found
        .map(|item| {
            let keys = world.levels.range((item.id, 0)..=(item.id, u64::MAX));
            let levels: Vec<Value> = keys.map(|(key, _)| level(&world, *key)).collect();
            json!({
                "item_id": item.id,
                "variant_id": item.variant,
                "title": title(item),
                "sku": item.sku,
                "barcode": item.barcode,
                "tracked": item.tracked,
                "mutable": item.mutable,
                "levels": levels,
            })
        })
        .collect();
    Json(json!({ "items": items, "total": world.items.len() }))
}

/// `GET /twin/locations`
pub(super) async fn locations(axum::extract::State(shop): State) -> Json<Value> {
    let world = shop.read();
    let locations: Vec<Value> = world
        .locations
        .values()
        .map(|it| json!({ "location_id": it.id, "name": it.name, "is_active": it.active }))
        .collect();
    Json(json!({ "locations": locations }))
}
