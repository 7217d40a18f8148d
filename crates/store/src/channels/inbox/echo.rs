//! Messages that say nothing new.

use onhand_domain::{
    ChannelId,
    channel::{CallKind, LaneStatus, QuantityName, Unsettled, is_echo},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::super::{draft::LaneKey, rows::word};
use crate::{
    Store, StoreError,
    entities::{channel_lanes, channel_pushes},
};

/// Unsettled changes of one lane that are looked at, the newest. What the shop had before these is
/// taken for news, and read again.
const UNSETTLED_MAX: u64 = 1_000;

impl Store {
    /// Whether it is no news that the shop has so many units of a level: we told it, or the level
    /// takes no part. Writes nothing.
    pub async fn is_echo(
        &self,
        channel: ChannelId,
        lane: &LaneKey,
        available: i64,
    ) -> Result<bool, StoreError> {
        let db = self.reader();
        let key = (channel.0, lane.item.clone(), lane.location.clone());
        let Some(row) = channel_lanes::Entity::find_by_id(key).one(&db).await? else {
            return Ok(true);
        };
        let status = word("channel_lanes", LaneStatus::from_code, &row.status)?;
        if status == LaneStatus::Closed || row.expected == available {
            return Ok(true);
        }
        let unsettled = self.unsettled(channel, lane).await?;
        Ok(is_echo(row.expected, &unsettled, available))
    }

    /// The newest first.
    async fn unsettled(
        &self,
        channel: ChannelId,
        lane: &LaneKey,
    ) -> Result<Vec<Unsettled>, StoreError> {
        use channel_pushes::Column as C;
        let table = "channel_pushes";
        let rows: Vec<(String, String, Option<String>, i64)> = channel_pushes::Entity::find()
            .select_only()
            .columns([C::Kind, C::Name, C::ToName, C::Delta])
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Item.eq(&lane.item))
            .filter(C::Location.eq(&lane.location))
            .filter(C::SettledAt.is_null())
            .order_by_desc(C::Ordinal)
            .limit(UNSETTLED_MAX)
            .into_tuple()
            .all(&self.reader())
            .await?;
        let name = |text: &str| word(table, QuantityName::from_code, text);
        let read = |(kind, from, to, delta): (String, String, Option<String>, i64)| {
            Ok(Unsettled {
                kind: word(table, CallKind::from_code, &kind)?,
                name: name(&from)?,
                to: to.as_deref().map(name).transpose()?,
                delta,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
