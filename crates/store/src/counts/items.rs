//! The SKUs that a count asks for.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{CountId, SkuId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use super::refusal::{CountError, CountRefusal};
use crate::{
    entities::{count_items, skus},
    error::StoreError,
};

/// Rows of one statement: both databases take at least 32,766 values in one.
pub(super) const ROWS_MAX: usize = 5_000;
/// SKUs that are named where many don't fit.
const NAMED_MAX: usize = 50;

/// The SKUs, each once, in the order in which they were named first.
///
/// # Errors
/// [`CountRefusal::Members`] with those that nobody knows or of which no stock is kept.
pub(super) async fn checked(
    db: &impl ConnectionTrait,
    named: &[SkuId],
) -> Result<Vec<SkuId>, CountError> {
    let mut seen = BTreeSet::new();
    let once: Vec<SkuId> = named.iter().copied().filter(|id| seen.insert(*id)).collect();
    let tracked = tracked(db, &once).await?;
    let fault = |id: &SkuId| match tracked.get(&id.0) {
        Some(true) => None,
        Some(false) => Some("no stock is kept of this SKU"),
        None => Some("there is no such SKU"),
    };
    let wrong: Vec<_> = named
        .iter()
        .enumerate()
        .filter_map(|(n, id)| Some((format!("/sku_ids/{n}"), fault(id)?.to_owned())))
        .take(NAMED_MAX)
        .collect();
    if wrong.is_empty() { Ok(once) } else { Err(CountRefusal::Members(wrong).into()) }
}

/// Whether stock is kept of SKUs; unknown ones are absent.
pub(super) async fn tracked(
    db: &impl ConnectionTrait,
    ids: &[SkuId],
) -> Result<HashMap<Uuid, bool>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(ROWS_MAX) {
        let rows: Vec<(Uuid, bool)> = skus::Entity::find()
            .select_only()
            .column(skus::Column::Id)
            .column(skus::Column::Tracked)
            .filter(skus::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Puts SKUs on a count's list, from `position` on.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    count: CountId,
    skus: &[SkuId],
    position: i64,
) -> Result<(), StoreError> {
    let rows: Vec<_> = skus
        .iter()
        .zip(position..)
        .map(|(sku, position)| count_items::ActiveModel {
            count_id: Set(count.0),
            sku_id: Set(sku.0),
            position: Set(position),
            taken_in: Set(false),
        })
        .collect();
    for rows in rows.chunks(ROWS_MAX) {
        count_items::Entity::insert_many(rows.to_vec()).exec(db).await?;
    }
    Ok(())
}
