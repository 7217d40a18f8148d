//! Choosing the SKUs of a count by what the record says of them.

use onhand_domain::{
    FacilityId, Micros, SkuId,
    count::{CountFilter, LINES_MAX},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    Store,
    catalog::{self, SkuRef},
    entities::{levels, products, skus},
    error::StoreError,
    migrations::NEGATIVE_LEVEL,
};

/// SKUs of a filter that are shown before it is used.
pub const CANDIDATES_SHOWN_MAX: usize = 50;

const ON_HAND: &str = r#"("levels"."available" + "levels"."committed" + "levels"."reserved"
    + "levels"."damaged" + "levels"."quality_control" + "levels"."safety_stock")"#;
/// Times 1.0, which no quantity and no cost can make overflow.
const WORTH: &str = r#" * 1.0 * COALESCE("skus"."cost", "skus"."price")"#;

/// Most SKUs that a filter may choose; one more than fit where it does not say.
fn rows(filter: &CountFilter) -> u64 {
    let most = LINES_MAX as u64 + 1;
    filter.limit.map_or(most, |limit| Ord::min(most, limit.into()))
}

fn condition(filter: &CountFilter, facility: FacilityId, now: Micros) -> Condition {
    let longest = i64::from(filter.not_counted_days.unwrap_or(0)).saturating_mul(Micros::DAY);
    let before = now.plus(-longest);
    let counted = levels::Column::LastCountedAt;
    let worth =
        filter.value_min.map(|value| Expr::cust(format!("ABS({ON_HAND}{WORTH})")).gte(value.0));
    Condition::all()
        .add(levels::Column::FacilityId.eq(facility.0))
        .add(skus::Column::Tracked.eq(true))
        .add_option(filter.category.as_ref().map(|it| products::Column::Category.eq(it)))
        .add_option(filter.vendor.as_ref().map(|it| products::Column::Vendor.eq(it)))
        .add_option(filter.negative.then(|| Expr::cust(NEGATIVE_LEVEL)))
        .add_option(filter.on_hand_zero.then(|| Expr::cust(ON_HAND).eq(0_i64)))
        .add_option(filter.not_counted_days.map(|_| counted.is_null().or(counted.lt(before.0))))
        .add_option(worth)
        .add_option(filter.q.as_deref().map(catalog::has_words))
}

/// The ids of the SKUs that a filter chooses.
fn chosen(facility: FacilityId, filter: &CountFilter, now: Micros) -> SelectStatement {
    let counted = levels::Column::LastCountedAt;
    with_products(
        levels::Entity::find().select_only().column(skus::Column::Id).join(
            JoinType::InnerJoin,
            levels::Entity::belongs_to(skus::Entity)
                .from(levels::Column::SkuId)
                .to(skus::Column::Id)
                .into(),
        ),
    )
    .filter(condition(filter, facility, now))
    .order_by_asc(counted.is_not_null())
    .order_by_asc(counted)
    .order_by_asc(skus::Column::Id)
    .limit(rows(filter))
    .into_query()
}

fn with_products<E: EntityTrait>(select: sea_orm::Select<E>) -> sea_orm::Select<E> {
    let product = skus::Entity::belongs_to(products::Entity)
        .from(skus::Column::ProductId)
        .to(products::Column::Id);
    select.join(JoinType::InnerJoin, product.into())
}

/// The SKUs that a filter chooses at this moment, as people walk: by product. At most one more
/// than a count may have.
pub(super) async fn choose(
    db: &impl ConnectionTrait,
    facility: FacilityId,
    filter: &CountFilter,
    now: Micros,
) -> Result<Vec<SkuId>, StoreError> {
    first(db, facility, filter, now, rows(filter)).await
}

async fn first(
    db: &impl ConnectionTrait,
    facility: FacilityId,
    filter: &CountFilter,
    now: Micros,
    limit: u64,
) -> Result<Vec<SkuId>, StoreError> {
    let found: Vec<Uuid> = with_products(
        skus::Entity::find()
            .select_only()
            .column(skus::Column::Id)
            .filter(skus::Column::Id.in_subquery(chosen(facility, filter, now))),
    )
    .order_by_asc(products::Column::Title)
    .order_by_asc(products::Column::Id)
    .order_by_asc(skus::Column::Position)
    .order_by_asc(skus::Column::Id)
    .limit(limit)
    .into_tuple()
    .all(db)
    .await?;
    Ok(found.into_iter().map(SkuId).collect())
}

impl Store {
    /// How many SKUs a filter would choose now, at most one more than a count may have, and the
    /// first of them.
    pub async fn count_candidates(
        &self,
        facility: FacilityId,
        filter: &CountFilter,
    ) -> Result<(u64, Vec<SkuRef>), StoreError> {
        let (db, now) = (self.reader(), self.clock().now());
        let some = Alias::new("chosen");
        let count = Query::select()
            .expr(Expr::col((some.clone(), Alias::new("id"))).count())
            .from_subquery(chosen(facility, filter, now), some)
            .to_owned();
        let row = db.query_one(&count).await?;
        let total: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        let shown = first(&db, facility, filter, now, CANDIDATES_SHOWN_MAX as u64).await?;
        let mut refs = self.sku_refs(&shown).await?;
        let items = shown.iter().filter_map(|id| refs.remove(id)).collect();
        Ok((u64::try_from(total).unwrap_or(0), items))
    }
}
