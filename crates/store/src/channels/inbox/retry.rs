//! A person has a message looked at once more.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::{Delivery, DeliveryStatus, delivery_of};
use crate::{
    Store,
    channels::{ChannelError, ChannelRefusal},
    entities::channel_deliveries::{ActiveModel, Column, Entity},
    unit::{By, Unit},
};

impl Store {
    /// Has a message looked at again at once, as if it had just come in: what was in its way is
    /// mended, or so somebody thinks. What the shop tells by then is followed; what was followed
    /// already is not followed twice.
    ///
    /// # Errors
    /// [`ChannelRefusal::Unknown`] where the channel has no such message: those that are over are
    /// forgotten after some days.
    pub async fn retry_delivery(
        &self,
        by: &By,
        channel: ChannelId,
        id: Uuid,
    ) -> Result<Delivery, ChannelError> {
        let unit = Unit::begin(self, by).await?;
        let row = Entity::find_by_id(id)
            .filter(Column::ChannelId.eq(channel.0))
            .lock_exclusive()
            .one(&unit.tx)
            .await?
            .ok_or(ChannelRefusal::Unknown("delivery"))?;
        let subject = format!("{} {} of channel {channel}", row.topic, row.subject);
        let Micros(now) = unit.now;
        let row = ActiveModel {
            id: Set(id),
            status: Set(DeliveryStatus::Waiting.code().to_owned()),
            // All its tries are ahead of it again.
            tries: Set(0),
            next_at: Set(now),
            problem: Set(None),
            ..Default::default()
        }
        .update(&unit.tx)
        .await?;
        unit.commit_work(None, subject).await?;
        self.delivered().notify_waiters();
        Ok(delivery_of(row)?)
    }
}
