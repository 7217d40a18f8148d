//! Webhooks: who is told, how it is signed, and what goes wrong on the way.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::{Mutex, mpsc};

use crate::shop::{FIRST, SHOE, Shop, change};

struct Message {
    headers: HeaderMap,
    body: Bytes,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&self.body);
        let signature = mac.finalize().into_bytes();
        base64::engine::general_purpose::STANDARD.encode(signature)
            == self.header("x-shopify-hmac-sha256")
    }
}

/// Somebody who is told.
struct Receiver {
    url: String,
    messages: mpsc::UnboundedReceiver<Message>,
    /// What it answers, last first; 200 when there is nothing more.
    answers: Arc<Mutex<Vec<u16>>>,
}

type Shared = (mpsc::UnboundedSender<Message>, Arc<Mutex<Vec<u16>>>);

async fn receive(
    State((sender, answers)): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let answer = answers.lock().await.pop().unwrap_or(200);
    sender.send(Message { headers, body }).unwrap();
    StatusCode::from_u16(answer).unwrap()
}

impl Receiver {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, messages) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(receive).with_state((sender, Arc::clone(&answers)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, messages, answers }
    }

    async fn next(&mut self) -> Message {
        self.messages.recv().await.unwrap()
    }
}

async fn subscribe(shop: &Shop, topic: &str, url: &str) -> Value {
    let query = "mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
        webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
            webhookSubscription { id topic uri name } userErrors { field message } } }";
    let input = json!({ "uri": url, "name": "main" });
    let answer = shop.ask(query, json!({ "topic": topic, "input": input })).await.unwrap().body;
    answer["data"]["webhookSubscriptionCreate"].clone()
}

#[tokio::test]
async fn a_change_of_available_is_told_signed() {
    let shop = Shop::open().await;
    let mut told = Receiver::open().await;
    let made = subscribe(&shop, "INVENTORY_LEVELS_UPDATE", &told.url).await;
    assert_eq!(made["webhookSubscription"]["uri"], told.url.as_str());
    let again = subscribe(&shop, "INVENTORY_LEVELS_UPDATE", &told.url).await;
    assert!(again["webhookSubscription"].is_null());
    assert_eq!(again["userErrors"].as_array().unwrap().len(), 1);
    // What leaves available alone isn't told.
    let damaged = json!({ "item_id": SHOE, "location_id": FIRST, "name": "damaged", "delta": 1 });
    shop.post("/twin/edit", damaged).await;
    shop.adjust("a", change(SHOE, FIRST, -4)).await;
    let message = told.next().await;
    assert!(message.is_signed_with("secret"));
    assert_eq!(message.header("x-shopify-topic"), "inventory_levels/update");
    assert_eq!(message.header("x-shopify-shop-domain"), "twin.myshopify.com");
    assert_eq!(message.header("x-shopify-name"), "main");
    let body = message.json();
    assert_eq!((&body["available"], &body["location_id"]), (&json!(6), &json!(FIRST)));
    // Untracked: there is no quantity any more.
    shop.post(&format!("/twin/items/{SHOE}"), json!({ "tracked": false })).await;
    shop.adjust("b", change(SHOE, FIRST, 1)).await;
    assert!(told.next().await.json()["available"].is_null());
}

