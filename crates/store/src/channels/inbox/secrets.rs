//! What a shop signs its messages with.

use onhand_domain::ChannelId;
use sea_orm::{ActiveModelTrait, Set};

use super::super::channel::{Channel, Sealed, channel_of, lock};
use crate::{
    Store,
    channels::ChannelError,
    entities::channels,
    unit::{By, Unit},
};

impl Store {
    /// Keeps what a shop signs its messages with, sealed, in place of what was kept before.
    ///
    /// # Errors
    /// [`crate::channels::ChannelRefusal::Unknown`].
    pub async fn keep_webhook_secrets(
        &self,
        by: &By,
        id: ChannelId,
        secrets: Sealed,
    ) -> Result<Channel, ChannelError> {
        let unit = Unit::begin(self, by).await?;
        lock(&unit.tx, id).await?;
        let row = channels::ActiveModel {
            id: Set(id.0),
            webhook_secrets: Set(Some(secrets.0)),
            ..Default::default()
        };
        let row = row.update(&unit.tx).await?;
        unit.commit_work(None, format!("channel {id}: webhook secret")).await?;
        Ok(channel_of(row)?)
    }
}
