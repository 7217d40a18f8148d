//! Pushes of a call that the shop has refused as a whole: nothing of it was done.

use std::collections::BTreeMap;

use onhand_domain::{
    Micros,
    channel::{LaneStatus, PushStatus},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement,
    Value,
    sea_query::{Expr, ExprTrait as _, SimpleExpr},
};
use uuid::Uuid;

use super::{Bad, STALE_TRIES_MAX, Seen};
use crate::{
    Store, StoreError,
    channels::{draft::LaneKey, due::Call},
    entities::{channel_lanes, channel_pushes},
};

/// The pushes that a call carries.
pub(super) fn of(call: &Call) -> Condition {
    Condition::all()
        .add(channel_pushes::Column::CallId.eq(call.key))
        .add(channel_pushes::Column::Status.eq(PushStatus::Sending.code()))
}

/// Those of some lanes.
fn within(lanes: &[LaneKey]) -> SimpleExpr {
    let columns = [channel_pushes::Column::Item, channel_pushes::Column::Location];
    let keys = lanes.iter().map(|lane| (lane.item.as_str(), lane.location.as_str()));
    Expr::tuple(columns.map(Expr::col)).in_tuples(keys)
}

/// The rest waits again, and may go with others.
async fn wait_again(
    tx: &impl ConnectionTrait,
    call: &Call,
    apart: Option<(Uuid, &[LaneKey])>,
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    let mut update = channel_pushes::Entity::update_many()
        .col_expr(P::Status, Expr::value(PushStatus::Pending.code()))
        .col_expr(P::CallId, Expr::value(None::<Uuid>))
        .filter(of(call));
    if let Some((apart, lanes)) = apart {
        update = update.col_expr(P::Apart, Expr::value(Some(apart))).filter(within(lanes));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Corrections are given up rather than tried again or kept waiting: nothing was recorded that
/// would be lost, and the next look finds what is still wrong. One in the named lanes, or any.
async fn give_up_corrections(
    tx: &impl ConnectionTrait,
    call: &Call,
    lanes: Option<&[LaneKey]>,
    ((code, problem), now): ((&str, &str), Micros),
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    let mut update = channel_pushes::Entity::update_many()
        .col_expr(P::Status, Expr::value(PushStatus::Skipped.code()))
        .col_expr(P::SettledAt, Expr::value(Some(now.0)))
        .col_expr(P::ProblemCode, Expr::value(Some(code)))
        .col_expr(P::Problem, Expr::value(Some(problem)))
        .filter(of(call))
        .filter(P::Correction.eq(true));
    if let Some(lanes) = lanes {
        update = update.filter(within(lanes));
    }
    update.exec(tx).await?;
    Ok(())
}

/// Those of the named lanes wait for a person.
async fn reject(
    tx: &impl ConnectionTrait,
    call: &Call,
    lanes: Option<&[LaneKey]>,
    ((code, problem), now): ((&str, &str), Micros),
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    give_up_corrections(tx, call, lanes, ((code, problem), now)).await?;
    let mut update = channel_pushes::Entity::update_many()
        .col_expr(P::Status, Expr::value(PushStatus::Rejected.code()))
        .col_expr(P::ProblemCode, Expr::value(Some(code)))
        .col_expr(P::Problem, Expr::value(Some(problem)))
        .filter(of(call));
    if let Some(lanes) = lanes {
        update = update.filter(within(lanes));
    }
    update.exec(tx).await?;
    Ok(())
}

pub(super) async fn refuse(
    tx: &impl ConnectionTrait,
    call: &Call,
    bad: &Bad,
    why: (&str, &str),
    now: Micros,
) -> Result<(), StoreError> {
    match bad {
        Bad::All => return reject(tx, call, None, (why, now)).await,
        Bad::Lanes(lanes) if lanes.is_empty() => {}
        Bad::Lanes(lanes) => reject(tx, call, Some(lanes), (why, now)).await?,
    }
    wait_again(tx, call, None).await
}

/// The lanes of a call, in order.
async fn lanes_of(tx: &impl ConnectionTrait, call: &Call) -> Result<Vec<LaneKey>, StoreError> {
    use channel_pushes::Column as P;
    let rows: Vec<(String, String)> = channel_pushes::Entity::find()
        .select_only()
        .columns([P::Item, P::Location])
        .distinct()
        .filter(of(call))
        .into_tuple()
        .all(tx)
        .await?;
    let mut lanes: Vec<LaneKey> =
        rows.into_iter().map(|(item, location)| LaneKey { item, location }).collect();
    lanes.sort();
    Ok(lanes)
}

pub(super) async fn halve(
    store: &Store,
    tx: &impl ConnectionTrait,
    call: &Call,
    why: (&str, &str),
    now: Micros,
) -> Result<(), StoreError> {
    let lanes = lanes_of(tx, call).await?;
    if lanes.len() <= 1 {
        return reject(tx, call, None, (why, now)).await;
    }
    let (first, second) = lanes.split_at(lanes.len() / 2);
    for half in [first, second] {
        wait_again(tx, call, Some((store.ids().next(), half))).await?;
    }
    Ok(())
}

/// One statement for all lanes: what each is compared with next.
fn compared_with(seen: &[Seen], backend: sea_orm::DbBackend, key: Uuid) -> Statement {
    let mut values: Vec<Value> = vec![key.into()];
    let mut cases = String::new();
    let latest: BTreeMap<&LaneKey, i64> =
        seen.iter().map(|seen| (&seen.lane, seen.quantity)).collect();
    for (lane, quantity) in latest {
        let n = values.len();
        let (item, at, has) = (n + 1, n + 2, n + 3);
        let case = format!(" WHEN item = ${item} AND location = ${at} THEN CAST(${has} AS BIGINT)");
        cases.push_str(&case);
        values.extend([lane.item.as_str().into(), lane.location.as_str().into(), quantity.into()]);
    }
    let sql = format!(
        "UPDATE channel_pushes SET compare = CASE{cases} ELSE compare END \
         WHERE call_id = $1 AND status = 'sending' AND compare IS NOT NULL"
    );
    Statement::from_sql_and_values(backend, sql, values)
}

pub(super) async fn stale(
    tx: &impl ConnectionTrait,
    call: &Call,
    seen: &[Seen],
    (code, problem): (&str, &str),
    now: Micros,
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    let lanes: Vec<LaneKey> = seen.iter().map(|seen| seen.lane.clone()).collect();
    if !lanes.is_empty() {
        give_up_corrections(tx, call, Some(&lanes), ((code, problem), now)).await?;
        tx.execute_raw(compared_with(seen, tx.get_database_backend(), call.key)).await?;
        channel_pushes::Entity::update_many()
            .col_expr(P::Tries, Expr::col(P::Tries).add(1))
            .filter(of(call))
            .filter(within(&lanes))
            .exec(tx)
            .await?;
        channel_pushes::Entity::update_many()
            .col_expr(P::Status, Expr::value(PushStatus::Rejected.code()))
            .col_expr(P::ProblemCode, Expr::value(Some(code)))
            .col_expr(P::Problem, Expr::value(Some(problem)))
            .filter(of(call))
            .filter(P::Tries.gte(STALE_TRIES_MAX))
            .exec(tx)
            .await?;
    }
    wait_again(tx, call, None).await
}

pub(super) async fn freeze(
    tx: &impl ConnectionTrait,
    call: &Call,
    lanes: &[LaneKey],
    code: &str,
) -> Result<(), StoreError> {
    use channel_lanes::Column as L;
    if !lanes.is_empty() {
        let keys = lanes.iter().map(|lane| (lane.item.as_str(), lane.location.as_str()));
        channel_lanes::Entity::update_many()
            .col_expr(L::Status, Expr::value(LaneStatus::Frozen.code()))
            .col_expr(L::Reason, Expr::value(Some(code)))
            .filter(L::ChannelId.eq(call.channel.0))
            .filter(L::Status.eq(LaneStatus::Live.code()))
            .filter(Expr::tuple([L::Item, L::Location].map(Expr::col)).in_tuples(keys))
            .exec(tx)
            .await?;
    }
    wait_again(tx, call, None).await
}
