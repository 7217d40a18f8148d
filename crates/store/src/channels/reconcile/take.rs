//! A push that sets a level right, by compare-and-set on what was read.

use onhand_domain::{
    Micros, SkuId,
    channel::{CallKind, Change, LaneStatus, PushStatus, QuantityName, ShopReason, Urgency},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, sea_query::Expr};
use uuid::Uuid;

use super::facts::State;
use crate::{
    Store, StoreError,
    channels::{
        draft::LaneKey,
        write::{self, Cause, Lane},
    },
    entities::{channel_differences, channel_lanes},
};

/// Adds the push to its lane. What the lane expects stays: it is what the shop is set to. The
/// channel's cursors must be locked, and nothing of the lane be unsettled.
pub(super) async fn correct(
    store: &Store,
    (tx, state): (&impl ConnectionTrait, &State),
    row: &channel_differences::Model,
    now: Micros,
) -> Result<Uuid, StoreError> {
    let key = LaneKey { item: row.item.clone(), location: row.location.clone() };
    let mut lane = Lane {
        item: key.item.clone(),
        location: key.location.clone(),
        sku: SkuId(row.sku_id),
        expected: row.should,
        ordinal: row.ordinal,
        status: state.lanes.get(&key).map_or(LaneStatus::Live, |lane| lane.status),
        reason: None,
    };
    let has = row.has.unwrap_or_default();
    let delta = row.should.saturating_sub(has);
    let change = Change {
        kind: CallKind::Set,
        name: QuantityName::Available,
        to: None,
        delta,
        reason: ShopReason::Correction,
        urgency: Urgency::of(delta, row.should),
    };
    let mut facilities = state.facilities(&key.location);
    let facility = facilities.next().filter(|_| facilities.next().is_none());
    let cause = Cause { facility, ..Cause::default() };
    let id = store.ids().next();
    let named = (state.channel.id, id);
    let at = (now, PushStatus::Pending);
    let mut push = write::push(named, &mut lane, &change, Some(has), cause, at);
    push.correction = Set(true);
    count(tx, state, lane).await?;
    write::insert_pushes(tx, vec![push]).await?;
    Ok(id)
}

/// The lane has a push more. One that is there is left as it is otherwise: a call may be freezing
/// it right now.
async fn count(tx: &impl ConnectionTrait, state: &State, lane: Lane) -> Result<(), StoreError> {
    use channel_lanes::Column as L;
    let key = LaneKey { item: lane.item.clone(), location: lane.location.clone() };
    if !state.lanes.contains_key(&key) {
        return write::upsert_lanes(tx, state.channel.id, [lane]).await;
    }
    channel_lanes::Entity::update_many()
        .col_expr(L::Ordinal, Expr::value(lane.ordinal))
        .filter(L::ChannelId.eq(state.channel.id.0))
        .filter(L::Item.eq(lane.item))
        .filter(L::Location.eq(lane.location))
        .exec(tx)
        .await?;
    Ok(())
}