#[tokio::test]
async fn orders_and_refunds_are_told() {
    let shop = Shop::open().await;
    let mut told = Receiver::open().await;
    for topic in ["ORDERS_CREATE", "FULFILLMENTS_CREATE", "REFUNDS_CREATE", "ORDERS_CANCELLED"] {
        assert!(subscribe(&shop, topic, &told.url).await["webhookSubscription"]["id"].is_string());
    }
    let order = shop.post("/twin/orders", json!({ "lines": [{ "item_id": SHOE }] })).await;
    let message = told.next().await;
    assert_eq!(message.header("x-shopify-topic"), "orders/create");
    let body = message.json();
    assert_eq!((&body["id"], &body["source_name"]), (&order["order_id"], &json!("web")));
    assert_eq!(body["line_items"][0]["fulfillable_quantity"], 1);
    let path = format!("/twin/orders/{}", order["order_id"]);
    shop.post(&format!("{path}/fulfill"), json!({})).await;
    let message = told.next().await;
    assert_eq!(message.header("x-shopify-topic"), "fulfillments/create");
    assert_eq!(message.json()["order_id"], order["order_id"]);
    let line = json!({ "line_id": order["lines"][0]["line_id"], "quantity": 1 });
    shop.post(&format!("{path}/refund"), json!({ "restock": "return", "lines": [line] })).await;
    let body = told.next().await.json();
    assert_eq!(body["refund_line_items"][0]["restock_type"], "return");
    assert_eq!(body["refund_line_items"][0]["location_id"], FIRST);
}

#[tokio::test]
async fn a_refused_delivery_is_tried_again_and_at_last_unsubscribed() {
    let shop = Shop::open().await;
    let mut told = Receiver::open().await;
    subscribe(&shop, "INVENTORY_LEVELS_UPDATE", &told.url).await;
    *told.answers.lock().await = vec![500; 9];
    shop.adjust("a", change(SHOE, FIRST, -1)).await;
    let first = told.next().await;
    for attempt in 1..9 {
        // The next attempt is due only when the clock says so.
        while shop.get("/twin/webhooks").await["waiting"][0]["attempts"] != attempt {
            tokio::task::yield_now().await;
        }
        shop.post("/twin/clock", json!({ "advance_ms": 4_000 * 3_i64.pow(attempt) })).await;
        let again = told.next().await;
        assert_eq!(again.header("x-shopify-webhook-id"), first.header("x-shopify-webhook-id"));
        assert_eq!(again.body, first.body);
    }
    while shop.get("/twin/webhooks").await["waiting_total"] != 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(shop.get("/twin/webhooks").await["subscriptions"], json!([]));
}

#[tokio::test]
async fn messages_are_lost_doubled_and_forged_on_demand() {
    let shop = Shop::open().await;
    let mut told = Receiver::open().await;
    subscribe(&shop, "INVENTORY_LEVELS_UPDATE", &told.url).await;
    let next = |fault: &str| shop.post("/twin/faults", json!({ "next": { fault: 1 } }));
    next("webhook_lost").await;
    shop.adjust("a", change(SHOE, FIRST, -1)).await;
    while shop.get("/twin/stats").await["counts"]["webhooks.lost"] != 1 {
        tokio::task::yield_now().await;
    }
    next("webhook_doubled").await;
    shop.adjust("b", change(SHOE, FIRST, -1)).await;
    let (one, two) = (told.next().await, told.next().await);
    assert_eq!(one.json()["available"], 8);
    assert_eq!(one.header("x-shopify-webhook-id"), two.header("x-shopify-webhook-id"));
    next("webhook_forged").await;
    shop.adjust("c", change(SHOE, FIRST, -1)).await;
    let (forged, real) = (told.next().await, told.next().await);
    assert!(!forged.is_signed_with("secret") && real.is_signed_with("secret"));
    shop.post("/twin/secret", json!({ "secret": "new" })).await;
    shop.adjust("d", change(SHOE, FIRST, -1)).await;
    assert!(told.next().await.is_signed_with("new"));
}

#[tokio::test]
async fn the_last_message_says_that_the_app_is_gone() {
    let shop = Shop::open().await;
    let mut told = Receiver::open().await;
    subscribe(&shop, "APP_UNINSTALLED", &told.url).await;
    shop.post("/twin/uninstall", json!({})).await;
    let message = told.next().await;
    assert_eq!(message.header("x-shopify-topic"), "app/uninstalled");
    assert_eq!(shop.get("/twin/webhooks").await["subscriptions"], json!([]));
}
