//! A retailer with two stores that look alike, in which any operation can be called with the ids
//! of one of them.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use onhand_domain::{FacilityId, Micros, Scope, channel::CredentialKind, hook::HookEvent};
use onhand_store::{
    By,
    catalog::ImportMode,
    channels::{NewChannel, Sealed},
    people::NewGrant,
    webhooks::NewEndpoint,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::operations::{Op, all, document};
use crate::testing::{NOW, Reply, TestState, Who};

/// How often an import is asked for before the test gives up.
const POLLS_MAX: u32 = 500;
/// A catalogue with one SKU, of which each store has some.
const CATALOGUE: &str = "Handle,Title,Variant SKU,Variant Price,Variant Barcode,\
                         Variant Inventory Tracker,Variant Inventory Qty\n\
                         cap,Cap,CAP-1,10.00,4006381333931,shopify,40\n";

/// The smallest JPEG.
const PIXEL: &[u8] = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\
    \xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x01\x02\xff\xd9";

/// The retailer.
pub(super) struct World {
    pub(super) state: TestState,
    /// Somebody who may do everything everywhere.
    pub(super) mighty: Who,
    /// The facility of whoever is tested.
    pub(super) home: FacilityId,
    /// The other one.
    pub(super) foreign: FacilityId,
    pub(super) ops: Vec<Op>,
    document: Value,
    sku: Uuid,
    product: Uuid,
    /// A shop that nobody can reach: this server has no key.
    channel: Uuid,
}

/// A request that is ready to be sent.
pub(super) struct Ready {
    method: Method,
    uri: String,
    body: Option<(String, Vec<u8>)>,
    /// Whether an id in it belongs to the facility that was asked for.
    pub(super) names_facility: bool,
}

impl Ready {
    /// The same at another path, with the same query.
    pub(super) fn aim_at(&mut self, path: &str) {
        let query = self.uri.split_once('?').map(|(_, query)| format!("?{query}"));
        self.uri = format!("{path}{}", query.unwrap_or_default());
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::on(TestState::new().await).await
    }

    /// On a database of the test's choice.
    pub(super) async fn on(state: TestState) -> Self {
        // After the examples' times, which must not lie in the future.
        state.clock.set(NOW.plus(180 * Micros::DAY));
        let (home, foreign) = (state.facility("HOME1").await, state.facility("FOREIGN2").await);
        let everywhere = |role: &str| NewGrant { role: role.to_owned(), scope: Scope::All };
        let all_roles = vec![everywhere("admin"), everywhere("inventory_controller")];
        let mighty = state.person(all_roles).await;
        let document = document();
        let ops = all(&document);
        let mut world = Self {
            state,
            mighty,
            home,
            foreign,
            ops,
            document,
            sku: Uuid::nil(),
            product: Uuid::nil(),
            channel: Uuid::nil(),
        };
        world.channel = world.connected().await;
        world.stock(home).await;
        world.stock(foreign).await;
        let products = world.state.as_(&world.mighty).get("/products?limit=1").await.ok();
        world.product = uuid(&products["items"][0]["id"]);
        let path = format!("/products/{}", world.product);
        let product = world.state.as_(&world.mighty).get(&path).await.ok();
        world.sku = uuid(&product["skus"][0]["id"]);
        world
    }

    async fn connected(&self) -> Uuid {
        let new = NewChannel {
            id: self.state.id().into(),
            name: "Shop".to_owned(),
            shop: "https://shop.example".to_owned(),
            api_version: "2026-10".to_owned(),
            credential_kind: CredentialKind::Static,
            credentials: Sealed(vec![1]),
            scopes: Vec::new(),
        };
        let made = self.state.app.store.create_channel(&By::command_line("test"), new).await;
        made.expect("made").id.0
    }

    /// Another system that is told something, and a message to it.
    async fn told(&self) -> (Uuid, Uuid) {
        let new = NewEndpoint {
            id: self.state.id(),
            name: "ERP".to_owned(),
            url: "https://erp.example/".to_owned(),
            secret: Sealed(vec![1]),
            events: [HookEvent::CountClosed].into(),
        };
        let (endpoint, message) = (new.id, self.state.id());
        let (by, store) = (By::command_line("test"), &self.state.app.store);
        store.create_webhook_endpoint(&by, new).await.expect("made");
        store.ping_webhook(&by, endpoint, message).await.expect("made");
        (endpoint, message)
    }

    async fn stock(&self, facility: FacilityId) {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("catalogue.csv");
        std::fs::write(&file, CATALOGUE).expect("written");
        let options = onhand_catalog::Options {
            by: By::command_line("test"),
            mode: ImportMode::GoodRows,
            facility: Some(facility),
        };
        let nobody_looks = &|_, _| ();
        onhand_catalog::import_catalog(&self.state.app.store, &file, &options, nobody_looks)
            .await
            .expect("imported");
    }

    /// So many units of the SKU arrive at home.
    pub(super) async fn receive(&self, quantity: i64) {
        let receipt = json!({"movements": [{
            "id": self.state.id(), "facility_id": self.home.0, "sku_id": self.sku,
            "kind": "receipt", "quantity": quantity,
        }]});
        let answer = self.state.as_(&self.mighty).post("/movements", &receipt).await.ok();
        assert_eq!(answer["results"][0]["status"], "posted", "{answer}");
    }

    /// The SKU that every store has.
    pub(super) fn sku_text(&self) -> String {
        self.sku.to_string()
    }

    /// A request of this operation with the ids of `facility`.
    pub(super) async fn request(&self, op: &Op, facility: FacilityId) -> Ready {
        let (path, in_path) = self.path(op, facility).await;
        let (query, in_query) = self.query(op, facility);
        let (body, in_body) = match op.body() {
            Some((kind, Value::String(text))) => {
                (Some((kind.to_owned(), text.clone().into_bytes())), false)
            }
            Some((kind, example)) => {
                let (json, named) = self.fill(example, facility);
                (Some((kind.to_owned(), json.to_string().into_bytes())), named)
            }
            None => (None, false),
        };
        Ready {
            method: op.method.clone(),
            uri: format!("{path}{query}"),
            body,
            names_facility: in_path || in_query || in_body,
        }
    }

    /// Sends it as somebody, or signed out.
    pub(super) async fn send(&self, ready: &Ready, who: Option<&Who>) -> Reply {
        let mut request = Request::builder().method(ready.method.clone()).uri(&ready.uri);
        let body = match &ready.body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes.clone())
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("a request");
        match who {
            Some(who) => self.state.as_(who).send(request).await,
            None => self.state.with(axum::http::HeaderMap::new()).send(request).await,
        }
    }

    /// The example with ids that mean something: the facility's, the SKU's, new ones.
    fn fill(&self, example: &Value, facility: FacilityId) -> (Value, bool) {
        match example {
            Value::Object(members) => {
                let mut named = members.get("kind") == Some(&json!("facility"));
                let mut filled = serde_json::Map::new();
                for (name, value) in members {
                    let value = match name.as_str() {
                        "facility_id" => {
                            named = true;
                            json!(facility.0)
                        }
                        // { kind: facility, id } is a scope.
                        "id" if named && members.len() == 2 => json!(facility.0),
                        "id" => json!(self.state.id()),
                        "sku_id" => json!(self.sku),
                        "product_id" => json!(self.product),
                        // Now is always a good time; a line of an order that nobody has is not.
                        "effective_at" | "placed_at" | "due_at" | "order_line_id" => continue,
                        // Codes and addresses name one thing each.
                        "code" if value.is_string() => json!(format!("c{}", self.number())),
                        "email" => json!(format!("p{}@example.com", self.number())),
                        _ => {
                            let (value, inside) = self.fill(value, facility);
                            named |= inside;
                            value
                        }
                    };
                    filled.insert(name.clone(), value);
                }
                (Value::Object(filled), named)
            }
            Value::Array(items) => {
                let filled: Vec<_> = items.iter().map(|i| self.fill(i, facility)).collect();
                let named = filled.iter().any(|(_, named)| *named);
                (Value::Array(filled.into_iter().map(|(value, _)| value).collect()), named)
            }
            other => (other.clone(), false),
        }
    }

    fn number(&self) -> u128 {
        self.state.id().as_u128() & 0xffff_ffff
    }

    fn query(&self, op: &Op, facility: FacilityId) -> (String, bool) {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let mut named = false;
        for parameter in op.parameters("query") {
            let name = parameter["name"].as_str().expect("a name");
            if name == "facility_id" {
                named = true;
                pairs.append_pair(name, &facility.to_string());
            } else if name == "sku_id" {
                pairs.append_pair(name, &self.sku.to_string());
            } else if parameter["required"] == true {
                pairs.append_pair(name, &self.parameter_example(op, parameter));
            }
        }
        let query = pairs.finish();
        (if query.is_empty() { query } else { format!("?{query}") }, named)
    }

    fn parameter_example(&self, op: &Op, parameter: &Value) -> String {
        let schema = &parameter["schema"];
        let target = schema["$ref"].as_str().map(|r| r.trim_start_matches('#'));
        let schema = target.and_then(|t| self.document.pointer(t)).unwrap_or(schema);
        let found = [&parameter["example"], &schema["example"], &schema["enum"][0]];
        let found = found.into_iter().find_map(|v| v.as_str());
        let name = &parameter["name"];
        found
            .unwrap_or_else(|| panic!("{}: the parameter {name} needs an example", op.id))
            .to_owned()
    }

    /// The path with an id of the facility's own, made for it where the API can make one.
    async fn path(&self, op: &Op, facility: FacilityId) -> (String, bool) {
        let path = op.path.replace("{sku_id}", &self.sku.to_string());
        if let Some(rest) = path.strip_prefix("/api/v1/channels/{id}") {
            let names = rest.contains("{facility_id}");
            let rest = rest
                .replace("{facility_id}", &facility.to_string())
                .replace("{number}", "1")
                .replace("{push}", &self.state.id().to_string())
                .replace("{delivery}", &self.state.id().to_string())
                .replace("{job}", &self.state.id().to_string());
            return (format!("/api/v1/channels/{}{rest}", self.channel), names);
        }
        if let Some(rest) = path.strip_prefix("/api/v1/webhook-endpoints/{id}") {
            let (endpoint, message) = self.told().await;
            let rest = rest.replace("{message_id}", &message.to_string());
            return (format!("/api/v1/webhook-endpoints/{endpoint}{rest}"), false);
        }
        let Some((before, rest)) = path.split_once('{') else {
            return (path, false);
        };
        let (name, after) = rest.split_once('}').expect("a closing brace");
        assert!(!after.contains('{'), "{}: teach World two ids in a path", op.id);
        let collection = before.trim_end_matches('/');
        let (value, named) = match (collection.trim_start_matches("/api/v1/"), name) {
            ("facilities", _) => (facility.to_string(), true),
            ("products", _) => (self.product.to_string(), false),
            ("images", _) => (self.state.id().to_string(), false),
            ("identifiers", _) => ("4006381333931".to_owned(), false),
            ("variance-requests", _) => (self.reported(facility).await.to_string(), true),
            ("photos", _) => (self.photographed(facility).await.to_string(), true),
            ("count-sessions", _) => (self.counted(facility).await.to_string(), true),
            (_, "id") => self.made(op, collection, facility).await,
            _ => {
                let own = op.parameters("path").find(|p| p["name"] == name);
                let own = own.unwrap_or_else(|| panic!("{}: {name} is not described", op.id));
                (self.parameter_example(op, own), false)
            }
        };
        (format!("{before}{value}{after}"), named)
    }

    /// The id of a thing that the collection's own `POST` made from its example.
    async fn made(&self, op: &Op, collection: &str, facility: FacilityId) -> (String, bool) {
        let makes = |o: &&Op| o.method == Method::POST && o.path == collection;
        let create = self.ops.iter().find(makes);
        let create = create
            .unwrap_or_else(|| panic!("{}: teach World::path where its id comes from", op.id));
        let ready = Box::pin(self.request(create, facility)).await;
        let reply = self.send(&ready, Some(&self.mighty)).await;
        assert!(reply.status.is_success(), "{} makes nothing: {}", create.id, reply.text());
        let id = uuid(&reply.json()["id"]);
        if collection.ends_with("/imports") {
            self.finished(id).await;
        }
        (id.to_string(), ready.names_facility)
    }

    /// Imports go on after their answer; what they write must not look like somebody else's.
    pub(super) async fn finished(&self, import: Uuid) {
        for _ in 0..POLLS_MAX {
            let path = format!("/imports/{import}");
            let import = self.state.as_(&self.mighty).get(&path).await.ok();
            if import["status"] != "running" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the import {import} does not end");
    }

    /// A session of an open count of the facility. Not a blind one: whoever tests the rest must
    /// go on seeing stock.
    async fn counted(&self, facility: FacilityId) -> Uuid {
        let mighty = self.state.as_(&self.mighty);
        let count = json!({
            "id": self.state.id(), "facility_id": facility.0, "name": "Caps", "kind": "area",
            "blind": false,
        });
        let count = uuid(&mighty.post("/counts", &count).await.created()["id"]);
        mighty.post(&format!("/counts/{count}/open"), &json!({})).await.ok();
        let session = json!({"id": self.state.id()});
        let path = format!("/counts/{count}/sessions");
        uuid(&mighty.post(&path, &session).await.created()["id"])
    }

    /// A photo of a line of a count of the facility.
    async fn photographed(&self, facility: FacilityId) -> Uuid {
        let mighty = self.state.as_(&self.mighty);
        let count = json!({
            "id": self.state.id(), "facility_id": facility.0, "name": "Caps", "kind": "area",
            "blind": false,
        });
        let count = uuid(&mighty.post("/counts", &count).await.created()["id"]);
        let id = self.state.id();
        let uri = format!("/api/v1/photos?id={id}&count_id={count}&sku_id={}", self.sku);
        let request = Request::post(uri).header(header::CONTENT_TYPE, "image/jpeg");
        let request = request.body(Body::from(PIXEL)).expect("a request");
        uuid(&mighty.send(request).await.created()["id"])
    }

    /// A variance that an associate of the facility reported.
    async fn reported(&self, facility: FacilityId) -> Uuid {
        let associate = self.state.user("associate", Scope::Facility(facility)).await;
        let body = json!({
            "id": self.state.id(), "facility_id": facility.0, "sku_id": self.sku, "quantity": -1,
            "reason": "lost",
        });
        let answer = self.state.as_(&associate).post("/variances", &body).await.ok();
        assert_eq!(answer["status"], "requested", "{answer}");
        uuid(&answer["id"])
    }
}

fn uuid(value: &Value) -> Uuid {
    value.as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id: {value}"))
}
