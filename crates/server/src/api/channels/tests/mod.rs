//! Channels through the router: a shop that is connected, told, looked at and decided about.

mod decisions;
mod jobs;
mod letting_in;
mod way;

use onhand_domain::{ChannelId, Scope, channel::CredentialKind};
use onhand_store::{
    By,
    channels::{
        Draft, Lease, Mapping, NewChannel, Sealed, Settlement, ShopItem, ShopLevel, ShopLocation,
    },
};
use serde_json::{Value, json};

use crate::{
    stocked::Stocked,
    testing::{NOW, Who},
};

pub(super) const ITEM: &str = "gid://shopify/InventoryItem/1";
pub(super) const LOCATION: &str = "gid://shopify/Location/1";

/// A shop in the store alone: nobody answers at its address.
pub(super) struct Shop {
    pub(super) stocked: Stocked,
    pub(super) id: ChannelId,
}

fn by() -> By {
    By::command_line("test")
}

impl Shop {
    /// It runs, and has the main store's shoes.
    pub(super) async fn running() -> Self {
        let shop = Self::connected().await;
        let (store, id) = (&shop.stocked.state.app.store, shop.id);
        let facility = shop.stocked.main;
        let mapping = Mapping { facility, location: LOCATION.to_owned(), safety_stock: 0 };
        store.map_facility(&by(), id, mapping).await.expect("mapped");
        let sku = Some(shop.stocked.shoe);
        store.match_channel_item(&by(), id, ITEM, sku).await.expect("matched");
        let level = ShopLevel {
            item: ITEM.to_owned(),
            location: LOCATION.to_owned(),
            available: 12,
            beside: None,
        };
        let wanted = store.shop_levels_wanted(id).await.expect("read");
        store.go_live(&by(), &wanted, &[level]).await.expect("taken in");
        shop
    }

    /// It is known, with an item and a location.
    pub(super) async fn connected() -> Self {
        let stocked = Stocked::new().await;
        let store = &stocked.state.app.store;
        let id = ChannelId(stocked.state.id());
        let new = NewChannel {
            id,
            name: "Acme".to_owned(),
            shop: "https://acme.example".to_owned(),
            api_version: "2026-10".to_owned(),
            credential_kind: CredentialKind::Static,
            credentials: Sealed(b"sealed".to_vec()),
            scopes: vec!["write_inventory".to_owned()],
        };
        store.create_channel(&by(), new).await.expect("made");
        let location = ShopLocation {
            location: LOCATION.to_owned(),
            name: "High Street".to_owned(),
            active: true,
        };
        store.put_channel_locations(id, &[location]).await.expect("kept");
        let item = ShopItem {
            item: ITEM.to_owned(),
            variant: "gid://shopify/ProductVariant/1".to_owned(),
            code: None,
            barcodes: Vec::new(),
            handle: "shoe".to_owned(),
            options: Vec::new(),
            title: "Shoe".to_owned(),
            tracked: true,
        };
        store.put_channel_items(id, &[item]).await.expect("kept");
        Self { stocked, id }
    }

    pub(super) fn path(&self, rest: &str) -> String {
        format!("/channels/{}{rest}", self.id)
    }

    pub(super) async fn admin(&self) -> Who {
        self.stocked.state.user("admin", Scope::All).await
    }

    /// Reads the ledger on, and freezes what goes next.
    pub(super) async fn freeze(&self) -> Vec<(uuid::Uuid, Draft)> {
        let store = &self.stocked.state.app.store;
        store.derive_pushes(self.id, 100).await.expect("derived");
        let until = NOW.plus(1_000_000);
        let node = uuid::Uuid::from_u128(1);
        let lease: Lease =
            store.take_channel_lease(self.id, node, until).await.expect("asked").expect("free");
        let mut frozen = Vec::new();
        for draft in store.draft_calls(self.id, 8).await.expect("drafted") {
            let key = self.stocked.state.id();
            let done = store.freeze_call(&lease, key, &draft, "{}".to_owned()).await;
            assert!(done.expect("frozen"));
            frozen.push((key, draft));
        }
        frozen
    }

