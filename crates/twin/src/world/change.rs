//! Changes of the inventory through the Admin API: what may be asked, and what comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::World;
use super::names::{REASONS, State, is_document, is_internal};
use super::stock::{Actor, Change, Group, ItemId, Level, LevelKey, LocationId};

/// A line of `inventoryAdjustQuantities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) item: ItemId,
    pub(crate) location: LocationId,
    pub(crate) delta: i64,
    pub(crate) from: Option<i64>,
    pub(crate) ledger: Option<String>,
}

/// A line of `inventorySetQuantities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetLine {
    pub(crate) item: ItemId,
    pub(crate) location: LocationId,
    pub(crate) quantity: i64,
    pub(crate) from: Option<i64>,
}

/// A line of `inventoryMoveQuantities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MoveLine {
    pub(crate) item: ItemId,
    pub(crate) quantity: i64,
    pub(crate) from: Terminal,
    pub(crate) to: Terminal,
}

/// One end of a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terminal {
    pub(crate) location: LocationId,
    pub(crate) name: String,
    pub(crate) from: Option<i64>,
    pub(crate) ledger: Option<String>,
}

/// A mutation of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InventoryChange {
    Adjust { name: String, reason: String, reference: Option<String>, lines: Vec<Line> },
    Set { name: String, reason: String, reference: Option<String>, lines: Vec<SetLine> },
    Move { reason: String, reference: String, lines: Vec<MoveLine> },
    Activate { item: ItemId, location: LocationId, available: Option<i64>, on_hand: Option<i64> },
    Deactivate { level: u64, item: ItemId },
}

/// An entry of `userErrors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserError {
    /// None where the mutation's errors have no code.
    pub(crate) code: Option<&'static str>,
    pub(crate) field: Option<Vec<String>>,
    pub(crate) message: String,
}

impl UserError {
    pub(crate) fn new(code: &'static str, field: &[&str], message: impl Into<String>) -> Self {
        let field = field.iter().map(|part| (*part).to_owned()).collect();
        Self { code: Some(code), field: Some(field), message: message.into() }
    }

    pub(crate) fn plain(field: &[&str], message: impl Into<String>) -> Self {
        Self { code: None, ..Self::new("", field, message) }
    }
}

/// What came of a mutation of the inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChangeOutcome {
    pub(crate) group: Option<u64>,
    pub(crate) level: Option<LevelKey>,
    pub(crate) errors: Vec<UserError>,
}

impl ChangeOutcome {
    pub(super) fn refused(errors: Vec<UserError>) -> Self {
        Self { errors, ..Self::default() }
    }
}

/// The part of a call that all three mutations of quantities share.
pub(super) struct Head<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) reason: &'a str,
    pub(super) reference: Option<&'a str>,
}

impl Head<'_> {
    pub(super) fn check(&self, errors: &mut Vec<UserError>) {
        if !REASONS.contains(&self.reason) {
            let valid = REASONS.join(", ");
            let message = format!("The specified reason is invalid. Valid values are: {valid}.");
            errors.push(UserError::new("INVALID_REASON", &["input", "reason"], message));
        }
        if self.reference.is_some_and(|reference| !is_document(reference)) {
            let field = ["input", "referenceDocumentUri"];
            let message = "The specified reference document is invalid.";
            errors.push(UserError::new("INVALID_REFERENCE_DOCUMENT", &field, message));
        }
    }
}

