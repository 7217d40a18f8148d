//! What the shop tells us by itself.

use serde::{Deserialize, Serialize};

use super::{Id, Page, PlainError, ReadError, accepted};
use crate::client::Shop;
use crate::documents;

/// What a payload must have at least, lest the shop takes two changes for one.
const INCLUDED_ALWAYS: &str = "updated_at";

/// A subscription of ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Subscription {
    /// Its global id.
    pub id: String,
    /// Its topic, as the schema writes it: `INVENTORY_LEVELS_UPDATE`.
    pub topic: String,
    /// Where it is sent to.
    pub uri: String,
    /// The name that we gave it.
    pub name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscriptions {
    webhook_subscriptions: Page<Subscription>,
}

#[derive(Serialize)]
struct Creation<'a> {
    topic: &'a str,
    input: Input<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    uri: &'a str,
    format: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    include_fields: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creations {
    webhook_subscription_create: Created,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    webhook_subscription: Option<Id>,
    user_errors: Vec<PlainError>,
}

#[derive(Serialize)]
struct Deletion<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deletions {
    webhook_subscription_delete: Deleted,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    user_errors: Vec<PlainError>,
}

impl Shop {
    /// All subscriptions of this app.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ReadError> {
        self.read_all(documents::WEBHOOKS, |found: Subscriptions| found.webhook_subscriptions).await
    }

    /// Subscribes an address to a topic, and gives the subscription's id. `fields` limits what is
    /// sent; none: everything.
    ///
    /// It has no idempotency key: tried again after an answer was lost, it may be there twice,
    /// which the shop refuses as taken or the list shows.
    pub async fn subscribe(
        &self,
        topic: &str,
        uri: &str,
        fields: &[&str],
    ) -> Result<String, ReadError> {
        let mut include_fields = fields.to_vec();
        if !fields.is_empty() && !fields.contains(&INCLUDED_ALWAYS) {
            include_fields.push(INCLUDED_ALWAYS);
        }
        let input = Input { uri, format: "JSON", include_fields };
        let creations: Creations =
            self.read(documents::WEBHOOK_CREATE, 1, &Creation { topic, input }).await?;
        let created = creations.webhook_subscription_create;
        accepted(&created.user_errors)?;
        let made = created.webhook_subscription.map(|made| made.id);
        made.ok_or_else(|| ReadError::Strange("no subscription and no error".to_owned()))
    }

    /// Ends a subscription.
    pub async fn unsubscribe(&self, id: &str) -> Result<(), ReadError> {
        let deletions: Deletions =
            self.read(documents::WEBHOOK_DELETE, 1, &Deletion { id }).await?;
        accepted(&deletions.webhook_subscription_delete.user_errors)
    }
}
