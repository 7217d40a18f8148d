//! What a device needs to know to count without network: the SKUs and the codes on them. No
//! quantities, and nothing in the order of the entries that tells of any.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{SkuId, count::CountKind};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::life::Count;
use crate::{
    Store,
    catalog::SkuRef,
    entities::{count_items, identifiers, levels, skus},
    error::StoreError,
};

/// Most entries of one page.
pub const CATALOG_PAGE_MAX: u32 = 1_000;

/// A SKU with the codes on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The SKU.
    pub sku: SkuRef,
    /// What a scanner may read on it.
    pub codes: BTreeSet<String>,
    /// Whether the count asks for it by name.
    pub listed: bool,
    position: i64,
}

/// Where the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogCursor(i64, Uuid);

impl CatalogCursor {
    /// The cursor of whatever comes after this entry.
    pub const fn after(entry: &CatalogEntry) -> Self {
        Self(entry.position, entry.sku.id.0)
    }
}

/// An item: its place in the list, and whether the count asks for it by name.
struct Item {
    sku: Uuid,
    position: i64,
    listed: bool,
}

impl Store {
    /// The SKUs of a count, at most `limit`: those on its list in their order; of an area all
    /// tracked ones that the facility ever had, by id.
    pub async fn count_catalog(
        &self,
        count: &Count,
        after: Option<CatalogCursor>,
        limit: u64,
    ) -> Result<Vec<CatalogEntry>, StoreError> {
        let db = self.reader();
        let items = match count.kind {
            CountKind::Area => of_facility(&db, count, after, limit).await?,
            CountKind::Directed | CountKind::Spot => listed(&db, count, after, limit).await?,
        };
        let ids: Vec<SkuId> = items.iter().map(|item| SkuId(item.sku)).collect();
        let mut refs = self.sku_refs(&ids).await?;
        let mut codes = codes(&db, &ids).await?;
        let entry = |item: Item| {
            let sku = refs.remove(&SkuId(item.sku))?;
            let mut codes = codes.remove(&item.sku).unwrap_or_default();
            codes.extend(sku.code.clone());
            Some(CatalogEntry { sku, codes, listed: item.listed, position: item.position })
        };
        Ok(items.into_iter().filter_map(entry).collect())
    }
}

async fn listed(
    db: &impl ConnectionTrait,
    count: &Count,
    after: Option<CatalogCursor>,
    limit: u64,
) -> Result<Vec<Item>, StoreError> {
    use count_items::Column as C;
    let further = after.map(|CatalogCursor(position, sku)| {
        let same = Condition::all().add(C::Position.eq(position)).add(C::SkuId.gt(sku));
        Condition::any().add(C::Position.gt(position)).add(same)
    });
    let rows = count_items::Entity::find()
        .filter(C::CountId.eq(count.id.0))
        .filter(Condition::all().add_option(further))
        .order_by_asc(C::Position)
        .order_by_asc(C::SkuId)
        .limit(limit)
        .all(db)
        .await?;
    let item = |row: count_items::Model| Item {
        sku: row.sku_id,
        position: row.position,
        listed: !row.taken_in,
    };
    Ok(rows.into_iter().map(item).collect())
}

async fn of_facility(
    db: &impl ConnectionTrait,
    count: &Count,
    after: Option<CatalogCursor>,
    limit: u64,
) -> Result<Vec<Item>, StoreError> {
    let sku =
        levels::Entity::belongs_to(skus::Entity).from(levels::Column::SkuId).to(skus::Column::Id);
    let further = after.map(|CatalogCursor(_, sku)| levels::Column::SkuId.gt(sku));
    let ids: Vec<Uuid> = levels::Entity::find()
        .select_only()
        .column(levels::Column::SkuId)
        .join(JoinType::InnerJoin, sku.into())
        .filter(levels::Column::FacilityId.eq(count.facility.0))
        .filter(skus::Column::Tracked.eq(true))
        .filter(Condition::all().add_option(further))
        .order_by_asc(levels::Column::SkuId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(|sku| Item { sku, position: 0, listed: true }).collect())
}

async fn codes(
    db: &impl ConnectionTrait,
    ids: &[SkuId],
) -> Result<HashMap<Uuid, BTreeSet<String>>, StoreError> {
    let rows = identifiers::Entity::find()
        .filter(identifiers::Column::SkuId.is_in(ids.iter().map(|id| id.0)))
        .all(db)
        .await?;
    let mut by_sku: HashMap<Uuid, BTreeSet<String>> = HashMap::new();
    for row in rows {
        by_sku.entry(row.sku_id).or_default().insert(row.value);
    }
    Ok(by_sku)
}
