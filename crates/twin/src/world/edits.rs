//! What people do in the admin, and other apps through the API.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::names::State;
use super::stock::{Actor, ItemId, LevelKey, LocationId};
use super::{Refusal, World};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Edit {
    /// Another app changes a quantity.
    Adjust {
        app: String,
        item: ItemId,
        location: LocationId,
        state: State,
        delta: i64,
    },
    Set {
        app: String,
        item: ItemId,
        location: LocationId,
        state: State,
        quantity: i64,
    },
    /// Stock an item at a location, or no longer.
    Stock {
        item: ItemId,
        location: LocationId,
        active: bool,
    },
    Location {
        location: LocationId,
        active: bool,
    },
    Tracked {
        item: ItemId,
        tracked: bool,
    },
    /// The parent of a bundle, or what a fulfilment service manages, is not mutable.
    Mutable {
        item: ItemId,
        mutable: bool,
    },
    Delete {
        item: ItemId,
    },
    Uninstall,
    Install,
    /// The app's secret is rotated: from now on webhooks are signed with this one.
    Secret {
        secret: String,
    },
    Scopes {
        scopes: Vec<String>,
    },
}

impl World {
    pub(super) fn edit(&mut self, edit: &Edit) -> Result<u64, Refusal> {
        match edit {
            Edit::Adjust { app, item, location, state, delta } => {
                self.edit_quantity(app, (*item, *location), *state, *delta)
            }
            Edit::Set { app, item, location, state, quantity } => {
                let key = (*item, *location);
                let is = self.levels.get(&key).map_or(0, |level| level.get(*state));
                self.edit_quantity(app, key, *state, quantity - is)
            }
            Edit::Stock { item, location, active } => self.stock((*item, *location), *active),
            Edit::Location { location, active } => self.open_location(*location, *active),
            Edit::Tracked { item, tracked } => {
                let tracked = *tracked;
                self.edit_item(*item, |item| item.tracked = tracked)
            }
            Edit::Mutable { item, mutable } => {
                let mutable = *mutable;
                self.edit_item(*item, |item| item.mutable = mutable)
            }
            Edit::Delete { item } => self.delete_item(*item),
            Edit::Uninstall => {
                let payload = json!({ "domain": self.domain, "myshopify_domain": self.domain });
                self.announce("APP_UNINSTALLED", &payload);
                self.access.revoke();
                // The last message still goes out; nobody is told anything after it.
                self.subscriptions.clear();
                Ok(0)
            }
            Edit::Install => {
                self.access.installed = true;
                Ok(0)
            }
            Edit::Secret { secret } => {
                self.access.client_secret.clone_from(secret);
                Ok(0)
            }
            Edit::Scopes { scopes } => {
                let previous = std::mem::replace(&mut self.access.scopes, scopes.clone());
                let payload = json!({ "previous": previous, "current": scopes });
                self.announce("APP_SCOPES_UPDATE", &payload);
                Ok(0)
            }
        }
    }

    fn check_pair(&self, key: LevelKey) -> Result<(), Refusal> {
        if !self.items.contains_key(&key.0) {
            return Err(Refusal::new(404, format!("there is no item {}", key.0)));
        }
        if !self.locations.contains_key(&key.1) {
            return Err(Refusal::new(404, format!("there is no location {}", key.1)));
        }
        Ok(())
    }

    fn edit_quantity(
        &mut self,
        app: &str,
        key: LevelKey,
        state: State,
        delta: i64,
    ) -> Result<u64, Refusal> {
        self.check_pair(key)?;
        let changes = self.shift(key, state, delta);
        Ok(self.record(Actor::Other(app.to_owned()), "correction", changes).unwrap_or(0))
    }

    fn stock(&mut self, key: LevelKey, active: bool) -> Result<u64, Refusal> {
        self.check_pair(key)?;
        let level = self.level_or_new(key);
        level.active = active;
        let id = level.id;
        let topic = if active { "INVENTORY_LEVELS_CONNECT" } else { "INVENTORY_LEVELS_DISCONNECT" };
        self.announce(topic, &self.level_payload(key));
        Ok(id)
    }

    fn open_location(&mut self, id: LocationId, active: bool) -> Result<u64, Refusal> {
        let now = self.now;
        let Some(location) = self.locations.get_mut(&id) else {
            return Err(Refusal::new(404, format!("there is no location {id}")));
        };
        location.active = active;
        location.updated_at = now;
        let topic = if active { "LOCATIONS_ACTIVATE" } else { "LOCATIONS_DEACTIVATE" };
        self.announce(topic, &self.location_payload(id));
        Ok(id)
    }

    fn edit_item(
        &mut self,
        id: ItemId,
        edit: impl FnOnce(&mut super::Item),
    ) -> Result<u64, Refusal> {
        let now = self.now;
        let Some(item) = self.items.get_mut(&id) else {
            return Err(Refusal::new(404, format!("there is no item {id}")));
        };
        edit(item);
        item.updated_at = now;
        self.announce("INVENTORY_ITEMS_UPDATE", &self.item_payload(id));
        Ok(id)
    }

    fn delete_item(&mut self, id: ItemId) -> Result<u64, Refusal> {
        let Some(item) = self.items.remove(&id) else {
            return Err(Refusal::new(404, format!("there is no item {id}")));
        };
        if let Some(product) = self.products.get_mut(&item.product) {
            product.variants.retain(|variant| *variant != item.variant);
        }
        // Its levels' numbers are never given to others: the levels stay, unseen.
        let payload =
            json!({ "id": id, "admin_graphql_api_id": super::payloads::gid("InventoryItem", id) });
        self.announce("INVENTORY_ITEMS_DELETE", &payload);
        Ok(id)
    }
}
