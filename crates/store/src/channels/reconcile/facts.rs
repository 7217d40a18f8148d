//! What a judgement rests on, read in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, FacilityId, Micros, SkuId,
    channel::{Facts, LaneStatus, worthless_from},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement, Value,
};
use uuid::Uuid;

use super::{
    SeenLevel,
    mark::{self, Mark, Marks},
};
use crate::{
    StoreError,
    channels::{
        channel::{Channel, channel_of},
        draft::LaneKey,
        ground::Ground,
    },
    entities::{channel_items, channels},
};

/// Most SKUs behind the cursors that are told apart; with more of them every lane is in flight.
const BEHIND_MAX: i64 = 50_000;

/// SKUs of which movements lie behind the cursors.
const BEHIND: &str = "
    SELECT DISTINCT m.facility_id, m.sku_id FROM channel_cursors k
    JOIN ledger_heads h ON h.facility_id = k.facility_id AND h.seq > k.seq
    JOIN movements m ON m.facility_id = k.facility_id AND m.seq > k.seq
    WHERE k.channel_id = $1 LIMIT $2";

/// Whether an order with a SKU at a facility changed at the shop since then.
const ORDER_SINCE: &str = "
    SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.facility_id = $1 AND l.sku_id = $2 AND o.followed >= $3 AND o.channel = $4 LIMIT 1";

/// When our last change of a level was settled.
const TOUCHED: &str = "
    SELECT MAX(settled_at) AS at FROM channel_pushes
    WHERE sku_id = $1 AND channel_id = $2 AND item = $3 AND location = $4
        AND status = 'confirmed'";

/// How a channel and some of its lanes stand.
pub(super) struct State {
    pub(super) channel: Channel,
    pub(super) ground: Ground,
    pub(super) lanes: BTreeMap<LaneKey, Mark>,
    /// The items that take part.
    pub(super) items: BTreeMap<String, SkuId>,
    behind: Behind,
}

enum Behind {
    These(BTreeSet<(FacilityId, SkuId)>),
    Much,
}

impl State {
    /// As it is now; none where there is no such channel. Up to when the orders are followed is
    /// read first, and the ledger after it: what was followed by then is in the ledger.
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        channel: ChannelId,
        keys: impl Iterator<Item = &LaneKey>,
    ) -> Result<Option<Self>, StoreError> {
        let row = channels::Entity::find_by_id(channel.0).one(db).await?;
        let Some(channel) = row.map(channel_of).transpose()? else { return Ok(None) };
        let named: BTreeSet<&str> = keys.map(|lane| lane.item.as_str()).collect();
        let named: Vec<&str> = named.into_iter().collect();
        let ground = Ground::load(db, channel.id, channel.threshold).await?;
        let behind = behind(db, channel.id).await?;
        let lanes = mark::lanes_of(db, channel.id, &named).await?;
        let items: Vec<(String, Option<Uuid>)> = channel_items::Entity::find()
            .select_only()
            .columns([channel_items::Column::Item, channel_items::Column::SkuId])
            .filter(channel_items::Column::ChannelId.eq(channel.id.0))
            .filter(channel_items::Column::Item.is_in(named))
            .filter(channel_items::Column::Live.eq(true))
            .into_tuple()
            .all(db)
            .await?;
        let items = items.into_iter().filter_map(|(item, sku)| Some((item, SkuId(sku?)))).collect();
        Ok(Some(Self { channel, ground, lanes, items, behind }))
    }

    /// What an item is, where its level takes part.
    pub(super) fn sku(&self, key: &LaneKey) -> Option<SkuId> {
        let closed = self.lanes.get(key).is_some_and(|lane| lane.status == LaneStatus::Closed);
        let mapped = self.ground.0.contains_key(&key.location);
        self.items.get(&key.item).copied().filter(|_| mapped && !closed)
    }

    /// What the shop should have. Of an item that takes part every level was taken in: where there
    /// is no lane it should have none.
    pub(super) fn should(&self, key: &LaneKey) -> (i64, i64) {
        self.lanes.get(key).map_or((0, 0), |lane| (lane.expected, lane.ordinal))
    }

    pub(super) fn facilities(&self, location: &str) -> impl Iterator<Item = FacilityId> {
        let behind = self.ground.0.get(location);
        behind.into_iter().flat_map(|one| one.facilities.iter().map(|(facility, _)| *facility))
    }

    /// The facts about a level, as if it were read for the first time.
    pub(super) fn facts(&self, marks: &Marks, seen: &SeenLevel, read_at: Micros) -> Facts {
        let sku = self.sku(&seen.lane);
        let (now, before) = (self.lanes.get(&seen.lane), marks.lanes.get(&seen.lane));
        let unsettled = now.is_some_and(|lane| lane.open) || before.is_some_and(|lane| lane.open);
        let changed = now != before || self.channel.version != marks.version;
        Facts {
            ours: sku.is_some(),
            tracked: seen.tracked,
            has: seen.has,
            should: self.should(&seen.lane).0,
            disturbed: unsettled || changed || self.is_behind(&seen.lane.location, sku),
            since: read_at,
            orders_until: self.channel.orders_until,
            order_since: false,
            touched_at: None,
        }
    }

    fn is_behind(&self, location: &str, sku: Option<SkuId>) -> bool {
        let Some(sku) = sku else { return false };
        match &self.behind {
            Behind::Much => true,
            Behind::These(these) => {
                self.facilities(location).any(|facility| these.contains(&(facility, sku)))
            }
        }
    }
}

#[derive(FromQueryResult)]
struct Moved {
    facility_id: Uuid,
    sku_id: Uuid,
}

async fn behind(db: &impl ConnectionTrait, channel: ChannelId) -> Result<Behind, StoreError> {
    let values = [channel.0.into(), BEHIND_MAX.into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), BEHIND, values);
    let rows = Moved::find_by_statement(ask).all(db).await?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) >= BEHIND_MAX {
        return Ok(Behind::Much);
    }
    let pair = |row: Moved| (FacilityId(row.facility_id), SkuId(row.sku_id));
    Ok(Behind::These(rows.into_iter().map(pair).collect()))
}

/// Whether an order with the SKU changed at the shop after a reading that was asked for then.
pub(super) async fn order_since(
    db: &impl ConnectionTrait,
    state: &State,
    (sku, location): (SkuId, &str),
    asked_at: Micros,
) -> Result<bool, StoreError> {
    for facility in state.facilities(location) {
        let since = worthless_from(asked_at);
        let channel = state.channel.id.to_string();
        let values: [Value; 4] = [facility.0.into(), sku.0.into(), since.0.into(), channel.into()];
        let ask = Statement::from_sql_and_values(db.get_database_backend(), ORDER_SINCE, values);
        if db.query_one_raw(ask).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When our last change of a level was settled; none if there never was one.
pub(super) async fn touched_at(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    sku: SkuId,
    key: &LaneKey,
) -> Result<Option<Micros>, StoreError> {
    let values: [Value; 4] =
        [sku.0.into(), channel.0.into(), key.item.as_str().into(), key.location.as_str().into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), TOUCHED, values);
    let Some(row) = db.query_one_raw(ask).await? else { return Ok(None) };
    let at: Option<i64> = row.try_get("", "at")?;
    Ok(at.map(Micros))
}
