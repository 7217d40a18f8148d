//! Sees to it that the shop tells us what it does. A shop that couldn't reach us for hours gives
//! its subscriptions up without a word.

use std::time::Duration;

use onhand_domain::Micros;

use super::{ReceiveError, Receiver, Stopped};
use crate::read::{ReadError, Subscription};

/// How often it is looked after.
pub const WATCH_EVERY: Duration = Duration::from_hours(1);
pub(super) const WATCH_EVERY_MICROS: i64 = 60 * 60 * Micros::SECOND;

/// What the shop is to tell, with the fields of each message that we read: names and addresses of
/// customers are not even sent. An empty list: all, where nothing personal is in it or the shop
/// knows no such fields.
pub const TOPICS: &[(&str, &[&str])] = &[
    ("ORDERS_CREATE", &OWN),
    ("ORDERS_UPDATED", &OWN),
    ("ORDERS_CANCELLED", &OWN),
    ("ORDERS_EDITED", &[]),
    ("FULFILLMENTS_CREATE", &OF_ORDER),
    ("FULFILLMENTS_UPDATE", &OF_ORDER),
    ("FULFILLMENT_ORDERS_MOVED", &[]),
    ("REFUNDS_CREATE", &OF_ORDER),
    (RETURNED, &[]),
    ("INVENTORY_LEVELS_UPDATE", &[]),
    ("INVENTORY_LEVELS_CONNECT", &[]),
    ("INVENTORY_LEVELS_DISCONNECT", &[]),
    ("INVENTORY_ITEMS_CREATE", &OWN),
    ("INVENTORY_ITEMS_UPDATE", &OWN),
    ("INVENTORY_ITEMS_DELETE", &[]),
    ("PRODUCTS_UPDATE", &OWN),
    ("LOCATIONS_CREATE", &OWN),
    ("LOCATIONS_UPDATE", &OWN),
    ("LOCATIONS_ACTIVATE", &OWN),
    ("LOCATIONS_DEACTIVATE", &OWN),
    ("LOCATIONS_DELETE", &[]),
    ("APP_UNINSTALLED", &[]),
    ("APP_SCOPES_UPDATE", &[]),
];
/// The one that takes [`RETURNS_SCOPE`](crate::read::RETURNS_SCOPE): without it a shop is followed,
/// too.
const RETURNED: &str = "REVERSE_FULFILLMENT_ORDERS_DISPOSE";
const OWN: [&str; 3] = ["id", "admin_graphql_api_id", "updated_at"];
const OF_ORDER: [&str; 3] = ["id", "order_id", "updated_at"];

/// Where the shops' messages come in, below our own address.
const PATH: &str = "/webhooks/shopify/";

impl Receiver {
    /// Makes the subscriptions that are missing, and ends those that lead to where we were before.
    /// What can't be done is logged: the orders are asked for anyway.
    pub(super) async fn watch(&self) -> Option<Stopped> {
        let channel = self.channel.id;
        let Some(base) = &self.public_url else {
            tracing::warn!(%channel, "receiver.no_public_url: the shop is asked twice a minute");
            return None;
        };
        match self.subscribe(base).await {
            Ok(()) => None,
            Err(ReceiveError::Read(ReadError::Stopped { reason, problem })) => {
                Some(Stopped { reason, problem })
            }
            Err(error) => {
                tracing::warn!(%channel, %error, "receiver.not_subscribed");
                None
            }
        }
    }

    async fn subscribe(&self, base: &str) -> Result<(), ReceiveError> {
        let ours = format!("{PATH}{}", self.channel.id);
        let uri = format!("{}{ours}", base.trim_end_matches('/'));
        let there = self.shop.subscriptions().await?;
        let is_here = |one: &Subscription, topic: &str| one.topic == topic && one.uri == uri;
        let may_see_returns = self.following().may_see_returns().await?;
        for (topic, fields) in TOPICS {
            let is_allowed = *topic != RETURNED || may_see_returns;
            if there.iter().any(|one| is_here(one, topic)) || !is_allowed {
                continue;
            }
            match self.shop.subscribe(topic, &uri, fields).await {
                Ok(_) => tracing::info!(channel = %self.channel.id, topic, "receiver.subscribed"),
                // A scope that is missing, or another node that was faster: the others may go.
                Err(ReadError::Refused { problem, .. }) => {
                    let channel = self.channel.id;
                    tracing::warn!(%channel, topic, problem, "receiver.not_subscribed");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let moved = there.iter().filter(|one| one.uri.ends_with(&ours) && one.uri != uri);
        for old in moved {
            self.shop.unsubscribe(&old.id).await?;
        }
        Ok(())
    }
}
