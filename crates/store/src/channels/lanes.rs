//! Lanes that take no part any more.
//!
//! What waits in them is skipped: the shop's quantity is read anew, and compared, before such a
//! lane takes part again ([`crate::Store::go_live`], [`crate::Store::add_lanes`]).

use onhand_domain::{
    ChannelId, Micros,
    channel::{LaneStatus, PushStatus},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::rows::lock_cursors;
use crate::{
    StoreError,
    entities::{channel_cursors, channel_items, channel_lanes, channel_pushes},
};

/// What waits for the shop or for a person, and may be given up; what was sent may not.
pub(super) const WAITING: [PushStatus; 3] =
    [PushStatus::Pending, PushStatus::Held, PushStatus::Rejected];

/// Closes every lane of a channel and forgets how far the ledger was read for it.
pub(super) async fn close_all(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    why: &str,
    now: Micros,
) -> Result<(), StoreError> {
    lock_cursors(tx, channel.0).await?;
    close(tx, channel, None, why, now).await?;
    channel_cursors::Entity::delete_many()
        .filter(channel_cursors::Column::ChannelId.eq(channel.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Closes the lanes of some items; of all where none are named. The channel's cursors must be
/// locked.
pub(super) async fn close(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: Option<&[String]>,
    why: &str,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_items::Column as I;
    use channel_lanes::Column as L;
    if items.is_some_and(<[String]>::is_empty) {
        return Ok(());
    }
    let mut lanes = channel_lanes::Entity::update_many()
        .col_expr(L::Status, Expr::value(LaneStatus::Closed.code()))
        .col_expr(L::Reason, Expr::value(Some(why)))
        .filter(L::ChannelId.eq(channel.0));
    let mut live = channel_items::Entity::update_many()
        .col_expr(I::Live, Expr::value(false))
        .filter(I::ChannelId.eq(channel.0));
    if let Some(items) = items {
        lanes = lanes.filter(L::Item.is_in(items));
        live = live.filter(I::Item.is_in(items));
    }
    lanes.exec(tx).await?;
    live.exec(tx).await?;
    skip_waiting(tx, channel, items, why, now).await
}

/// Gives up what waits in the lanes of some items; of all where none are named.
pub(super) async fn skip_waiting(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: Option<&[String]>,
    why: &str,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    let mut skip = channel_pushes::Entity::update_many()
        .col_expr(P::Status, Expr::value(PushStatus::Skipped.code()))
        .col_expr(P::SettledAt, Expr::value(Some(now.0)))
        .col_expr(P::ProblemCode, Expr::value(Some(why)))
        .filter(P::ChannelId.eq(channel.0))
        .filter(P::SettledAt.is_null())
        .filter(P::Status.is_in(WAITING.map(PushStatus::code)));
    if let Some(items) = items {
        skip = skip.filter(P::Item.is_in(items));
    }
    skip.exec(tx).await?;
    Ok(())
}
