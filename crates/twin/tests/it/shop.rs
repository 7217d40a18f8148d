//! A twin in this process, and a client of it.

use std::path::PathBuf;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use onhand_twin::{Options, Plan, Twin};
use serde_json::{Value, json};

pub(crate) const CATALOG: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
Variant Barcode,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n\
shoe,Shoe,Size,40,S-40,4000000000017,shopify,10,59.00\n\
shoe,,,41,S-41,,shopify,5,59.00\n\
card,Gift card,Title,Default Title,CARD,,,0,25.00\n";

pub(crate) const SHOE: u64 = 50_000_000_001;
pub(crate) const SHOE_41: u64 = 50_000_000_002;
pub(crate) const CARD: u64 = 50_000_000_003;
/// Where the catalogue's quantities lie.
pub(crate) const FIRST: u64 = 60_000_001;
pub(crate) const SECOND: u64 = 60_000_002;
/// Where nothing is stocked.
pub(crate) const UNSTOCKED: u64 = 60_000_003;

pub(crate) fn item(id: u64) -> String {
    format!("gid://shopify/InventoryItem/{id}")
}

pub(crate) fn location(id: u64) -> String {
    format!("gid://shopify/Location/{id}")
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) url: String,
    client: Client<HttpConnector, Full<Bytes>>,
    pub(crate) token: String,
}

pub(crate) fn options(state: Option<PathBuf>) -> Options {
    Options {
        listen: ([127, 0, 0, 1], 0).into(),
        catalog: CATALOG.into(),
        locations: 3,
        location_names: Vec::new(),
        stocked_at: 2,
        domain: "twin.myshopify.com".to_owned(),
        token: "shpat_test".to_owned(),
        client_id: "app".to_owned(),
        client_secret: "secret".to_owned(),
        plan: Plan::Standard,
        seed: 7,
        state,
    }
}

impl Shop {
    /// Opens a shop, whose clock stands still: nothing here depends on how fast the machine is.
    pub(crate) async fn open() -> Self {
        let shop = Self::open_with(options(None)).await;
        shop.post("/twin/clock", json!({ "frozen": true, "set": "2030-01-01T00:00:00Z" })).await;
        shop
    }

    pub(crate) async fn open_with(options: Options) -> Self {
        let twin = Twin::open(options).await.unwrap();
        let url = twin.address().to_owned();
        tokio::spawn(twin.serve());
        Self::at(url)
    }

    pub(crate) fn at(url: String) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { url, client, token: "shpat_test".to_owned() }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Full::new(body.into())).unwrap()).await;
        let (parts, body) = response.ok()?.into_parts();
        let text = body.collect().await.ok()?.to_bytes();
        let body = serde_json::from_slice(&text)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&text).into_owned()));
        Some(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// A request to the Admin API; None where the connection was cut.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Option<Answer> {
        let headers =
            [("content-type", "application/json"), ("x-shopify-access-token", self.token.as_str())];
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(Method::POST, "/admin/api/2026-10/graphql.json", &headers, body).await
    }

    pub(crate) async fn query(&self, query: &str) -> Value {
        self.ask(query, json!({})).await.unwrap().body
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string()).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.try_post(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, &[], String::new()).await.unwrap().body
    }

    /// Adjusts by one line; gives back the payload of the mutation.
    pub(crate) async fn adjust(&self, key: &str, line: Value) -> Value {
        self.adjust_input(key, adjust_input("available", &[line])).await
    }

    pub(crate) async fn adjust_input(&self, key: &str, input: Value) -> Value {
        self.mutate("Adjust", "group: inventoryAdjustmentGroup", key, input).await
    }

    pub(crate) async fn set(&self, key: &str, input: Value) -> Value {
        self.mutate("Set", "group: inventoryAdjustmentGroup", key, input).await
    }

    pub(crate) async fn move_quantities(&self, key: &str, input: Value) -> Value {
        self.mutate("Move", "group: inventoryAdjustmentGroup", key, input).await
    }

    async fn mutate(&self, what: &str, group: &str, key: &str, input: Value) -> Value {
        let variables = json!({ "input": input, "key": key });
        let answer = self.ask(&mutation(what, group), variables).await.unwrap().body;
        answer["data"]["done"].clone()
    }

    /// The errors at the top of the answer to an adjustment.
    pub(crate) async fn adjust_errors(&self, input: Value) -> Value {
        let query = mutation("Adjust", "group: inventoryAdjustmentGroup");
        let answer = self.ask(&query, json!({ "input": input, "key": "errors" })).await.unwrap();
        assert_eq!(answer.status, 200);
        answer.body["errors"].clone()
    }

    pub(crate) async fn level(&self, item: u64, location: u64) -> Value {
        let levels = self.get("/twin/levels").await;
        let levels = levels["levels"].as_array().unwrap();
        let is = |it: &&Value| it["item_id"] == item && it["location_id"] == location;
        levels.iter().find(is).cloned().unwrap_or_default()
    }

    pub(crate) async fn available(&self, item: u64, location: u64) -> i64 {
        self.level(item, location).await["available"].as_i64().unwrap()
    }
}

pub(crate) fn mutation(what: &str, group: &str) -> String {
    format!(
        "mutation($input: Inventory{what}QuantitiesInput!, $key: String!) {{
           done: inventory{what}Quantities(input: $input) @idempotent(key: $key) {{
             {group} {{
               id reason referenceDocumentUri
               changes {{
                 name delta quantityAfterChange ledgerDocumentUri item {{ id }} location {{ id }}
               }}
             }}
             userErrors {{ code field message }}
           }}
         }}"
    )
}

pub(crate) fn adjust_input(name: &str, changes: &[Value]) -> Value {
    json!({
        "name": name,
        "reason": "correction",
        "referenceDocumentUri": "gid://onhand/Variance/1",
        "changes": changes,
    })
}

pub(crate) fn change(item_id: u64, at: u64, delta: i64) -> Value {
    json!({
        "inventoryItemId": item(item_id),
        "locationId": location(at),
        "delta": delta,
        "changeFromQuantity": null,
    })
}

/// The codes of a payload's errors.
pub(crate) fn codes(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].as_str().unwrap_or("-").to_owned()).collect()
}
