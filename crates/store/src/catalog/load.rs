//! What the catalogue holds already, loaded by handle for an import's batch.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{FacilityId, SkuId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entities::{identifiers, levels, products, skus},
};

/// SKUs that one statement asks for: SQLite takes 32,766 bound values.
pub(super) const SKUS_ASKED_MAX: usize = 5_000;

/// A product with its SKUs.
#[derive(Clone, Debug)]
pub struct KnownProduct {
    /// The product.
    pub product: products::Model,
    /// Its SKUs.
    pub skus: Vec<KnownSku>,
}

/// A SKU with what is recorded of it.
#[derive(Clone, Debug)]
pub struct KnownSku {
    /// The SKU.
    pub sku: skus::Model,
    /// Its identifiers, kind and value.
    pub identifiers: Vec<(String, String)>,
    /// What the record has available at the facility that was asked for; none where the ledger
    /// has no movement of the SKU there.
    pub available: Option<i64>,
}

impl Store {
    /// Loads the products with these handles, and the stock at `facility` where one is given.
    pub async fn known_products(
        &self,
        handles: &[&str],
        facility: Option<FacilityId>,
    ) -> Result<HashMap<String, KnownProduct>, StoreError> {
        known(&self.reader(), handles, facility).await
    }

    /// What the record has available of SKUs at facilities; absent where the ledger has no
    /// movement of the SKU there.
    pub async fn available_at(
        &self,
        facilities: &BTreeSet<FacilityId>,
        skus: &[SkuId],
    ) -> Result<HashMap<(FacilityId, SkuId), i64>, StoreError> {
        let mut available = HashMap::new();
        for skus in skus.chunks(SKUS_ASKED_MAX) {
            let rows = levels::Entity::find()
                .filter(levels::Column::FacilityId.is_in(facilities.iter().map(|f| f.0)))
                .filter(levels::Column::SkuId.is_in(skus.iter().map(|s| s.0)))
                .all(&self.reader())
                .await?;
            available.extend(rows.into_iter().map(|level| {
                ((FacilityId(level.facility_id), SkuId(level.sku_id)), level.available)
            }));
        }
        Ok(available)
    }
}

pub(super) async fn known(
    db: &impl ConnectionTrait,
    handles: &[&str],
    facility: Option<FacilityId>,
) -> Result<HashMap<String, KnownProduct>, StoreError> {
    let found = products::Entity::find()
        .filter(products::Column::Handle.is_in(handles.iter().copied()))
        .all(db)
        .await?;
    // By keys and not by joins or subqueries: without statistics, as in the middle of an import,
    // a planner prefers to walk through whole tables.
    let all = skus::Entity::find()
        .filter(skus::Column::ProductId.is_in(found.iter().map(|p| p.id)))
        .order_by_asc(skus::Column::Position)
        .all(db)
        .await?;
    let mut codes: HashMap<Uuid, Vec<(String, String)>> = HashMap::new();
    let mut available: HashMap<Uuid, i64> = HashMap::new();
    for chunk in all.chunks(SKUS_ASKED_MAX) {
        let ids = || chunk.iter().map(|sku| sku.id);
        let rows = identifiers::Entity::find()
            .filter(identifiers::Column::SkuId.is_in(ids()))
            .all(db)
            .await?;
        for row in rows {
            codes.entry(row.sku_id).or_default().push((row.kind, row.value));
        }
        if let Some(facility) = facility {
            let rows = levels::Entity::find()
                .filter(levels::Column::FacilityId.eq(facility.0))
                .filter(levels::Column::SkuId.is_in(ids()))
                .all(db)
                .await?;
            available.extend(rows.into_iter().map(|level| (level.sku_id, level.available)));
        }
    }

    let mut by_product: HashMap<Uuid, Vec<KnownSku>> = HashMap::new();
    for sku in all {
        let known = KnownSku {
            identifiers: codes.remove(&sku.id).unwrap_or_default(),
            available: available.get(&sku.id).copied(),
            sku,
        };
        by_product.entry(known.sku.product_id).or_default().push(known);
    }
    Ok(found
        .into_iter()
        .map(|product| {
            let skus = by_product.remove(&product.id).unwrap_or_default();
            (product.handle.clone(), KnownProduct { product, skus })
        })
        .collect())
}
