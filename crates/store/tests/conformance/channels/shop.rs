//! A shop in memory that does what it is told, once for each key, and a publisher without a net.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, FacilityId, Micros, SkuId,
    channel::{CallKind, CredentialKind, QuantityName},
};
use onhand_store::{
    By, Ids as _, Store,
    channels::{
        Beside, Call, Draft, Lease, Mapping, NewChannel, Sealed, Settlement, ShopItem, ShopLevel,
        ShopLocation,
    },
    clock::System,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::World;

/// Movements of one round.
pub(crate) const ROUND: u32 = 10_000;
/// How long the publisher's lease lasts.
const LEASE: i64 = 30 * Micros::SECOND;

/// A shop, and what was done to it by which key.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) levels: BTreeMap<(String, String, String), i64>,
    done: BTreeMap<Uuid, String>,
    /// Items that the shop refuses.
    pub(crate) bad: BTreeSet<String>,
}

/// What the shop answered.
pub(crate) enum Reply {
    Done,
    Refused,
}

impl Shop {
    pub(crate) fn get(&self, item: &str, location: &str, name: QuantityName) -> i64 {
        let key = (item.to_owned(), location.to_owned(), name.code().to_owned());
        self.levels.get(&key).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, item: &str, location: &str, quantity: i64) {
        let name = QuantityName::Available.code().to_owned();
        self.levels.insert((item.to_owned(), location.to_owned(), name), quantity);
    }

    /// Does a call, once for each key. A key with another body is our fault.
    pub(crate) fn call(&mut self, key: Uuid, payload: &str) -> Reply {
        if let Some(before) = self.done.get(&key) {
            assert_eq!(before, payload, "a frozen call has changed");
            return Reply::Done;
        }
        let lines: Vec<Value> = serde_json::from_str(payload).expect("a list");
        let text = |line: &Value, name: &str| line[name].as_str().expect("a text").to_owned();
        if lines.iter().any(|line| self.bad.contains(&text(line, "item"))) {
            return Reply::Refused;
        }
        for line in &lines {
            let (item, at) = (text(line, "item"), text(line, "location"));
            let delta = line["delta"].as_i64().expect("a number");
            let key = |name: String| (item.clone(), at.clone(), name);
            let slot = self.levels.entry(key(text(line, "name"))).or_default();
            if let Some(compare) = line["compare"].as_i64() {
                assert_eq!(*slot, compare, "stale");
            }
            if line["kind"] == CallKind::Move.code() {
                assert!(delta > 0, "the shop moves no negative number");
                *slot -= delta;
                *self.levels.entry(key(text(line, "to"))).or_default() += delta;
            } else {
                *slot += delta;
            }
        }
        self.done.insert(key, payload.to_owned());
        Reply::Done
    }
}

pub(crate) fn payload(draft: &Draft) -> String {
    assert!((1..=250).contains(&draft.lines.len()), "{} lines", draft.lines.len());
    let lines: Vec<Value> = draft
        .lines
        .iter()
        .map(|line| {
            json!({
                "item": line.lane.item, "location": line.lane.location,
                "kind": draft.kind.code(), "name": draft.name.code(),
                "to": draft.to_name.map(QuantityName::code),
                "delta": line.delta, "compare": line.compare,
            })
        })
        .collect();
    serde_json::to_string(&lines).expect("a text")
}

pub(crate) fn by() -> By {
    By::command_line("channel")
}

pub(crate) fn location(n: usize) -> String {
    format!("gid://shopify/Location/{n}")
}

pub(crate) fn item(sku: SkuId) -> String {
    format!("gid://shopify/InventoryItem/{sku}")
}

pub(crate) fn shop_item(sku: SkuId) -> ShopItem {
    ShopItem {
        item: item(sku),
        variant: format!("gid://shopify/ProductVariant/{sku}"),
        code: None,
        barcodes: Vec::new(),
        handle: "none".to_owned(),
        options: Vec::new(),
        title: "Shoe".to_owned(),
        tracked: true,
    }
}

/// A channel with two locations.
pub(crate) async fn channel(store: &Store, shop: &str) -> ChannelId {
    let id = ChannelId(System.next());
    let new = NewChannel {
        id,
        name: format!("Shop {shop}"),
        shop: format!("https://{shop}.example"),
        api_version: "2026-10".to_owned(),
        credential_kind: CredentialKind::Static,
        credentials: Sealed(vec![1, 2, 3]),
        scopes: vec!["write_inventory".to_owned()],
    };
    store.create_channel(&by(), new).await.expect("made");
    let locations: Vec<ShopLocation> = (0..2)
        .map(|n| ShopLocation { location: location(n), name: format!("L{n}"), active: true })
        .collect();
    store.put_channel_locations(id, &locations).await.expect("kept");
    id
}

