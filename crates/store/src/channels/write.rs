//! Writes pushes, lanes and cursors: a statement for as many rows as one takes.

use onhand_domain::{
    ChannelId, FacilityId, Micros, MovementId, SkuId,
    channel::{Change, LaneStatus, PushStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::rows::rows_max;
use crate::{
    StoreError,
    entities::{channel_cursors, channel_lanes, channel_pushes, channels},
};

/// Columns of a push.
const PUSH_COLUMNS: usize = 28;
/// Columns of a lane.
const LANE_COLUMNS: usize = 8;

/// A lane, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) item: String,
    pub(super) location: String,
    pub(super) sku: SkuId,
    pub(super) expected: i64,
    pub(super) ordinal: i64,
    pub(super) status: LaneStatus,
    pub(super) reason: Option<String>,
}

/// Where a push comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) facility: Option<FacilityId>,
    pub(super) seq: Option<i64>,
    pub(super) movement: Option<MovementId>,
}

/// A push of a lane, which counts it.
pub(super) fn push(
    (channel, id): (ChannelId, Uuid),
    lane: &mut Lane,
    change: &Change,
    compare: Option<i64>,
    cause: Cause,
    (at, status): (Micros, PushStatus),
) -> channel_pushes::ActiveModel {
    lane.ordinal = lane.ordinal.saturating_add(1);
    channel_pushes::ActiveModel {
        id: Set(id),
        channel_id: Set(channel.0),
        item: Set(lane.item.clone()),
        location: Set(lane.location.clone()),
        sku_id: Set(lane.sku.0),
        ordinal: Set(lane.ordinal),
        facility_id: Set(cause.facility.map(|facility| facility.0)),
        seq: Set(cause.seq),
        movement_id: Set(cause.movement.map(|movement| movement.0)),
        kind: Set(change.kind.code().to_owned()),
        name: Set(change.name.code().to_owned()),
        to_name: Set(change.to.map(|to| to.code().to_owned())),
        delta: Set(change.delta),
        compare: Set(compare),
        reason: Set(change.reason.code().to_owned()),
        urgency: Set(change.urgency.rank()),
        status: Set(status.code().to_owned()),
        call_id: Set(None),
        apart: Set(None),
        tries: Set(0),
        problem_code: Set(None),
        problem: Set(None),
        recorded_at: Set(at.0),
        sent_at: Set(None),
        settled_at: Set(None),
        adjustment: Set(None),
        correction: Set(false),
    }
}

pub(super) async fn insert_pushes(
    tx: &impl ConnectionTrait,
    pushes: Vec<channel_pushes::ActiveModel>,
) -> Result<(), StoreError> {
    for chunk in pushes.chunks(rows_max(PUSH_COLUMNS)) {
        channel_pushes::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Makes the lanes, or sets those that are there.
pub(super) async fn upsert_lanes(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    lanes: impl IntoIterator<Item = Lane>,
) -> Result<(), StoreError> {
    use channel_lanes::Column as C;
    let row = |lane: Lane| channel_lanes::ActiveModel {
        channel_id: Set(channel.0),
        item: Set(lane.item),
        location: Set(lane.location),
        sku_id: Set(lane.sku.0),
        expected: Set(lane.expected),
        ordinal: Set(lane.ordinal),
        status: Set(lane.status.code().to_owned()),
        reason: Set(lane.reason),
    };
    let again = OnConflict::columns([C::ChannelId, C::Item, C::Location])
        .update_columns([C::SkuId, C::Expected, C::Ordinal, C::Status, C::Reason])
        .to_owned();
    let rows: Vec<_> = lanes.into_iter().map(row).collect();
    for chunk in rows.chunks(rows_max(LANE_COLUMNS)) {
        channel_lanes::Entity::insert_many(chunk.to_vec())
            .on_conflict(again.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Sets how far each facility was read.
pub(super) async fn upsert_cursors(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    reached: impl IntoIterator<Item = (FacilityId, i64)>,
) -> Result<(), StoreError> {
    use channel_cursors::Column as C;
    let row = |(facility, seq): (FacilityId, i64)| channel_cursors::ActiveModel {
        channel_id: Set(channel.0),
        facility_id: Set(facility.0),
        seq: Set(seq),
    };
    let rows: Vec<_> = reached.into_iter().map(row).collect();
    let again =
        OnConflict::columns([C::ChannelId, C::FacilityId]).update_columns([C::Seq]).to_owned();
    for chunk in rows.chunks(rows_max(3)) {
        channel_cursors::Entity::insert_many(chunk.to_vec())
            .on_conflict(again.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Something waits from now on.
pub(super) async fn not_in_step(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
) -> Result<(), StoreError> {
    use channels::Column as C;
    channels::Entity::update_many()
        .col_expr(C::InStepSince, Expr::value(None::<i64>))
        .filter(C::Id.eq(channel.0))
        .filter(C::InStepSince.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}
