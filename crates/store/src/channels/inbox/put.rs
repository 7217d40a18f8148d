//! Takes messages in.

use std::sync::Arc;

use onhand_domain::{ChannelId, Micros};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};
use tokio::sync::Notify;

use super::{DELIVERIES_MAX, DeliveryStatus, NewDelivery};
use crate::{Store, StoreError, entities::channel_deliveries};

impl Store {
    /// Takes messages in, at most [`DELIVERIES_MAX`]; how many are new. One that was delivered
    /// before, or is about an event that was told before under the same topic, is none.
    pub async fn put_deliveries(
        &self,
        channel: ChannelId,
        new: &[NewDelivery],
    ) -> Result<u64, StoreError> {
        if new.is_empty() {
            return Ok(0);
        }
        let now = self.clock().now();
        let row = |one: &NewDelivery| channel_deliveries::ActiveModel {
            id: Set(self.ids().next()),
            channel_id: Set(channel.0),
            delivery: Set(one.delivery.clone()),
            event: Set(one.event.clone()),
            topic: Set(one.topic.clone()),
            kind: Set(one.kind.code().to_owned()),
            subject: Set(one.subject.clone()),
            location: Set(one.location.clone()),
            triggered_at: Set(one.triggered_at.map(|Micros(at)| at)),
            received_at: Set(now.0),
            status: Set(DeliveryStatus::Waiting.code().to_owned()),
            tries: Set(0),
            next_at: Set(now.0),
            problem: Set(None),
        };
        let rows = new.iter().take(DELIVERIES_MAX).map(row);
        let taken = channel_deliveries::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.writer())
            .await?;
        if taken > 0 {
            self.delivered().notify_waiters();
        }
        Ok(taken)
    }

    /// Wakes whenever this process has taken in a message of a shop. Another node's messages are
    /// found by looking.
    pub fn delivered(&self) -> Arc<Notify> {
        Arc::clone(&self.0.delivered)
    }
}