/// Levels as they would be after the lines that were looked at so far. A call is all or nothing:
/// the shop changes only when its last line has passed.
pub(super) struct Draft<'a> {
    world: &'a World,
    levels: BTreeMap<LevelKey, Level>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, levels: BTreeMap::new() }
    }

    pub(super) fn level(&mut self, key: LevelKey) -> &mut Level {
        let (world, at) = (self.world, self.world.now);
        self.levels.entry(key).or_insert_with(|| {
            world.levels.get(&key).cloned().unwrap_or_else(|| Level::new(0, false, at))
        })
    }

    /// Whether an app may change the item at the location; what is wrong is added to `errors`.
    pub(super) fn check_pair(
        &self,
        key: LevelKey,
        item_field: &[&str],
        location_field: &[&str],
        errors: &mut Vec<UserError>,
    ) -> bool {
        let before = errors.len();
        match self.world.items.get(&key.0) {
            None => {
                let message = "The specified inventory item could not be found.";
                errors.push(UserError::new("INVALID_INVENTORY_ITEM", item_field, message));
            }
            Some(item) if !item.mutable => {
                let message = "The specified inventory item is not allowed to be adjusted via API.";
                errors.push(UserError::new("NON_MUTABLE_INVENTORY_ITEM", item_field, message));
            }
            Some(_) => {}
        }
        if !self.world.locations.get(&key.1).is_some_and(|location| location.active) {
            let message = "The specified location could not be found.";
            errors.push(UserError::new("INVALID_LOCATION", location_field, message));
        }
        errors.len() == before
    }
}

/// Compare-and-set: the quantity that the caller believes to be there.
pub(super) fn check_stale(
    believed: Option<i64>,
    is: i64,
    field: &[&str],
    errors: &mut Vec<UserError>,
) {
    if believed.is_some_and(|believed| believed != is) {
        let message = "The changeFromQuantity argument no longer matches the persisted quantity.";
        errors.push(UserError::new("CHANGE_FROM_QUANTITY_STALE", field, message));
    }
}

/// The rules for the document that holds a quantity.
pub(super) fn check_ledger(
    state: State,
    ledger: Option<&str>,
    field: &[&str],
    errors: &mut Vec<UserError>,
) {
    let found = match (state, ledger) {
        (State::Available, None) => return,
        (State::Available, Some(_)) => (
            "INVALID_AVAILABLE_DOCUMENT",
            "The ledger document URI is not allowed when adjusting available.",
        ),
        (_, None) => (
            "INVALID_QUANTITY_DOCUMENT",
            "The ledger document URI is required when adjusting this quantity.",
        ),
        (_, Some(uri)) if is_internal(uri) => (
            "INTERNAL_LEDGER_DOCUMENT",
            "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.",
        ),
        (_, Some(uri)) if !is_document(uri) => {
            ("INVALID_LEDGER_DOCUMENT", "The specified ledger document is invalid.")
        }
        _ => return,
    };
    errors.push(UserError::new(found.0, field, found.1));
}

/// How many different documents hold the quantities of a call.
pub(super) fn distinct<'a>(ledgers: impl Iterator<Item = Option<&'a str>>) -> usize {
    ledgers.flatten().collect::<std::collections::BTreeSet<_>>().len()
}

impl World {
    pub(super) fn change(&mut self, key: Option<&str>, change: &InventoryChange) -> ChangeOutcome {
        match change {
            InventoryChange::Adjust { name, reason, reference, lines } => {
                self.adjust(&Head { key, reason, reference: reference.as_deref() }, name, lines)
            }
            InventoryChange::Set { name, reason, reference, lines } => {
                self.set(&Head { key, reason, reference: reference.as_deref() }, name, lines)
            }
            InventoryChange::Move { reason, reference, lines } => {
                self.move_quantities(&Head { key, reason, reference: Some(reference) }, lines)
            }
            InventoryChange::Activate { item, location, available, on_hand } => {
                self.activate((*item, *location), *available, *on_hand)
            }
            InventoryChange::Deactivate { level, item } => self.deactivate(*level, *item),
        }
    }

    /// Makes the changes of a call whose lines have all passed.
    pub(super) fn commit(
        &mut self,
        head: &Head<'_>,
        actor: Actor,
        shifts: Vec<(LevelKey, State, i64)>,
        changes: Vec<Change>,
    ) -> ChangeOutcome {
        let at = self.now;
        for (key, state, delta) in shifts {
            self.level_or_new(key).add(state, delta, at);
        }
        let group = Group {
            id: 0,
            at,
            actor,
            reason: head.reason.to_owned(),
            reference: head.reference.map(ToOwned::to_owned),
            key: head.key.map(ToOwned::to_owned),
            changes,
        };
        ChangeOutcome { group: self.record_group(group), ..ChangeOutcome::default() }
    }
}
