//! A retailer whose shop is the twin: two stores, two SKUs, the publisher with its receiver, and
//! the door that the shop's messages come in by.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use onhand_domain::plan::command::{Authority, Body, Command, Fact, Mandate};
use onhand_domain::{
    ChannelId, FacilityId, Limits, Micros, MovementId, MovementKind, Origin, PrincipalId, SkuId,
};
use onhand_shopify::auth::{Credentials, Secret};
use onhand_shopify::client::Shop;
use onhand_shopify::connect::{self, NewShop, Started};
use onhand_shopify::receiver::{Door, DoorError};
use onhand_shopify::sealed::Key;
use onhand_shopify::{connection, publisher};
use onhand_store::channels::{DeliveryFilter, DeliveryStatus, Mapping};
use onhand_store::clock::System;
use onhand_store::entities::{levels, movements, products, skus};
use onhand_store::facilities::NewFacility;
use onhand_store::{By, Clock, Ids as _, Store};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, QueryOrder as _, Set};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fake::{FIRST, Fake, SECOND};

/// What the shop has at the beginning, by SKU code: all of it at the first location.
pub(crate) const OPENING: [(&str, i64); 2] = [("S-40", 10), ("S-41", 5)];
/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(50);
/// SKUs that are made by one statement.
const ROWS_AT_ONCE: usize = 500;

/// The real time, and as much more as the test likes.
#[derive(Debug, Default)]
pub(crate) struct Ahead(AtomicI64);

