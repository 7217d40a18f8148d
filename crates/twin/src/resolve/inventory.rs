//! Items, levels, locations and what was adjusted.

use super::root::{self, row};
use super::{argument_id, count, global_id, id, id_of, legacy, time};
use crate::graphql::{Call, FieldError, Object, Row, Search, Val};
use crate::world::{LevelKey, ON_HAND, State, World};

type Known = Result<Option<Val>, FieldError>;

pub(super) fn item(world: &World, number: u64, call: &Call<'_>) -> Known {
    let Some(item) = world.items.get(&number) else { return Ok(None) };
    Ok(Some(match call.field {
        "id" => id(world, &Object::Item(number)),
        "legacyResourceId" => legacy(number),
        "sku" => Val::of(item.sku.clone()),
        "tracked" => Val::of(item.tracked),
        "requiresShipping" => Val::of(item.requires_shipping),
        "createdAt" => time(item.created_at),
        "updatedAt" => time(item.updated_at),
        "unitCost" | "inventoryHistoryUrl" | "harmonizedSystemCode" => Val::NULL,
        "duplicateSkuCount" => {
            let same = |other: &&crate::world::Item| item.sku.is_some() && other.sku == item.sku;
            Val::of(world.items.values().filter(same).count().saturating_sub(1))
        }
        "trackedEditable" => Val::plain(
            "EditableProperty",
            vec![("locked", Val::of(!item.mutable)), ("reason", Val::NULL)],
        ),
        "variant" => Val::Object(Object::Variant(item.variant)),
        "variants" => {
            let object = Object::Variant(item.variant);
            Val::Connection("ProductVariant", vec![row(0, item.variant, object)])
        }
        "inventoryLevel" => {
            let location = argument_id(call, "locationId", "Location")?;
            one_level(world, (number, location), call)
        }
        "inventoryLevels" => {
            let all = world.levels.range((number, 0)..=(number, u64::MAX));
            Val::Connection("InventoryLevel", levels(world, all.map(|(key, _)| *key), call)?)
        }
        "locationsCount" => {
            let all = world.levels.range((number, 0)..=(number, u64::MAX));
            count(all.filter(|(_, level)| level.active).count())
        }
        _ => return Ok(None),
    }))
}

fn one_level(world: &World, key: LevelKey, call: &Call<'_>) -> Val {
    let is_active = world.levels.get(&key).is_some_and(|level| level.active);
    if is_active || call.flag("includeInactive") { root::level(world, key) } else { Val::NULL }
}

fn levels(
    world: &World,
    keys: impl Iterator<Item = LevelKey>,
    call: &Call<'_>,
) -> Result<Vec<Row>, FieldError> {
    let known = ["id", "inventory_item_id", "location_id", "updated_at", "created_at"];
    let search = Search::parse(call.text("query"), &known)?;
    let mut rows = Vec::new();
    for key in keys {
        let Some(level) = world.levels.get(&key) else { continue };
        let shown = level.active || call.flag("includeInactive");
        let holds = search.matches(|term| match term.field.as_str() {
            "inventory_item_id" => term.is_number(key.0),
            "location_id" => term.is_number(key.1),
            "updated_at" => term.is_time(level.updated_at),
            "created_at" => term.is_time(level.created_at),
            _ => term.is_number(level.id),
        });
        if shown && holds && world.items.contains_key(&key.0) {
            rows.push(row(0, level.id, Object::Level(key)));
        }
    }
    Ok(rows)
}

pub(super) fn level(world: &World, key: LevelKey, call: &Call<'_>) -> Known {
    let Some(level) = world.levels.get(&key) else { return Ok(None) };
    Ok(Some(match call.field {
        "id" => id(world, &Object::Level(key)),
        "isActive" | "canDeactivate" => Val::of(level.active),
        "deactivationAlert" => Val::NULL,
        "createdAt" => time(level.created_at),
        "updatedAt" => time(level.updated_at),
        "item" => root::item(world, key.0),
        "location" => root::location(world, key.1),
        "quantities" => {
            let names = call.texts("names");
            if let Some(name) = names.iter().find(|name| level.named(name).is_none()) {
                let message = format!("The quantity name '{name}' is invalid.");
                return Err(FieldError::new("BAD_REQUEST", message));
            }
            let quantity = |name| Val::Object(Object::Quantity(key, name));
            Val::List(names.into_iter().map(quantity).collect())
        }
        _ => return Ok(None),
    }))
}

pub(super) fn quantity(world: &World, key: LevelKey, name: &str, call: &Call<'_>) -> Option<Val> {
    let level = world.levels.get(&key)?;
    Some(match call.field {
        "id" => {
            let (number, item) = (level.id, key.0);
            let query = format!("inventory_item_id={item}&name={name}");
            Val::of(format!("gid://shopify/InventoryQuantity/{number}?{query}"))
        }
        "name" => Val::of(name),
        "quantity" => Val::of(level.named(name)?),
        // For on hand it is null, as in recorded answers.
        "updatedAt" => {
            State::parse(name).and_then(|state| level.changed(state)).map_or(Val::NULL, time)
        }
        _ => return None,
    })
}

