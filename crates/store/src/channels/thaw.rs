//! Frozen lanes take part again.

use onhand_domain::{ChannelId, channel::LaneStatus};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::rows;
use crate::{Store, StoreError, entities::channel_lanes};

impl Store {
    /// Lets what waits in frozen lanes go: those of a location, or all; how many lanes.
    pub async fn thaw_lanes(
        &self,
        channel: ChannelId,
        location: Option<&str>,
    ) -> Result<u64, StoreError> {
        use channel_lanes::Column as L;
        let tx = rows::begin(self).await?;
        rows::lock_cursors(&tx, channel.0).await?;
        let mut update = channel_lanes::Entity::update_many()
            .col_expr(L::Status, Expr::value(LaneStatus::Live.code()))
            .col_expr(L::Reason, Expr::value(None::<String>))
            .filter(L::ChannelId.eq(channel.0))
            .filter(L::Status.eq(LaneStatus::Frozen.code()));
        if let Some(location) = location {
            update = update.filter(L::Location.eq(location));
        }
        let thawed = update.exec(&tx).await?.rows_affected;
        tx.commit().await?;
        Ok(thawed)
    }
}
