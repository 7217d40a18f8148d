//! Levels, and those that prove their record wrong.

use onhand_domain::{FacilityId, FacilityScope, Micros, ProductId, Quantities, SkuId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    grounds,
    labels::{Labels, SkuLabel, Wanted},
};
use crate::{
    Store, StoreError,
    entities::{levels, skus},
    migrations::NEGATIVE_LEVEL,
};

/// The quantities of one SKU at one facility, and when they last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many.
    pub quantities: Quantities,
    /// When somebody last counted it.
    pub last_counted_at: Option<Micros>,
    /// When a movement was last recorded; none where there never was one.
    pub last_movement_at: Option<Micros>,
    /// The number of that movement; 0 where there never was one.
    pub seq: i64,
}

/// Which levels to list. The facilities are the scope's.
#[derive(Clone, Copy, Debug, Default)]
pub struct LevelFilter {
    /// Of this SKU.
    pub sku: Option<SkuId>,
    /// Of this product's SKUs.
    pub product: Option<ProductId>,
    /// Only those with a negative state.
    pub negative: bool,
}

/// Where the next page starts: the facility and the SKU of the last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCursor(Uuid, Uuid);

impl LevelCursor {
    /// The cursor of whatever comes after this level.
    pub const fn after(level: &Level) -> Self {
        Self(level.facility.0, level.sku.0)
    }
}

impl Store {
    /// Levels by facility and SKU, at most `limit`. What was never touched has none.
    pub async fn list_levels(
        &self,
        scope: &FacilityScope,
        filter: LevelFilter,
        after: Option<LevelCursor>,
        limit: u64,
    ) -> Result<Vec<Level>, StoreError> {
        use levels::Column as C;
        let later = after.map(|LevelCursor(facility, sku)| {
            let same = Condition::all().add(C::FacilityId.eq(facility)).add(C::SkuId.gt(sku));
            Condition::any().add(C::FacilityId.gt(facility)).add(same)
        });
        let rows = levels::Entity::find()
            .filter(condition(scope, filter).add_option(later))
            .order_by_asc(C::FacilityId)
            .order_by_asc(C::SkuId)
            .limit(limit)
            .all(&self.reader())
            .await?;
        Ok(rows.iter().map(level_of).collect())
    }

    /// How many levels of a facility have a negative state, and the `limit` worst of them, by
    /// what is available.
    pub async fn negative_levels(
        &self,
        facility: FacilityId,
        limit: u64,
    ) -> Result<(u64, Vec<(SkuLabel, Level)>), StoreError> {
        let here = FacilityScope::Only([facility].into());
        let negative = LevelFilter { negative: true, ..LevelFilter::default() };
        let found = || levels::Entity::find().filter(condition(&here, negative));
        let count = found().count(&self.reader()).await?;
        let worst = found()
            .order_by(levels::Column::Available, Order::Asc)
            .order_by_asc(levels::Column::SkuId)
            .limit(limit)
            .all(&self.reader())
            .await?;
        let skus = worst.iter().map(|row| SkuId(row.sku_id)).collect();
        let labels = Labels::load(self, &Wanted { skus, ..Wanted::default() }).await?;
        let named = |row: &levels::Model| {
            let level = level_of(row);
            Ok((labels.sku(level.sku)?, level))
        };
        let worst = worst.iter().map(named).collect::<Result<_, StoreError>>()?;
        Ok((count, worst))
    }
}

fn condition(scope: &FacilityScope, filter: LevelFilter) -> Condition {
    use levels::Column as C;
    let within: Option<SimpleExpr> = match scope {
        FacilityScope::Only(ids) => Some(C::FacilityId.is_in(ids.iter().map(|id| id.0))),
        FacilityScope::All => None,
    };
    let of_product = filter.product.map(|product| {
        let skus = skus::Entity::find()
            .select_only()
            .column(skus::Column::Id)
            .filter(skus::Column::ProductId.eq(product.0));
        C::SkuId.in_subquery(skus.into_query())
    });
    Condition::all()
        .add_option(within)
        .add_option(filter.sku.map(|sku| C::SkuId.eq(sku.0)))
        .add_option(of_product)
        // Word for word what the partial index says: a parameter in it would hide the index.
        .add_option(filter.negative.then(|| Expr::cust(NEGATIVE_LEVEL)))
}

fn level_of(row: &levels::Model) -> Level {
    Level {
        facility: row.facility_id.into(),
        sku: row.sku_id.into(),
        quantities: grounds::of(row),
        last_counted_at: row.last_counted_at.map(Micros),
        last_movement_at: (row.seq > 0).then_some(Micros(row.last_movement_at)),
        seq: row.seq,
    }
}
