//! How lanes stand before the shop is asked.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{ChannelId, Micros, channel::LaneStatus};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement, Value};

use super::super::{
    draft::LaneKey,
    rows::{IDS_MAX, word},
};
use crate::{Store, StoreError, entities::channels};

/// How lanes stood before the shop was asked for their levels. Only with it can be told what was
/// under way while it answered.
#[derive(Clone, Debug)]
pub struct Marks {
    pub(super) channel: ChannelId,
    /// Of the channel's settings.
    pub(super) version: i64,
    /// Before anything was looked at.
    pub(super) asked_at: Micros,
    pub(super) lanes: BTreeMap<LaneKey, Mark>,
}

/// How a lane stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) expected: i64,
    pub(super) ordinal: i64,
    pub(super) status: LaneStatus,
    /// Whether a push of it is not settled.
    pub(super) open: bool,
}

impl Marks {
    /// The lanes that were found and take part.
    pub fn lanes(&self) -> impl Iterator<Item = &LaneKey> {
        let live = self.lanes.iter().filter(|(_, mark)| mark.status != LaneStatus::Closed);
        live.map(|(lane, _)| lane)
    }

    /// Whether changes of a lane are under way, so that nothing could be said of it whatever the
    /// shop answers.
    pub fn is_under_way(&self, lane: &LaneKey) -> bool {
        self.lanes.get(lane).is_some_and(|mark| mark.open)
    }
}

#[derive(FromQueryResult)]
pub(super) struct Row {
    item: String,
    location: String,
    expected: i64,
    ordinal: i64,
    status: String,
    open: bool,
}

impl Row {
    pub(super) fn mark(self) -> Result<(LaneKey, Mark), StoreError> {
        let status = word("channel_lanes", LaneStatus::from_code, &self.status)?;
        let Self { item, location, expected, ordinal, open, .. } = self;
        Ok((LaneKey { item, location }, Mark { expected, ordinal, status, open }))
    }
}

/// One statement, so that number and pushes are of one moment: a push between two statements
/// could be counted and settled unseen. As a value of its own, like in `draft`.
const LANES: &str = "
    SELECT l.item, l.location, l.expected, l.ordinal, l.status,
        (SELECT 1 FROM channel_pushes p
            WHERE p.channel_id = l.channel_id AND p.item = l.item AND p.location = l.location
                AND p.settled_at IS NULL LIMIT 1) IS NOT NULL AS open
    FROM channel_lanes l WHERE l.channel_id = $1";

/// The lanes of some items.
pub(super) async fn lanes_of(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    items: &[&str],
) -> Result<BTreeMap<LaneKey, Mark>, StoreError> {
    let mut found = BTreeMap::new();
    for items in items.chunks(IDS_MAX) {
        let marks: Vec<String> = (2..items.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!("{LANES} AND l.item IN ({})", marks.join(", "));
        let mut values: Vec<Value> = vec![channel.0.into()];
        values.extend(items.iter().map(|item| Value::from(*item)));
        let ask = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        for row in Row::find_by_statement(ask).all(db).await? {
            let (lane, mark) = row.mark()?;
            found.insert(lane, mark);
        }
    }
    Ok(found)
}

impl Store {
    /// How these lanes stand, before the shop is asked for them.
    pub async fn mark_levels(
        &self,
        channel: ChannelId,
        lanes: &[LaneKey],
    ) -> Result<Marks, StoreError> {
        let items: BTreeSet<&str> = lanes.iter().map(|lane| lane.item.as_str()).collect();
        let items: Vec<&str> = items.into_iter().collect();
        let db = self.reader();
        let (version, asked_at) = self.begin_marks(channel).await?;
        let mut found = lanes_of(&db, channel, &items).await?;
        let wanted: BTreeSet<&LaneKey> = lanes.iter().collect();
        found.retain(|lane, _| wanted.contains(lane));
        Ok(Marks { channel, version, asked_at, lanes: found })
    }

    /// How all lanes stand, before the whole shop is read.
    pub async fn mark_all_levels(&self, channel: ChannelId) -> Result<Marks, StoreError> {
        let db = self.reader();
        let (version, asked_at) = self.begin_marks(channel).await?;
        let ask =
            Statement::from_sql_and_values(db.get_database_backend(), LANES, [channel.0.into()]);
        let rows = Row::find_by_statement(ask).all(&db).await?;
        let lanes = rows.into_iter().map(Row::mark).collect::<Result<_, _>>()?;
        Ok(Marks { channel, version, asked_at, lanes })
    }

    /// First of all: whatever changes while the lanes are read is seen to have changed.
    async fn begin_marks(&self, channel: ChannelId) -> Result<(i64, Micros), StoreError> {
        let asked_at = self.clock().now();
        let row = channels::Entity::find_by_id(channel.0).one(&self.reader()).await?;
        Ok((row.map_or(0, |row| row.version), asked_at))
    }

    /// Lanes at a location in the order of their items, from behind one on; those that take part.
    pub async fn lanes_at(
        &self,
        channel: ChannelId,
        location: &str,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<LaneKey>, StoreError> {
        use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

        use crate::entities::channel_lanes::{Column as L, Entity};
        let mut query = Entity::find()
            .select_only()
            .column(L::Item)
            .filter(L::ChannelId.eq(channel.0))
            .filter(L::Location.eq(location))
            .filter(L::Status.ne(LaneStatus::Closed.code()));
        if let Some(after) = after {
            query = query.filter(L::Item.gt(after));
        }
        let items: Vec<String> =
            query.order_by_asc(L::Item).limit(limit).into_tuple().all(&self.reader()).await?;
        let lane = |item| LaneKey { item, location: location.to_owned() };
        Ok(items.into_iter().map(lane).collect())
    }
}
