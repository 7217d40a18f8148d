//! How many the shop has.

use serde::{Deserialize, Serialize};

use super::{Id, PAGE_MAX, PAGE_MIN, PlainError, ReadError, accepted};
use crate::call;
use crate::client::Shop;
use crate::code::Code;
use crate::documents;

/// Every state of stock that the shop keeps.
pub const QUANTITY_NAMES: &[&str] = &[
    "available",
    "on_hand",
    "committed",
    "damaged",
    "reserved",
    "safety_stock",
    "quality_control",
    "incoming",
];

/// What an item has at a location.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Level {
    /// The level's global id; it has a query in it that belongs to it.
    pub id: String,
    /// The inventory item's global id.
    pub item: String,
    /// The location's global id.
    pub location: String,
    /// Whether it can be sold.
    pub active: bool,
    /// When it was last changed, as the shop writes it.
    pub updated_at: String,
    /// The states that were asked for.
    pub quantities: Vec<Quantity>,
}

/// How many of a level are in one state.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Quantity {
    /// The state.
    pub name: String,
    /// How many; the shop goes below nothing.
    pub quantity: i64,
}

impl Level {
    /// How many are in a state; `None` if it wasn't asked for.
    pub fn quantity(&self, name: &str) -> Option<i64> {
        self.quantities.iter().find(|held| held.name == name).map(|held| held.quantity)
    }
}

/// An item that was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ItemLevel {
    /// Its global id.
    pub item: String,
    /// Whether the shop counts it; `None`: the shop no longer has it.
    pub tracked: Option<bool>,
    /// What it has at the location; `None`: it was never stocked there.
    pub level: Option<Level>,
}

#[derive(Serialize)]
struct LevelsOf<'a> {
    items: &'a [&'a str],
    location: &'a str,
    names: &'a [&'a str],
}

#[derive(Serialize)]
struct Levels<'a> {
    ids: &'a [&'a str],
    names: &'a [&'a str],
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<Option<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemNode {
    id: String,
    tracked: bool,
    inventory_level: Option<LevelNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LevelNode {
    id: String,
    is_active: bool,
    updated_at: String,
    item: Option<Id>,
    location: Option<Id>,
    quantities: Vec<Quantity>,
}

impl LevelNode {
    fn at(self, item: &str, location: &str) -> Level {
        Level {
            id: self.id,
            item: item.to_owned(),
            location: location.to_owned(),
            active: self.is_active,
            updated_at: self.updated_at,
            quantities: self.quantities,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activated {
    inventory_activate: Activation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activation {
    inventory_level: Option<ActivatedLevel>,
    user_errors: Vec<PlainError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActivatedLevel {
    is_active: bool,
}

impl Shop {
    /// What items have at a location, in the order asked for, in as many requests as it takes.
    /// `names` are of [`QUANTITY_NAMES`].
    pub async fn levels_of(
        &self,
        location: &str,
        items: &[&str],
        names: &[&str],
    ) -> Result<Vec<ItemLevel>, ReadError> {
        let mut found = Vec::with_capacity(items.len());
        let mut size = PAGE_MAX;
        while found.len() < items.len() {
            let rest = &items[found.len()..];
            let asked = &rest[..rest.len().min(size)];
            let variables = LevelsOf { items: asked, location, names };
            let read = self.read::<Nodes<ItemNode>>(documents::LEVELS_OF, asked.len(), &variables);
            let nodes = match read.await {
                Err(failure) => {
                    size = smaller(size, failure)?;
                    continue;
                }
                Ok(found) => checked(found.nodes, asked)?,
            };
            for (item, node) in asked.iter().zip(nodes) {
                let Some(node) = node.filter(|node| node.id == **item) else {
                    found.push(ItemLevel { item: (*item).to_owned(), tracked: None, level: None });
                    continue;
                };
                let level = node.inventory_level.map(|level| level.at(item, location));
                found.push(ItemLevel { item: node.id, tracked: Some(node.tracked), level });
            }
        }
        Ok(found)
    }

    /// Levels by their own ids, in the order asked for; `None` for what is gone.
    pub async fn levels(
        &self,
        ids: &[&str],
        names: &[&str],
    ) -> Result<Vec<Option<Level>>, ReadError> {
        let mut found = Vec::with_capacity(ids.len());
        let mut size = PAGE_MAX;
        while found.len() < ids.len() {
            let rest = &ids[found.len()..];
            let asked = &rest[..rest.len().min(size)];
            let variables = Levels { ids: asked, names };
            let read = self.read::<Nodes<LevelNode>>(documents::LEVELS, asked.len(), &variables);
            match read.await {
                Err(failure) => size = smaller(size, failure)?,
                Ok(read) => found.extend(checked(read.nodes, asked)?.into_iter().map(|node| {
                    let mut node = node?;
                    let (item, location) = (node.item.take()?, node.location.take()?);
                    Some(node.at(&item.id, &location.id))
                })),
            }
        }
        Ok(found)
    }

    /// Makes a level sellable. `key` is an idempotency key of its own. Whether it is active now.
    pub async fn activate(
        &self,
        key: uuid::Uuid,
        item: &str,
        location: &str,
    ) -> Result<bool, ReadError> {
        let payload = call::activate(key, item, location);
        let data = self.read_data(documents::ACTIVATE, 1, &payload).await?;
        let activated: Activated = serde_json::from_value(data)
            .map_err(|failure| ReadError::Strange(format!("activate: {failure}")))?;
        accepted(&activated.inventory_activate.user_errors)?;
        Ok(activated.inventory_activate.inventory_level.is_some_and(|level| level.is_active))
    }
}

fn checked<T>(nodes: Vec<Option<T>>, asked: &[&str]) -> Result<Vec<Option<T>>, ReadError> {
    if nodes.len() == asked.len() {
        return Ok(nodes);
    }
    let problem = format!("{} nodes asked for, {} given", asked.len(), nodes.len());
    Err(ReadError::Strange(problem))
}

/// A smaller page, if the shop found this one too expensive.
fn smaller(size: usize, failure: ReadError) -> Result<usize, ReadError> {
    match failure {
        ReadError::Refused { code: Code::MaxCostExceeded, .. } if size > PAGE_MIN => {
            Ok((size / 2).max(PAGE_MIN))
        }
        failure => Err(failure),
    }
}
