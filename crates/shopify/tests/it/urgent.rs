//! What the shop could sell although it is gone overtakes a backlog: by the order in which calls
//! arrive at the shop.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use onhand_domain::{ChannelId, FacilityId, FacilityScope, MovementKind, SkuId};
use onhand_shopify::auth::{Credentials, Secret};
use onhand_shopify::connect::{self, NewShop};
use onhand_shopify::sealed::Key;
use onhand_shopify::{connection, publisher};
use onhand_store::channels::{Mapping, PushFilter};
use onhand_store::clock::System;
use onhand_store::{Ids as _, Store};
use onhand_twin::Plan;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::fake::{FIRST, Fake};
use crate::floor::{assortment, by, facility, record};

/// Items of the shop; all but one take part in the backlog.
const ITEMS: usize = 2_001;
/// The item of which all is gone in the end, and how many units that is.
const GONE: (&str, &str, i64) = ("S-0", "gid://shopify/InventoryItem/50000000001", 10);
/// Calls of ordinary changes that are under way at once.
const ORDINARY_CALLS: usize = 4;
/// Movements of one transaction.
const AT_ONCE: usize = 500;
/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
const LOOK: Duration = Duration::from_millis(20);

/// The way to the shop, with a gate that changes of quantities wait at while it is shut.
struct Gate {
    fake: Fake,
    /// The items of each such call, in the order in which they came.
    arrived: Mutex<Vec<Vec<String>>>,
    open: watch::Sender<bool>,
}

