//! `inventoryActivate` and `inventoryDeactivate`.

use super::World;
use super::change::{ChangeOutcome, UserError};
use super::names::State;
use super::stock::{Actor, LevelKey};

impl World {
    pub(super) fn activate(
        &mut self,
        key: LevelKey,
        available: Option<i64>,
        on_hand: Option<i64>,
    ) -> ChangeOutcome {
        let was_active = self.levels.get(&key).is_some_and(|level| level.active);
        let given = available.or(on_hand);
        let refusal = if available.is_some() && on_hand.is_some() {
            Some(("available", "Not allowed to set both available and on_hand quantities."))
        } else if !self.items.contains_key(&key.0) {
            Some(("inventoryItemId", "The product couldn't be stocked because it wasn't found."))
        } else if !self.locations.get(&key.1).is_some_and(|location| location.active) {
            Some((
                "locationId",
                "The product couldn't be stocked because the location wasn't found.",
            ))
        } else if was_active && given.is_some() {
            Some((
                "available",
                "Not allowed to set available quantity when the item is already active at the location.",
            ))
        } else {
            None
        };
        if let Some((field, message)) = refusal {
            return ChangeOutcome::refused(vec![UserError::plain(&[field], message)]);
        }
        if !was_active {
            let level = self.level_or_new(key);
            level.active = true;
            // What was there before comes back, unless a quantity is given.
            let is = if on_hand.is_some() { level.on_hand() } else { level.get(State::Available) };
            let delta = given.map_or(0, |given| given - is);
            self.announce("INVENTORY_LEVELS_CONNECT", &self.level_payload(key));
            let changes = self.shift(key, State::Available, delta);
            self.record(Actor::App, "correction", changes);
        }
        ChangeOutcome { level: Some(key), ..ChangeOutcome::default() }
    }

    pub(super) fn deactivate(&mut self, id: u64, item: u64) -> ChangeOutcome {
        let field = ["inventoryLevelId"];
        let refuse = |message| ChangeOutcome::refused(vec![UserError::plain(&field, message)]);
        let Some(key) = self.level_by_id(id, item) else {
            return refuse("The product couldn't be unstocked because it wasn't found.");
        };
        let active = |level: &super::Level| level.active;
        let elsewhere = self
            .levels
            .range((key.0, 0)..=(key.0, u64::MAX))
            .any(|(other, level)| *other != key && active(level));
        if !self.levels.get(&key).is_some_and(active) {
            return ChangeOutcome::default();
        }
        if !elsewhere {
            return refuse("The product couldn't be unstocked from its only location.");
        }
        let at = self.now;
        if let Some(level) = self.levels.get_mut(&key) {
            level.active = false;
            level.updated_at = at;
        }
        let payload = serde_json::json!({ "inventory_item_id": key.0, "location_id": key.1 });
        self.announce("INVENTORY_LEVELS_DISCONNECT", &payload);
        ChangeOutcome::default()
    }

    /// The level of a number: the item is part of its global id.
    pub(crate) fn level_by_id(&self, id: u64, item: u64) -> Option<LevelKey> {
        let mut of_item = self.levels.range((item, 0)..=(item, u64::MAX));
        of_item.find(|(_, level)| level.id == id).map(|(key, _)| *key)
    }
}
