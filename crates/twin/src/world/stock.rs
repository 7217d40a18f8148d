//! Items, locations, and what lies where.

use serde::{Deserialize, Serialize};

use super::names::State;

/// Microseconds since 1970, UTC, by the twin's own clock.
pub(crate) type Micros = i64;
pub(crate) type ItemId = u64;
pub(crate) type LocationId = u64;
pub(crate) type LevelKey = (ItemId, LocationId);

/// Numbers from which each kind of thing is counted, so that an id says what it is of.
pub(crate) mod base {
    pub(crate) const LOCATION: u64 = 60_000_001;
    pub(crate) const PRODUCT: u64 = 7_000_000_001;
    pub(crate) const VARIANT: u64 = 40_000_000_001;
    pub(crate) const ITEM: u64 = 50_000_000_001;
    pub(crate) const LEVEL: u64 = 100_000_001;
    pub(crate) const GROUP: u64 = 1_000_001;
    pub(crate) const ORDER: u64 = 5_000_000_001;
    pub(crate) const OTHER: u64 = 9_000_000_001;
}

#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) id: LocationId,
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
}

#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: u64,
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) vendor: String,
    pub(crate) kind: String,
    pub(crate) variants: Vec<u64>,
    pub(crate) created_at: Micros,
}

/// A variant and its inventory item, which always come as a pair.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) variant: u64,
    pub(crate) product: u64,
    pub(crate) position: usize,
    pub(crate) sku: Option<String>,
    pub(crate) barcode: Option<String>,
    /// Names and values of its options, in order.
    pub(crate) options: Vec<(String, String)>,
    pub(crate) price: String,
    pub(crate) tracked: bool,
    /// False for the parent of a bundle and for what a fulfilment service manages.
    pub(crate) mutable: bool,
    pub(crate) requires_shipping: bool,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
}

impl Item {
    /// Its option values, as the admin shows them.
    pub(crate) fn title(&self) -> String {
        let values: Vec<&str> = self.options.iter().map(|(_, value)| value.as_str()).collect();
        if values.is_empty() { "Default Title".to_owned() } else { values.join(" / ") }
    }
}

/// What is at one location of one item.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) id: u64,
    pub(crate) active: bool,
    quantities: [i64; State::ALL.len()],
    changed: [Option<Micros>; State::ALL.len()],
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
}

impl Level {
    pub(crate) fn new(id: u64, active: bool, at: Micros) -> Self {
        let quantities = [0; State::ALL.len()];
        let changed = [None; State::ALL.len()];
        Self { id, active, quantities, changed, created_at: at, updated_at: at }
    }

    pub(crate) fn get(&self, state: State) -> i64 {
        self.quantities[state as usize]
    }

    pub(crate) fn changed(&self, state: State) -> Option<Micros> {
        self.changed[state as usize]
    }

    pub(crate) fn on_hand(&self) -> i64 {
        State::ALL.into_iter().filter(|state| state.is_on_hand()).map(|state| self.get(state)).sum()
    }

    /// A quantity by its name in the API.
    pub(crate) fn named(&self, name: &str) -> Option<i64> {
        match State::parse(name) {
            Some(state) => Some(self.get(state)),
            None => (name == super::names::ON_HAND).then(|| self.on_hand()),
        }
    }

    pub(crate) fn add(&mut self, state: State, delta: i64, at: Micros) {
        self.quantities[state as usize] += delta;
        self.changed[state as usize] = Some(at);
        self.updated_at = at;
    }
}

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Actor {
    /// The app that holds the access token: Onhand.
    App,
    /// Another app, by name.
    Other(String),
    /// An online order.
    Order,
    /// A sale at the till.
    Pos,
}

impl Actor {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::App => "app",
            Self::Other(name) => name,
            Self::Order => "order",
            Self::Pos => "pos",
        }
    }
}

/// One row of an adjustment group.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) name: &'static str,
    pub(crate) delta: i64,
    pub(crate) item: ItemId,
    pub(crate) location: LocationId,
    pub(crate) ledger: Option<String>,
}

/// What one call, order or sale changed.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: u64,
    pub(crate) at: Micros,
    pub(crate) actor: Actor,
    pub(crate) reason: String,
    pub(crate) reference: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) changes: Vec<Change>,
}
