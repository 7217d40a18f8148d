//! Subscriptions, and what is on its way to them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::stock::Micros;
use super::{Refusal, World};
use crate::hex::hex;

/// Failed retries of one delivery after which its subscription is deleted.
const RETRIES_MAX: u32 = 8;
/// The first retry comes after this; each later one after three times as long: eight take four
/// hours.
const FIRST_RETRY_MICROS: Micros = 4_000_000;
const SUBSCRIPTIONS_MAX: usize = 1000;

#[derive(Clone, Debug)]
pub(crate) struct WebhookSubscription {
    pub(crate) id: u64,
    /// Its name in the GraphQL API, such as `ORDERS_CREATE`.
    pub(crate) topic: String,
    pub(crate) uri: String,
    pub(crate) format: String,
    pub(crate) include_fields: Vec<String>,
    pub(crate) filter: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
}

/// What a caller says of a subscription; what it leaves out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SubscriptionInput {
    pub(crate) uri: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) include_fields: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    pub(crate) name: Option<String>,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    pub(crate) subscription: u64,
    pub(crate) topic: String,
    pub(crate) uri: String,
    pub(crate) name: Option<String>,
    /// Stays through its retries.
    pub(crate) webhook_id: String,
    /// Shared by all subscriptions that one event hit.
    pub(crate) event_id: String,
    pub(crate) triggered_at: Micros,
    pub(crate) body: String,
    pub(crate) attempts: u32,
    /// When to try next.
    pub(crate) due: Micros,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WebhookAct {
    Create {
        topic: String,
        input: SubscriptionInput,
    },
    Update {
        id: u64,
        input: SubscriptionInput,
    },
    Delete {
        id: u64,
    },
    /// A delivery was answered with success, or given up on purpose.
    Delivered {
        id: u64,
    },
    Failed {
        id: u64,
    },
}

/// The topic as the header names it: `ORDERS_CREATE` is `orders/create`.
pub(crate) fn header_topic(topic: &str) -> String {
    let lower = topic.to_lowercase();
    // The words of an action that has more than one.
    for action in ["partially_fulfilled", "scopes_update", "ready_to_ship"] {
        if let Some(kind) = lower.strip_suffix(action) {
            return format!("{}/{action}", kind.trim_end_matches('_'));
        }
    }
    match lower.rsplit_once('_') {
        Some((kind, action)) => format!("{kind}/{action}"),
        None => lower,
    }
}

impl World {
    pub(super) fn webhook(&mut self, act: &WebhookAct) -> Result<u64, Refusal> {
        match act {
            WebhookAct::Create { topic, input } => self.subscribe(topic, input),
            WebhookAct::Update { id, input } => {
                let at = self.now;
                let Some(subscription) = self.subscriptions.get_mut(id) else {
                    return Err(Refusal::new(404, "Webhook subscription does not exist"));
                };
                update(subscription, input);
                subscription.updated_at = at;
                Ok(*id)
            }
            WebhookAct::Delete { id } => self.unsubscribe(*id),
            WebhookAct::Delivered { id } => {
                self.deliveries.remove(id);
                Ok(*id)
            }
            WebhookAct::Failed { id } => {
                self.fail_delivery(*id);
                Ok(*id)
            }
        }
    }

    fn subscribe(&mut self, topic: &str, input: &SubscriptionInput) -> Result<u64, Refusal> {
        let Some(uri) = &input.uri else { return Err(Refusal::new(422, "Address can't be blank")) };
        let same = |it: &&super::WebhookSubscription| it.topic == topic && it.uri == *uri;
        if self.subscriptions.values().any(|it| same(&it)) {
            return Err(Refusal::new(422, "Address for this topic has already been taken"));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            return Err(Refusal::new(422, "Too many webhook subscriptions"));
        }
        let id = self.other_id();
        let mut subscription = WebhookSubscription {
            id,
            topic: topic.to_owned(),
            uri: String::new(),
            format: "JSON".to_owned(),
            include_fields: Vec::new(),
            filter: None,
            name: None,
            created_at: self.now,
            updated_at: self.now,
        };
        update(&mut subscription, input);
        self.subscriptions.insert(id, subscription);
        Ok(id)
    }

    fn unsubscribe(&mut self, id: u64) -> Result<u64, Refusal> {
        match self.subscriptions.remove(&id) {
            Some(_) => {
                self.deliveries.retain(|_, delivery| delivery.subscription != id);
                Ok(id)
            }
            None => Err(Refusal::new(404, "Webhook subscription does not exist")),
        }
    }

    fn fail_delivery(&mut self, id: u64) {
        let now = self.now;
        let Some(delivery) = self.deliveries.get_mut(&id) else { return };
        if delivery.attempts >= RETRIES_MAX {
            let subscription = delivery.subscription;
            // Whoever doesn't answer for four hours is told nothing any more.
            self.subscriptions.remove(&subscription);
            self.deliveries.retain(|_, delivery| delivery.subscription != subscription);
            return;
        }
        delivery.due = now + FIRST_RETRY_MICROS * 3_i64.pow(delivery.attempts);
        delivery.attempts += 1;
    }

    /// Puts an event on its way to everybody who subscribed to it.
    pub(super) fn announce(&mut self, topic: &str, payload: &Value) {
        self.events += 1;
        let event = self.events;
        let event_id = self.uuid("event", event);
        let subscribed = self.subscriptions.values().filter(|it| it.topic == topic);
        let mut made = Vec::new();
        for (nth, subscription) in subscribed.enumerate() {
            // An event has far fewer subscriptions than this.
            let id = event * 10_000 + nth as u64;
            made.push(Delivery {
                id,
                subscription: subscription.id,
                topic: topic.to_owned(),
                uri: subscription.uri.clone(),
                name: subscription.name.clone(),
                webhook_id: self.uuid("webhook", id),
                event_id: event_id.clone(),
                triggered_at: self.now,
                body: chosen(payload, &subscription.include_fields).to_string(),
                attempts: 0,
                due: self.now,
            });
        }
        self.deliveries.extend(made.into_iter().map(|delivery| (delivery.id, delivery)));
    }

    /// A UUID that follows from the seed, so that a replay names things as before.
    fn uuid(&self, what: &str, number: u64) -> String {
        let text = format!("{}:{what}:{number}", self.seed);
        let hex = &hex(&Sha256::digest(text.as_bytes()))[..32];
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

/// The fields that a subscription asked for, or all.
fn chosen(payload: &Value, fields: &[String]) -> Value {
    let Value::Object(all) = payload else { return payload.clone() };
    if fields.is_empty() {
        return payload.clone();
    }
    all.iter()
        .filter(|(name, _)| fields.contains(name))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

fn update(subscription: &mut WebhookSubscription, input: &SubscriptionInput) {
    if let Some(uri) = &input.uri {
        subscription.uri.clone_from(uri);
    }
    if let Some(format) = &input.format {
        subscription.format.clone_from(format);
    }
    if let Some(fields) = &input.include_fields {
        subscription.include_fields.clone_from(fields);
    }
    if input.filter.is_some() {
        subscription.filter.clone_from(&input.filter);
    }
    if input.name.is_some() {
        subscription.name.clone_from(&input.name);
    }
}