    /// Sends a call.
    pub(super) async fn send(&self, key: uuid::Uuid) {
        let sent = self.stocked.state.app.store.mark_sent(key, NOW).await;
        assert!(sent.expect("noted").is_some());
    }

    /// The shop has answered.
    pub(super) async fn settle(&self, key: uuid::Uuid, settlement: Settlement) {
        let settled = self.stocked.state.app.store.settle_call(key, settlement).await;
        assert!(settled.expect("settled"));
    }
}

/// The members of an answer, to be held against the example's.
fn members(value: &Value) -> Vec<String> {
    value.as_object().expect("members").keys().cloned().collect()
}

#[tokio::test]
async fn only_who_may_sees_the_shops() {
    let shop = Shop::running().await;
    let state = &shop.stocked.state;
    for role in ["associate", "facility_manager", "inventory_controller", "auditor"] {
        let who = state.user(role, Scope::All).await;
        for path in [
            "",
            "/locations",
            "/items",
            "/pushes",
            "/differences",
            "/audits",
            "/jobs",
            "/deliveries",
        ] {
            let answer = state.as_(&who).get(&shop.path(path)).await;
            assert_eq!(
                answer.problem(403, "not-permitted")["permission"],
                "channels.view",
                "{role}"
            );
        }
        let stopping = state.as_(&who).post(&shop.path("/stop"), &json!({})).await;
        assert_eq!(
            stopping.problem(403, "not-permitted")["permission"],
            "channels.manage",
            "{role}"
        );
    }
    // An admin of one store is none of the retailer.
    let local = state.user("admin", Scope::Facility(shop.stocked.main)).await;
    state.as_(&local).get("/channels").await.problem(403, "not-permitted");
    let admin = shop.admin().await;
    let list = state.as_(&admin).get("/channels").await.ok();
    assert_eq!(list["items"][0]["name"], "Acme");
    assert!(!list.to_string().contains("sealed"), "{list}");
    let nobody = format!("/channels/{}", state.id());
    state.as_(&admin).get(&nobody).await.problem(404, "unknown-channel");
}

#[tokio::test]
async fn answers_have_the_members_of_the_examples() {
    use super::examples;
    let shop = Shop::running().await;
    let admin = shop.admin().await;
    let client = shop.stocked.state.as_(&admin);
    let get = async |rest: &str| client.get(&shop.path(rest)).await.ok();
    let one = get("").await;
    assert_eq!(members(&one), members(&examples::channel()));
    assert_eq!(members(&one["summary"]), members(&examples::channel_with_summary()["summary"]));
    assert_eq!(one["summary"]["levels"]["live"], 1);
    assert_eq!(one["summary"]["items"]["matched"], 1);
    let location = &get("/locations").await["items"][0];
    assert_eq!(members(location), members(&examples::location()));
    assert_eq!(
        (&location["name"], &location["facilities"][0]["code"]),
        (&json!("High Street"), &json!("S1"))
    );
    let item = &get("/items").await["items"][0];
    assert_eq!(members(item), members(&examples::item()));
    assert_eq!(
        (&item["number"], &item["matched_by"], &item["live"]),
        (&json!("1"), &json!("person"), &json!(true))
    );
}

#[tokio::test]
async fn whoever_counts_blind_sees_no_shop() {
    let shop = Shop::running().await;
    let state = &shop.stocked.state;
    let grant =
        |role: &str| onhand_store::people::NewGrant { role: role.to_owned(), scope: Scope::All };
    let both = state.person(vec![grant("admin"), grant("inventory_controller")]).await;
    let client = state.as_(&both);
    client.get(&shop.path("")).await.ok();
    let count = json!({
        "id": state.id(), "facility_id": shop.stocked.main.0, "name": "All", "kind": "area",
        "blind": true,
    });
    let count = client.post("/counts", &count).await.created();
    let count = format!("/counts/{}", count["id"].as_str().expect("an id"));
    client.post(&format!("{count}/open"), &json!({})).await.ok();
    client.post(&format!("{count}/sessions"), &json!({"id": state.id()})).await.created();
    for path in ["", "/pushes", "/differences"] {
        client.get(&shop.path(path)).await.problem(403, "counting-blind");
    }
    client.post(&shop.path("/stop"), &json!({})).await.problem(403, "counting-blind");
}
