//! Codes that name no SKU, or several: they stay with the scans around them until somebody says
//! what each is, or that it is nothing.

use std::collections::BTreeMap;

use onhand_domain::CountSessionId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::scans::effective;
use crate::{entities::count_scans, error::StoreError};

/// How many codes of a session nobody has said yet what they are.
pub(super) async fn unknown<C: ConnectionTrait>(
    db: &C,
    session: CountSessionId,
) -> Result<usize, StoreError> {
    let mut all = unknown_of(db, &[session.0]).await?;
    let codes = all.remove(&session.0).unwrap_or_default();
    Ok(usize::try_from(codes).unwrap_or(usize::MAX))
}

/// The same of many sessions, by session.
pub(super) async fn unknown_of<C: ConnectionTrait>(
    db: &C,
    sessions: &[Uuid],
) -> Result<BTreeMap<Uuid, i64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = effective::counted()
        .column(count_scans::Column::SessionId)
        .expr_as(
            Expr::col((count_scans::Entity, count_scans::Column::Code)).count_distinct(),
            "codes",
        )
        .filter(count_scans::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(effective::is_unknown())
        .group_by(count_scans::Column::SessionId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