impl Ahead {
    pub(crate) fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Micros {
        System.now().plus(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Floor {
    pub(crate) fake: Fake,
    pub(crate) store: Store,
    pub(crate) key: Key,
    pub(crate) channel: ChannelId,
    /// The stores behind the first and the second location.
    pub(crate) facilities: [FacilityId; 2],
    pub(crate) skus: BTreeMap<String, SkuId>,
    /// Where the door is.
    url: String,
    running: Option<(CancellationToken, JoinHandle<()>)>,
    _folder: tempfile::TempDir,
}

pub(crate) fn by() -> By {
    By::command_line("channel")
}

impl Floor {
    /// Connected and mapped; nothing runs yet.
    pub(crate) async fn open() -> Self {
        Self::open_at(Arc::new(System)).await
    }

    /// The same by another clock.
    pub(crate) async fn open_at(clock: Arc<dyn Clock>) -> Self {
        let fake = Fake::open().await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("floor.db").display());
        let store = Store::open(&url, clock, Arc::new(System)).await.unwrap();
        let facilities = [facility(&store, "S1").await, facility(&store, "S2").await];
        let skus = assortment(&store, OPENING.map(|(code, _)| code.to_owned())).await;
        let opening: Vec<(SkuId, i64)> = OPENING.map(|(code, units)| (skus[code], units)).into();
        record(&store, facilities[0], MovementKind::Opening, &opening).await;
        let key = Key::random();
        let url = door(&store, &key).await;
        let new = NewShop {
            id: ChannelId(System.next()),
            name: None,
            address: fake.base().to_string(),
            credentials: Credentials::ClientCredentials {
                client_id: "app".to_owned(),
                client_secret: Secret::new("secret"),
            },
        };
        let (channel, _) = connect::connect(&store, &key, &by(), new).await.unwrap();
        for (facility, location) in facilities.into_iter().zip([FIRST, SECOND]) {
            let location = location.to_owned();
            let mapping = Mapping { facility, location, safety_stock: 0 };
            store.map_facility(&by(), channel.id, mapping).await.unwrap();
        }
        let (channel, running) = (channel.id, None);
        Self { fake, store, key, channel, facilities, skus, url, running, _folder: folder }
    }

    /// A shop that runs.
    pub(crate) async fn running() -> Self {
        let mut floor = Self::open().await;
        floor.go_live().await;
        floor.start();
        floor.subscribed().await;
        floor
    }

    pub(crate) async fn shop(&self) -> Shop {
        let channel = self.store.find_channel(self.channel).await.unwrap().unwrap();
        connection::open(&self.store, &channel, &self.key).unwrap()
    }

    pub(crate) async fn go_live(&self) -> Started {
        connect::start(&self.store, &self.shop().await, &by(), self.channel).await.unwrap()
    }

    /// Runs the node's part.
    pub(crate) fn start(&mut self) {
        let stopping = CancellationToken::new();
        let (store, key) = (self.store.clone(), Some(self.key.clone()));
        let run = publisher::run(store, key, Some(self.url.clone()), stopping.clone());
        self.running = Some((stopping, tokio::spawn(run)));
    }

    pub(crate) async fn stop(&mut self) {
        if let Some((stopping, task)) = self.running.take() {
            stopping.cancel();
            task.await.unwrap();
        }
    }

    /// Waits until the shop tells us what it does.
    pub(crate) async fn subscribed(&self) {
        let shop = self.fake.shop();
        self.until("the subscriptions", async || {
            let there = shop.subscriptions().await.unwrap().len();
            (there == onhand_shopify::receiver::TOPICS.len()).then_some(())
        })
        .await;
    }

    /// Waits until something is so.
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let seen = async {
            loop {
                if let Some(seen) = look().await {
                    return seen;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        if let Ok(seen) = tokio::time::timeout(PATIENCE, seen).await {
            return seen;
        }
        let all = DeliveryFilter::default();
        let told = self.store.list_deliveries(self.channel, all, None, 50).await.unwrap();
        let (shop, ledger) = (self.shop_has().await, self.ledger_has().await);
        panic!("{what} never came;\nshop {shop:?}\nledger {ledger:?}\ntold {told:#?}");
    }

    /// Waits until nothing waits that the shop has told, and both have the same everywhere.
    pub(crate) async fn settled(&self) {
        self.until("rest", async || {
            let filter = DeliveryFilter {
                status: Some(DeliveryStatus::Waiting),
                ..DeliveryFilter::default()
            };
            let waiting = self.store.list_deliveries(self.channel, filter, None, 1).await.unwrap();
            let equal = self.shop_has().await == self.ledger_has().await;
            (waiting.is_empty() && equal).then_some(())
        })
        .await;
    }

    /// What was left out or failed.
    pub(crate) async fn problems(&self) -> Vec<String> {
        let filter = DeliveryFilter { with_problem: true, ..DeliveryFilter::default() };
        let all = self.store.list_deliveries(self.channel, filter, None, 50).await.unwrap();
        all.into_iter().filter_map(|delivery| delivery.problem).collect()
    }

    /// Available and committed by SKU and number of the store, as the ledger has them.
    pub(crate) async fn ledger_has(&self) -> BTreeMap<(String, usize), (i64, i64)> {
        let rows = levels::Entity::find().all(&self.store.reader()).await.unwrap();
        let mut all = nothing();
        for row in rows {
            let sku = self.skus.iter().find(|(_, id)| id.0 == row.sku_id).unwrap().0.clone();
            let at = self.facilities.iter().position(|one| one.0 == row.facility_id).unwrap();
            all.insert((sku, at), (row.available, row.committed));
        }
        all
    }

    /// The same, as the shop has them.
    pub(crate) async fn shop_has(&self) -> BTreeMap<(String, usize), (i64, i64)> {
        let levels = self.fake.get("/twin/levels").await;
        let mut all = nothing();
        for level in levels["levels"].as_array().unwrap() {
            let at = usize::try_from(level["location_id"].as_u64().unwrap() - 60_000_001).unwrap();
            if level["tracked"] == true && at < 2 {
                let sku = level["sku"].as_str().unwrap().to_owned();
                let of = |name: &str| level[name].as_i64().unwrap();
                all.insert((sku, at), (of("available"), of("committed")));
            }
        }
        all
    }

    /// Changes that we made in the shop since it was taken in: none, as long as only the shop
    /// itself does anything.
    pub(crate) async fn pushed(&self) -> Vec<Value> {
        let all = self.fake.get("/twin/adjustments?limit=10000").await;
        let all = all["adjustments"].as_array().unwrap().clone();
        all.into_iter().filter(|one| one["idempotency_key"].is_string()).collect()
    }

    /// Kinds, quantities and places of what was posted after the openings, in their order.
    pub(crate) async fn posted(&self) -> Vec<(String, i64, String, String)> {
        let rows = movements::Entity::find().order_by_asc(movements::Column::RecordedAt);
        let rows = rows.all(&self.store.reader()).await.unwrap();
        let told = rows.into_iter().filter(|row| row.kind != "opening");
        told.map(|row| (row.kind, row.quantity, row.from_place, row.to_place)).collect()
    }

    /// Does something in the shop, and answers what it says of it.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        self.fake.ask(path, &body).await
    }

    /// Somebody buys in the first store, past the shop's own till.
    pub(crate) async fn sell_elsewhere(&self, sku: &str) {
        let what = [(self.skus[sku], 1)];
        record(&self.store, self.facilities[0], MovementKind::Sale, &what).await;
    }

    /// Somebody buys online.
    pub(crate) async fn buy(&self, sku: &str, quantity: i64) -> (u64, u64) {
        let lines = json!([{"sku": sku, "quantity": quantity, "location_id": 60_000_001}]);
        let order = self.act("/twin/orders", json!({"lines": lines})).await;
        let id = |value: &Value| value.as_u64().unwrap();
        (id(&order["order_id"]), id(&order["lines"][0]["line_id"]))
    }
}

fn nothing() -> BTreeMap<(String, usize), (i64, i64)> {
    let all = OPENING.iter().flat_map(|(sku, _)| [((*sku).to_owned(), 0), ((*sku).to_owned(), 1)]);
    all.map(|key| (key, (0, 0))).collect()
}

pub(crate) async fn facility(store: &Store, code: &str) -> FacilityId {
    let new = NewFacility {
        id: FacilityId(System.next()),
        code: code.to_owned(),
        name: format!("Store {code}"),
        time_zone: "Europe/Berlin".to_owned(),
        opened_on: None,
        group_ids: [].into(),
    };
    store.create_facility(&by(), new).await.unwrap().id
}

/// A product with SKUs of these codes.
pub(crate) async fn assortment(
    store: &Store,
    codes: impl IntoIterator<Item = String>,
) -> BTreeMap<String, SkuId> {
    let (product, now) = (System.next(), System.now().0);
    let row = products::ActiveModel {
        id: Set(product),
        handle: Set("shoe".to_owned()),
        title: Set("Shoe".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    row.insert(&store.writer()).await.unwrap();
    let row = |(position, code): (i64, String)| skus::ActiveModel {
        id: Set(System.next()),
        product_id: Set(product),
        variant_key: Set(code.clone()),
        position: Set(position),
        code: Set(Some(code)),
        tracked: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let rows: Vec<_> = (0..).zip(codes).map(row).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let insert = skus::Entity::insert_many(rows.to_vec());
        insert.exec_without_returning(&store.writer()).await.unwrap();
    }
    let code = |row: &skus::ActiveModel| row.code.as_ref().clone().unwrap();
    rows.iter().map(|row| (code(row), SkuId(*row.id.as_ref()))).collect()
}

pub(crate) async fn record(
    store: &Store,
    facility: FacilityId,
    kind: MovementKind,
    what: &[(SkuId, i64)],
) {
    let fact = |(sku, quantity): &(SkuId, i64)| Fact {
        id: MovementId(System.next()),
        facility,
        sku: *sku,
        kind,
        quantity: *quantity,
        effective_at: None,
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    };
    let authority = Authority {
        actor: PrincipalId::SYSTEM,
        mandate: Mandate::Post(Limits::NONE),
        rule: "test".to_owned(),
        day: String::new(),
        origin: Origin::Api,
        device: None,
    };
    let body = Body::Record(what.iter().map(fact).collect());
    store.post(vec![Command { authority, body }]).await.unwrap();
}

/// A server with nothing but the door; answers where it is.
async fn door(store: &Store, key: &Key) -> String {
    async fn take_in(
        State((store, key)): State<(Store, Key)>,
        Path(channel): Path<Uuid>,
        headers: HeaderMap,
        body: Bytes,
    ) -> StatusCode {
        let door = Door { store: &store, key: Some(&key) };
        match door.take_in(ChannelId(channel), &headers, &body).await {
            Ok(_) => StatusCode::OK,
            Err(DoorError::Forged) => StatusCode::UNAUTHORIZED,
            Err(DoorError::Unknown) => StatusCode::NOT_FOUND,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = axum::Router::new()
        .route("/webhooks/shopify/{channel}", post(take_in))
        .with_state((store.clone(), key.clone()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}
