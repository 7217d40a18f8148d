//! Choosing the SKUs of a count by what the record says of them.

use onhand_domain::{FacilityId, Micros, Money, SkuId, count::LINES_MAX, encode::Encoder};
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

/// Which SKUs of a facility to count: those that the facility has or had, are tracked, and of
/// which all of this holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountFilter {
    /// Of products of this category.
    pub category: Option<String>,
    /// Of this vendor.
    pub vendor: Option<String>,
    /// The record is below zero, on hand or available.
    pub negative: bool,
    /// The record has no unit on hand.
    pub on_hand_zero: bool,
    /// Not counted for so many days, or never.
    pub not_counted_days: Option<u32>,
    /// The units on hand are worth at least so much, at cost or else at their price.
    pub value_min: Option<Money>,
    /// Words of the product or SKU, or the start of them.
    pub q: Option<String>,
    /// At most so many: those that were not counted for the longest time.
    pub limit: Option<u32>,
}

impl CountFilter {
    /// Whether choosing by it tells how many units there are.
    pub const fn tells_of_stock(&self) -> bool {
        self.negative || self.on_hand_zero || self.value_min.is_some()
    }

    /// Most SKUs that it may choose; one more than fit where it does not say.
    fn rows(&self) -> u64 {
        let most = LINES_MAX as u64 + 1;
        self.limit.map_or(most, |limit| Ord::min(most, limit.into()))
    }

    pub(super) fn fingerprint(&self, hash: Encoder) -> Encoder {
        hash.maybe_text(self.category.as_deref())
            .maybe_text(self.vendor.as_deref())
            .int(self.negative.into())
            .int(self.on_hand_zero.into())
            .maybe_int(self.not_counted_days.map(Into::into))
            .maybe_int(self.value_min.map(|value| value.0))
            .maybe_text(self.q.as_deref())
            .maybe_int(self.limit.map(Into::into))
    }

    fn condition(&self, facility: FacilityId, now: Micros) -> Condition {
        let longest = i64::from(self.not_counted_days.unwrap_or(0)).saturating_mul(Micros::DAY);
        let before = now.plus(-longest);
        let counted = levels::Column::LastCountedAt;
        let worth =
            self.value_min.map(|value| Expr::cust(format!("ABS({ON_HAND}{WORTH})")).gte(value.0));
        Condition::all()
            .add(levels::Column::FacilityId.eq(facility.0))
            .add(skus::Column::Tracked.eq(true))
            .add_option(self.category.as_ref().map(|it| products::Column::Category.eq(it)))
            .add_option(self.vendor.as_ref().map(|it| products::Column::Vendor.eq(it)))
            .add_option(self.negative.then(|| Expr::cust(NEGATIVE_LEVEL)))
            .add_option(self.on_hand_zero.then(|| Expr::cust(ON_HAND).eq(0_i64)))
            .add_option(self.not_counted_days.map(|_| counted.is_null().or(counted.lt(before.0))))
            .add_option(worth)
            .add_option(self.q.as_deref().map(catalog::has_words))
    }
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
    .filter(filter.condition(facility, now))
    .order_by_asc(counted.is_not_null())
    .order_by_asc(counted)
    .order_by_asc(skus::Column::Id)
    .limit(filter.rows())
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
    first(db, facility, filter, now, filter.rows()).await
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
