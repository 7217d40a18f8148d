//! Sends webhooks, in the background, as often as needed, and as wrongly as the knobs demand.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock::rfc3339_micros;
use crate::graphql::VERSION;
use crate::shop::Shop;
use crate::world::{Act, Delivery, WebhookAct, header_topic};

/// Deliveries in hand, most of which may wait because they are to be late.
const IN_HAND_MAX: usize = 512;
/// Deliveries that are sent at once.
const AT_ONCE_MAX: usize = 32;
const CONNECT: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(5);
/// How often to look for retries that are due: the clock may be moved.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Clone)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    turns: Arc<Semaphore>,
}

/// Delivers until the process ends.
pub(crate) async fn run(shop: Arc<Shop>) {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let sender = Sender { client, turns: Arc::new(Semaphore::new(AT_ONCE_MAX)) };
    let mut at_work: JoinSet<u64> = JoinSet::new();
    let mut busy = HashSet::new();
    loop {
        for delivery in due(&shop, &busy) {
            busy.insert(delivery.id);
            at_work.spawn(deliver(Arc::clone(&shop), sender.clone(), delivery));
        }
        tokio::select! {
            Some(done) = at_work.join_next() => {
                if let Ok(id) = done {
                    busy.remove(&id);
                }
            }
            () = shop.bell.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn due(shop: &Shop, busy: &HashSet<u64>) -> Vec<Delivery> {
    let now = shop.now();
    let world = shop.read();
    let waiting = world.deliveries.values();
    waiting
        .filter(|delivery| delivery.due <= now && !busy.contains(&delivery.id))
        .take(IN_HAND_MAX.saturating_sub(busy.len()))
        .cloned()
        .collect()
}

async fn deliver(shop: Arc<Shop>, sender: Sender, delivery: Delivery) -> u64 {
    let (faults, secret) = {
        let world = shop.read();
        (world.faults.clone(), world.access.client_secret.clone())
    };
    let strikes = |fault| shop.pending.of_webhook(&faults, fault, &delivery.webhook_id);
    let is_first = delivery.attempts == 0;
    let mut answered = true;
    if is_first && strikes("webhook_lost") {
        shop.stats.count("webhooks.lost");
    } else {
        if is_first && strikes("webhook_late") {
            shop.stats.count("webhooks.late");
            tokio::time::sleep(Duration::from_millis(faults.late_ms)).await;
        }
        if is_first && strikes("webhook_reordered") {
            shop.stats.count("webhooks.reordered");
            let far = Sha256::digest(delivery.webhook_id.as_bytes())[0];
            let wait = faults.late_ms * u64::from(far) / 256;
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        if is_first && strikes("webhook_forged") {
            shop.stats.count("webhooks.forged");
            let forged = forge(&shop, &delivery);
            send(&shop, &sender, &forged, "not the secret").await;
        }
        answered = send(&shop, &sender, &delivery, &secret).await;
        if is_first && strikes("webhook_doubled") {
            shop.stats.count("webhooks.doubled");
            answered |= send(&shop, &sender, &delivery, &secret).await;
        }
    }
    shop.stats.count(if answered { "webhooks.done" } else { "webhooks.failed" });
    let id = delivery.id;
    let act = if answered { WebhookAct::Delivered { id } } else { WebhookAct::Failed { id } };
    if shop.apply_unsynced(Act::Webhook(act)).is_err() {
        eprintln!("onhand-twin: what became of webhook {id} can't be written down");
    }
    id
}

/// Something that the shop never said.
fn forge(shop: &Shop, delivery: &Delivery) -> Delivery {
    let address = shop.address.clone();
    let body = delivery.body.replace(":1", ":9");
    let webhook_id = format!("forged-{}", delivery.webhook_id);
    let event_id = format!("forged-at-{address}");
    Delivery { webhook_id, event_id, body, ..delivery.clone() }
}

async fn send(shop: &Shop, sender: &Sender, delivery: &Delivery, secret: &str) -> bool {
    let domain = shop.read().domain.clone();
    let body = Bytes::from(delivery.body.clone().into_bytes());
    let mut request = Request::post(&delivery.uri)
        .header("content-type", "application/json")
        .header("user-agent", "Shopify-Captain-Hook")
        .header("x-shopify-topic", header_topic(&delivery.topic))
        .header("x-shopify-hmac-sha256", sign(secret, &body))
        .header("x-shopify-shop-domain", domain)
        .header("x-shopify-api-version", VERSION)
        .header("x-shopify-webhook-id", &delivery.webhook_id)
        .header("x-shopify-event-id", &delivery.event_id)
        .header("x-shopify-triggered-at", rfc3339_micros(delivery.triggered_at));
    if let Some(name) = &delivery.name {
        request = request.header("x-shopify-name", name);
    }
    let Ok(request) = request.body(Full::new(body)) else { return false };
    // The semaphore is never closed.
    let Ok(_turn) = sender.turns.acquire().await else { return false };
    let answer = async {
        let response = sender.client.request(request).await.ok()?;
        let status = response.status();
        // The rest is read so that the connection can be used again.
        response.into_body().collect().await.ok()?;
        Some(status.is_success())
    };
    tokio::time::timeout(ANSWER, answer).await.ok().flatten().unwrap_or(false)
}

/// What `X-Shopify-Hmac-Sha256` has: the raw body, signed with the app's secret.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(mac(secret, body))
}

/// HMAC-SHA256 with the app's secret.
pub(crate) fn mac(secret: &str, text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