impl Gate {
    async fn pass(
        State(gate): State<Arc<Self>>,
        (method, uri): (Method, Uri),
        headers: HeaderMap,
        body: Bytes,
    ) -> Response {
        let body = String::from_utf8(body.to_vec()).unwrap();
        if let Some(items) = changed(&body) {
            gate.arrived.lock().unwrap().push(items);
            gate.open.subscribe().wait_for(|open| *open).await.unwrap();
        }
        let mut request = format!("{method} {uri} HTTP/1.1\r\nhost: twin\r\nconnection: close\r\n");
        for name in ["content-type", "x-shopify-access-token"] {
            let value = headers.get(name).map(|value| value.to_str().unwrap());
            write!(request, "{name}: {}\r\n", value.unwrap_or_default()).unwrap();
        }
        write!(request, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let answer = gate.fake.exchange(&request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = StatusCode::from_bytes(&head.as_bytes()[9..12]).unwrap();
        (status, [("x-shopify-api-version", "2026-10")], body.to_owned()).into_response()
    }

    fn arrived(&self) -> Vec<Vec<String>> {
        self.arrived.lock().unwrap().clone()
    }
}

/// The items whose quantities a request changes; none where it changes none.
fn changed(body: &str) -> Option<Vec<String>> {
    let request: Value = serde_json::from_str(body).ok()?;
    let changes = request.pointer("/variables/input/changes")?.as_array()?;
    let item = |change: &Value| change["inventoryItemId"].as_str().map(ToOwned::to_owned);
    Some(changes.iter().filter_map(item).collect())
}

/// A retailer with a shop behind a gate.
struct Scene {
    gate: Arc<Gate>,
    store: Store,
    key: Key,
    channel: ChannelId,
    facility: FacilityId,
    skus: BTreeMap<String, SkuId>,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn open() -> Self {
        let mut catalog = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
            Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n"
            .to_owned();
        for n in 0..ITEMS {
            let has = if n == 0 { GONE.2 } else { 0 };
            writeln!(catalog, "shoe-{n},Shoe {n},Size,40,S-{n},shopify,{has},59.00").unwrap();
        }
        let fake = Fake::open_with(&catalog, Plan::Plus).await;
        let (arrived, open) = (Mutex::default(), watch::Sender::new(true));
        let gate = Arc::new(Gate { fake, arrived, open });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = axum::Router::new().fallback(Gate::pass).with_state(Arc::clone(&gate));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("scene.db").display());
        let store = Store::open(&url, Arc::new(System), Arc::new(System)).await.unwrap();
        let facility = facility(&store, "S1").await;
        let skus = assortment(&store, (0..ITEMS).map(|n| format!("S-{n}"))).await;
        record(&store, facility, MovementKind::Opening, &[(skus[GONE.0], GONE.2)]).await;
        let (key, id) = (Key::random(), ChannelId(System.next()));
        let credentials = Credentials::Static { token: Secret::new("shpat_test") };
        let new = NewShop { id, name: None, address, credentials };
        connect::connect(&store, &key, &by(), new).await.unwrap();
        let mapping = Mapping { facility, location: FIRST.to_owned(), safety_stock: 0 };
        store.map_facility(&by(), id, mapping).await.unwrap();
        Self { gate, store, key, channel: id, facility, skus, _folder: folder }
    }

    async fn receive(&self, skus: &[SkuId]) {
        for skus in skus.chunks(AT_ONCE) {
            let what: Vec<(SkuId, i64)> = skus.iter().map(|sku| (*sku, 1)).collect();
            record(&self.store, self.facility, MovementKind::Receipt, &what).await;
        }
    }

    /// Waits until something is so.
    async fn until(&self, what: &str, look: impl AsyncFn() -> bool) {
        let seen = async {
            while !look().await {
                tokio::time::sleep(LOOK).await;
            }
        };
        let arrived = || self.gate.arrived().iter().map(Vec::len).collect::<Vec<_>>();
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        assert!(seen.is_ok(), "{what} never came; lines arrived: {:?}", arrived());
    }

    /// Waits until the shop was told everything.
    async fn settled(&self) {
        let open = PushFilter { open: true, ..PushFilter::default() };
        self.until("rest", async || {
            // Whether the publisher was there first or not: each is derived once.
            self.store.derive_pushes(self.channel, 10_000).await.unwrap();
            let scope = FacilityScope::All;
            self.store.list_pushes(&scope, &open, None, 1).await.unwrap().is_empty()
        })
        .await;
    }
}

#[tokio::test]
async fn what_could_be_oversold_overtakes_a_backlog() {
    let scene = Scene::open().await;
    let channel = scene.store.find_channel(scene.channel).await.unwrap().unwrap();
    let shop = connection::open(&scene.store, &channel, &scene.key).unwrap();
    connect::start(&scene.store, &shop, &by(), scene.channel).await.unwrap();
    let stopping = CancellationToken::new();
    let run = publisher::run(scene.store.clone(), Some(scene.key.clone()), None, stopping.clone());
    let running = tokio::spawn(run);
    // Once the shop has answered, several calls may be under way.
    let gone = scene.skus[GONE.0];
    let ordinary: Vec<SkuId> = scene.skus.values().copied().filter(|sku| *sku != gone).collect();
    scene.receive(&ordinary[..1]).await;
    scene.settled().await;
    let before = scene.gate.arrived().len();

    scene.gate.open.send_replace(false);
    scene.receive(&ordinary).await;
    scene
        .until("the backlog", async || scene.gate.arrived().len() == before + ORDINARY_CALLS)
        .await;
    let what = [(gone, GONE.2)];
    record(&scene.store, scene.facility, MovementKind::Sale, &what).await;
    scene
        .until("what is gone", async || scene.gate.arrived().len() > before + ORDINARY_CALLS)
        .await;
    // Nothing of the backlog got through in between: it came while all of it still waited, in a
    // call of its own.
    let arrived = scene.gate.arrived();
    assert_eq!(arrived[before + ORDINARY_CALLS..], [vec![GONE.1.to_owned()]]);

    scene.gate.open.send_replace(true);
    scene.settled().await;
    let log = scene.gate.fake.get("/twin/adjustments?limit=10000&actor=app").await;
    let log = log["adjustments"].as_array().unwrap();
    let lines = |one: &Value| {
        let changes = one["changes"].as_array().unwrap().iter();
        changes.filter(|change| change["name"] == "available").count()
    };
    let at = log.iter().position(|one| one["changes"][0]["item_id"] == 50_000_000_001_u64);
    let at = at.expect("it arrived");
    let after: usize = log[at + 1..].iter().map(lines).sum();
    let most = ORDINARY_CALLS * 250;
    assert!(after >= ordinary.len() - most, "{after} of {} came after it", ordinary.len());
    let levels = scene.gate.fake.get("/twin/levels").await;
    let first = levels["levels"].as_array().unwrap().iter();
    let has: i64 = first.map(|level| level["available"].as_i64().unwrap()).sum();
    assert_eq!(has, 1 + i64::try_from(ordinary.len()).unwrap());
    stopping.cancel();
    running.await.unwrap();
}
