//! Sends messages to other systems, signed by the Standard Webhooks specification, until each has
//! arrived or was tried often enough.

mod address;
mod client;
mod schedule;
mod sign;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use onhand_domain::Micros;
use onhand_shopify::sealed::Key;
use onhand_store::{
    Store, StoreError,
    webhooks::{Endpoint, FORGET_MESSAGES_MAX, Message, Sent},
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::problem::chain;

pub(crate) use address::check_url;
use client::{Client, Outcome};
pub(crate) use sign::{new_secret, secret_text};

/// How often is looked for what is new and what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Messages to one endpoint at a time: one that is slow keeps only its own waiting.
const AT_ONCE_MAX: usize = 4;
/// For how long a claimed message is this node's: longer than a try takes.
const CLAIM_MICROS: i64 = 60 * Micros::SECOND;
/// How often one look goes on telling while there is more.
const TELLS_MAX: u32 = 20;
/// How often old messages are forgotten.
const FORGET_EVERY: Duration = Duration::from_hours(1);
/// Batches that are forgotten in one go.
const FORGET_BATCHES_MAX: u32 = 200;

/// Sends until the server stops; tries that are under way then are finished. A failure is no reason
/// to do anything else than to try again.
pub(crate) async fn run(store: Store, key: Option<Key>, stopping: CancellationToken) {
    let mut sender = Sender::new(store, key);
    let mut forgotten: Option<Instant> = None;
    loop {
        if let Err(error) = sender.look().await {
            tracing::warn!(error = %chain(&error), "hooks.look failed");
        }
        if forgotten.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
            forgotten = Some(Instant::now());
            forget(&sender.store).await;
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    sender.finish().await;
}

async fn forget(store: &Store) {
    for _ in 0..FORGET_BATCHES_MAX {
        match store.forget_webhook_messages().await {
            Ok(messages) if messages >= FORGET_MESSAGES_MAX.unsigned_abs() => {}
            Ok(_) => return,
            Err(error) => return tracing::warn!(error = %chain(&error), "hooks.forget failed"),
        }
    }
}

/// What is under way.
struct Sender {
    store: Store,
    key: Option<Key>,
    client: Option<Client>,
    tries: JoinSet<Uuid>,
    /// How many of them go to each endpoint.
    at_once: HashMap<Uuid, usize>,
    /// Whether it was said that nothing can be sent.
    said: bool,
}

impl Sender {
    fn new(store: Store, key: Option<Key>) -> Self {
        let (tries, at_once) = (JoinSet::new(), HashMap::new());
        Self { store, key, client: None, tries, at_once, said: false }
    }

    /// Makes messages of what is new, and sends what is due.
    async fn look(&mut self) -> Result<(), StoreError> {
        for _ in 0..TELLS_MAX {
            if !self.store.tell_webhooks().await?.more {
                break;
            }
        }
        while let Some(ended) = self.tries.try_join_next() {
            self.ended(ended);
        }
        let endpoints = self.store.list_webhook_endpoints().await?;
        if endpoints.iter().any(|endpoint| endpoint.active) && self.open() {
            for endpoint in endpoints.into_iter().filter(|endpoint| endpoint.active) {
                self.send_due(endpoint).await?;
            }
        }
        Ok(())
    }

    /// Whether messages can be sent at all.
    fn open(&mut self) -> bool {
        if self.key.is_some() && self.client.is_none() {
            match Client::open() {
                Ok(client) => self.client = Some(client),
                Err(error) if !self.said => tracing::error!(%error, "hooks.client"),
                Err(_) => {}
            }
        }
        if self.client.is_none() && !self.said {
            self.said = true;
            tracing::error!(
                "webhooks wait: they are signed with secrets that are sealed with a key which this \
                 server has not; set ONHAND_SECRET_KEY_FILE"
            );
        }
        self.client.is_some()
    }

    async fn send_due(&mut self, endpoint: Endpoint) -> Result<(), StoreError> {
        let (Some(key), Some(client)) = (&self.key, &self.client) else { return Ok(()) };
        let busy = self.at_once.entry(endpoint.id).or_default();
        let room = AT_ONCE_MAX.saturating_sub(*busy);
        if room == 0 {
            return Ok(());
        }
        let until = self.store.clock().now().plus(CLAIM_MICROS);
        let mine = self.store.claim_webhook_messages(endpoint.id, room as u64, until).await?;
        for message in mine {
            *busy += 1;
            let (store, key, client) = (self.store.clone(), key.clone(), client.clone());
            let endpoint = endpoint.clone();
            self.tries.spawn(async move {
                send(&store, &key, &client, &endpoint, &message).await;
                endpoint.id
            });
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<Uuid, tokio::task::JoinError>) {
        match ended {
            Ok(endpoint) => {
                let left = self.at_once.remove(&endpoint).unwrap_or_default().saturating_sub(1);
                if left > 0 {
                    self.at_once.insert(endpoint, left);
                }
            }
            Err(error) => {
                // Whose it was is not known; the others are counted anew as they end.
                tracing::error!(%error, "hooks.send ended early");
                self.at_once.clear();
            }
        }
    }

    async fn finish(&mut self) {
        while self.tries.join_next().await.is_some() {}
    }
}

/// One try, and what came of it.
async fn send(store: &Store, key: &Key, client: &Client, endpoint: &Endpoint, message: &Message) {
    let now = store.clock().now();
    let outcome = match key.open(endpoint.id, &endpoint.secret.0) {
        Ok(secret) => {
            let seconds = now.0.div_euclid(Micros::SECOND);
            let id = message.id.to_string();
            let signature = sign::sign(&secret, &id, seconds, &message.payload);
            client.post(&endpoint.url, &id, seconds, &signature, &message.payload).await
        }
        Err(error) => Outcome::failed(None, format!("the secret {error}")),
    };
    let sent = match outcome {
        Outcome::Delivered(http_status) => Sent::Delivered { http_status },
        Outcome::Gone(http_status) => Sent::Gone { http_status },
        Outcome::Failed { http_status, problem } => {
            let after = schedule::after(message.tries, rand::random());
            let again_at = after.map(|micros| store.clock().now().plus(micros));
            Sent::Failed { http_status, problem, again_at }
        }
    };
    match store.settle_webhook_message(message, sent).await {
        Ok(None) => {}
        Ok(Some(off)) => {
            let why = off.code();
            tracing::warn!(endpoint = %endpoint.id, why, "hooks.switched_off");
        }
        // It is claimed until it is tried again.
        Err(error) => tracing::warn!(error = %chain(&error), "hooks.settle failed"),
    }
}