/// Puts facilities behind locations, and says which SKU each item is.
pub(crate) async fn map(
    store: &Store,
    channel: ChannelId,
    facilities: &[(FacilityId, usize, i64)],
    skus: &[SkuId],
) {
    for (facility, at, safety_stock) in facilities.iter().copied() {
        let mapping = Mapping { facility, location: location(at), safety_stock };
        store.map_facility(&by(), channel, mapping).await.expect("mapped");
    }
    let page: Vec<ShopItem> = skus.iter().copied().map(shop_item).collect();
    store.put_channel_items(channel, &page).await.expect("kept");
    for sku in skus {
        let done = store.match_channel_item(&by(), channel, &item(*sku), Some(*sku)).await;
        done.expect("matched");
    }
}

/// The levels of the shop, as it would tell of them.
pub(crate) fn levels(shop: &Shop) -> Vec<ShopLevel> {
    let keys: BTreeSet<(&String, &String)> =
        shop.levels.keys().map(|(item, at, _)| (item, at)).collect();
    let level = |(item, at): (&String, &String)| ShopLevel {
        item: item.clone(),
        location: at.clone(),
        available: shop.get(item, at, QuantityName::Available),
        beside: Some(Beside {
            reserved: shop.get(item, at, QuantityName::Reserved),
            damaged: shop.get(item, at, QuantityName::Damaged),
            quality_control: shop.get(item, at, QuantityName::QualityControl),
            safety_stock: shop.get(item, at, QuantityName::SafetyStock),
        }),
    };
    keys.into_iter().map(level).collect()
}

/// The shop is taken in as it is.
pub(crate) async fn go_live(store: &Store, channel: ChannelId, shop: &Shop) {
    let wanted = store.shop_levels_wanted(channel).await.expect("read");
    store.go_live(&by(), &wanted, &levels(shop)).await.expect("taken in");
}

/// A shop whose items are the world's SKUs, one facility behind each location, running.
pub(crate) async fn running(world: &World) -> (ChannelId, Shop) {
    let (store, at) = (&world.store, &world.facilities);
    let channel = channel(store, "one").await;
    map(store, channel, &[(at[0], 0, 0), (at[1], 1, 0)], &world.skus).await;
    let mut shop = Shop::default();
    go_live(store, channel, &shop).await;
    publish(world, store, channel, &mut shop).await;
    (channel, shop)
}

pub(crate) async fn derive(store: &Store, channel: ChannelId) -> u64 {
    let mut pushes = 0;
    loop {
        let done = store.derive_pushes(channel, ROUND).await.expect("derived");
        pushes += done.pushes;
        if !done.more {
            return pushes;
        }
    }
}

pub(crate) async fn lease(world: &World, store: &Store, channel: ChannelId, node: Uuid) -> Lease {
    let until = onhand_store::Clock::now(&*world.clock).plus(LEASE);
    store.take_channel_lease(channel, node, until).await.expect("asked").expect("free")
}

/// Sends a call and settles it.
pub(crate) async fn send(world: &World, store: &Store, call: Uuid, shop: &mut Shop) {
    let now = onhand_store::Clock::now(&*world.clock);
    let Some(call) = store.mark_sent(call, now).await.expect("noted") else { return };
    let settlement = answer(&call, shop);
    assert!(store.settle_call(call.key, settlement).await.expect("settled"));
}

pub(crate) fn answer(call: &Call, shop: &mut Shop) -> Settlement {
    match shop.call(call.key, &call.payload) {
        Reply::Done => Settlement::Confirmed { adjustment: Some(format!("group/{}", call.key)) },
        Reply::Refused => {
            Settlement::Halve { code: "BAD".to_owned(), problem: "one is bad".to_owned() }
        }
    }
}

/// Derives, drafts, freezes, sends and settles until nothing goes any more; how many calls.
pub(crate) async fn publish(
    world: &World,
    store: &Store,
    channel: ChannelId,
    shop: &mut Shop,
) -> usize {
    let mut calls = 0;
    derive(store, channel).await;
    loop {
        let held = lease(world, store, channel, Uuid::from_u128(1)).await;
        let drafts = store.draft_calls(channel, 8).await.expect("drafted");
        if drafts.is_empty() {
            return calls;
        }
        for draft in drafts {
            let key = System.next();
            let frozen = store.freeze_call(&held, key, &draft, payload(&draft)).await;
            assert!(frozen.expect("frozen"));
            send(world, store, key, shop).await;
            calls += 1;
        }
    }
}

/// Every quantity of the shop is the ledger's, where one facility stands behind each location.
pub(crate) async fn assert_equal(world: &World, shop: &Shop) {
    for (n, facility) in world.facilities.iter().enumerate() {
        for sku in &world.skus {
            let level = world.level(*facility, *sku).await;
            let (item, at) = (item(*sku), location(n));
            let has = |name| shop.get(&item, &at, name);
            let told = (
                has(QuantityName::Available),
                has(QuantityName::Reserved),
                has(QuantityName::Damaged),
                has(QuantityName::QualityControl),
                has(QuantityName::SafetyStock),
            );
            let ledger = (
                level.available,
                level.reserved,
                level.damaged,
                level.quality_control,
                level.safety_stock,
            );
            assert_eq!(told, ledger, "{item} at {at}");
        }
    }
}
