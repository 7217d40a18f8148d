//! What a session has seen, SKU by SKU.

use std::collections::BTreeSet;

use onhand_domain::{CountSessionId, Micros, SkuId};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait as _, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Alias, Order},
};
use uuid::Uuid;

use super::refusal::SessionError;
use crate::{
    Store,
    catalog::SkuRef,
    counts::{
        CountRefusal,
        life::count_of,
        scans::{effective, listed},
    },
    entities::{count_scans, count_sessions, counts},
};

/// A SKU that a session has seen. What the book expects is not in it, nor in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// What.
    pub sku: SkuRef,
    /// Units.
    pub counted: i64,
    /// Whether it is asked for.
    pub listed: bool,
    /// When the last one was seen.
    pub last_scanned_at: Micros,
}

/// Where a page of lines ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SessionLineCursor {
    /// When the last line's last unit was seen.
    pub last_scanned_at: Micros,
    /// Its SKU.
    pub sku: SkuId,
}

#[derive(FromQueryResult)]
struct Row {
    sku: Uuid,
    counted: i64,
    last_at: i64,
}

impl Store {
    /// What a session has seen, the last seen first: at most `limit` lines, after `after`.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`].
    pub async fn session_lines(
        &self,
        id: CountSessionId,
        after: Option<SessionLineCursor>,
        limit: u64,
    ) -> Result<Vec<SessionLine>, SessionError> {
        use count_scans::Column as C;
        let db = self.reader();
        let unknown = || CountRefusal::Unknown("session");
        let session = count_sessions::Entity::find_by_id(id.0).one(&db).await?;
        let session = session.ok_or_else(unknown)?;
        let count = counts::Entity::find_by_id(session.count_id).one(&db).await?;
        let count = count_of(count.ok_or_else(unknown)?)?;
        let mut query = effective::counted()
            .expr_as(effective::sku(), "sku")
            .expr_as(C::Quantity.sum().cast_as(Alias::new("BIGINT")), "counted")
            .expr_as(C::ScannedAt.max(), "last_at")
            .filter(C::SessionId.eq(id.0))
            .filter(effective::sku().is_not_null())
            .group_by(effective::sku())
            .order_by(C::ScannedAt.max(), Order::Desc)
            .order_by(effective::sku(), Order::Desc)
            .limit(limit);
        if let Some(after) = after {
            let same = C::ScannedAt.max().eq(after.last_scanned_at.0);
            let earlier = C::ScannedAt.max().lt(after.last_scanned_at.0);
            query = query.having(earlier.or(same.and(effective::sku().lt(after.sku.0))));
        }
        let rows: Vec<Row> = query.into_model().all(&db).await?;
        let skus: BTreeSet<SkuId> = rows.iter().map(|row| SkuId(row.sku)).collect();
        let asked = listed(&db, &count, session.round, &skus).await?;
        let names = self.sku_refs(&skus.into_iter().collect::<Vec<_>>()).await?;
        let line = |row: Row| {
            let sku = SkuId(row.sku);
            Some(SessionLine {
                sku: names.get(&sku)?.clone(),
                counted: row.counted,
                listed: asked.as_ref().is_none_or(|asked| asked.contains(&sku)),
                last_scanned_at: Micros(row.last_at),
            })
        };
        Ok(rows.into_iter().filter_map(line).collect())
    }
}