pub(super) fn location(world: &World, number: u64, call: &Call<'_>) -> Known {
    let Some(location) = world.locations.get(&number) else { return Ok(None) };
    let at = |(_, place): &&LevelKey| *place == number;
    Ok(Some(match call.field {
        "id" => id(world, &Object::Location(number)),
        "legacyResourceId" => legacy(number),
        "name" => Val::of(location.name.clone()),
        "isActive" | "fulfillsOnlineOrders" | "shipsInventory" | "deactivatable" => {
            Val::of(location.active)
        }
        "activatable" => Val::of(!location.active),
        "isFulfillmentService" | "addressVerified" | "deletable" => Val::of(false),
        "isPrimary" => Val::of(world.locations.keys().next() == Some(&number)),
        "hasActiveInventory" => {
            let active =
                |(key, level): &(&LevelKey, &crate::world::Level)| key.1 == number && level.active;
            Val::of(world.levels.iter().any(|entry| active(&entry)))
        }
        "createdAt" => time(location.created_at),
        "fulfillmentService" => Val::NULL,
        "deactivatedAt" if location.active => Val::NULL,
        "updatedAt" | "deactivatedAt" => time(location.updated_at),
        "address" => address(&location.name),
        "inventoryLevel" => {
            let item = argument_id(call, "inventoryItemId", "InventoryItem")?;
            one_level(world, (item, number), call)
        }
        "inventoryLevels" => {
            let keys = world.levels.keys().filter(at).copied();
            Val::Connection("InventoryLevel", levels(world, keys, call)?)
        }
        _ => return Ok(None),
    }))
}

fn address(name: &str) -> Val {
    let mut fields = vec![
        ("address1", Val::of("1 Main Street")),
        ("city", Val::of("Springfield")),
        ("country", Val::of("United States")),
        ("countryCode", Val::of("US")),
        ("formatted", Val::List(vec![Val::of(name)])),
    ];
    let empty = ["address2", "latitude", "longitude", "phone", "province", "provinceCode", "zip"];
    fields.extend(empty.map(|field| (field, Val::NULL)));
    Val::plain("LocationAddress", fields)
}

pub(super) fn group(world: &World, number: u64, call: &Call<'_>) -> Option<Val> {
    let group = world.group(number)?;
    Some(match call.field {
        "id" => id(world, &Object::Group(number)),
        "createdAt" => time(group.at),
        "reason" => Val::of(group.reason.clone()),
        "referenceDocumentUri" => Val::of(group.reference.clone()),
        "staffMember" => Val::NULL,
        "changes" => {
            let wanted = |name: &str, is: &str| {
                let list = call.texts(name);
                list.is_empty() || list.iter().any(|it| it == is)
            };
            let chosen = group.changes.iter().enumerate().filter(|(_, change)| {
                let gid = |object| global_id(world, &object).unwrap_or_default();
                wanted("quantityNames", change.name)
                    && wanted("inventoryItemIds", &gid(Object::Item(change.item)))
                    && wanted("locationIds", &gid(Object::Location(change.location)))
            });
            let object = |(at, _)| Val::Object(Object::Change(number, at));
            Val::List(chosen.map(object).collect())
        }
        _ => return None,
    })
}

pub(super) fn change(world: &World, group: u64, at: usize, call: &Call<'_>) -> Option<Val> {
    let change = world.group(group)?.changes.get(at)?;
    Some(match call.field {
        "name" => Val::of(change.name),
        "delta" => Val::of(change.delta),
        // Recorded answers never had it: whoever wants the result reads the level.
        "quantityAfterChange" => Val::NULL,
        "ledgerDocumentUri" => Val::of(change.ledger.clone()),
        "item" => root::item(world, change.item),
        "location" => root::location(world, change.location),
        _ => return None,
    })
}

pub(super) fn properties() -> Val {
    let within = |state: State| state.is_on_hand();
    let strings = |names: Vec<&str>| Val::List(names.into_iter().map(Val::of).collect());
    let mut names: Vec<Val> = State::ALL
        .into_iter()
        .map(|state| {
            let parents = if within(state) { vec![ON_HAND] } else { Vec::new() };
            quantity_name(state.name(), strings(parents), strings(Vec::new()))
        })
        .collect();
    let parts = State::ALL.into_iter().filter(|state| within(*state)).map(State::name).collect();
    names.push(quantity_name(ON_HAND, strings(Vec::new()), strings(parts)));
    Val::plain("InventoryProperties", vec![("quantityNames", Val::List(names))])
}

fn quantity_name(name: &'static str, belongs_to: Val, comprises: Val) -> Val {
    let mut shown = name.replace('_', " ");
    if let Some(first) = shown.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Val::plain(
        "InventoryQuantityName",
        vec![
            ("name", Val::of(name)),
            ("displayName", Val::of(shown)),
            ("isInUse", Val::of(true)),
            ("belongsTo", belongs_to),
            ("comprises", comprises),
        ],
    )
}

/// A pair of global ids in an input.
pub(super) fn pair(item: &str, location: &str) -> Result<LevelKey, FieldError> {
    Ok((id_of("InventoryItem", item)?, id_of("Location", location)?))
}
