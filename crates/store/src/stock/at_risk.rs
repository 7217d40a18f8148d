//! Orders that can't be filled any more where the shelf has fewer units than are promised.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{
    FacilityId, FacilityScope, Micros, OrderId, OrderLineId, SkuId, plan::view::Key,
};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entities::{facilities, levels, order_lines, orders},
};

/// Most order lines that are named for one SKU at one facility: more than anybody calls today.
pub const ORDER_LINES_MAX: u64 = 100;
/// Most facilities that are offered instead, those with the most units first.
pub const ALTERNATIVES_MAX: usize = 10;

/// So many units are promised that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// Units; none are missing where it is not positive.
    pub units: i64,
}

impl Shortfall {
    /// What is missing where so many units are available.
    pub const fn at(facility: FacilityId, sku: SkuId, available: i64) -> Self {
        Self { facility, sku, units: available.saturating_neg() }
    }
}

/// An order line that can't be filled from where it was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderAtRisk {
    /// The order.
    pub order: OrderId,
    /// Its line.
    pub line: OrderLineId,
    /// What the shop calls the order.
    pub name: String,
    /// Where it came from.
    pub channel: String,
    /// When the customer ordered.
    pub placed_at: Micros,
    /// When it must be filled.
    pub due_at: Option<Micros>,
    /// Units that the line still has promised.
    pub quantity: i64,
    /// How many of them are missing.
    pub short: i64,
    /// Facilities that could fill the line.
    pub alternatives: Vec<Alternative>,
}

/// A facility that has enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Which.
    pub facility: FacilityId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Units that it can promise.
    pub available: i64,
}

#[derive(Clone, FromQueryResult)]
struct Line {
    id: Uuid,
    order_id: Uuid,
    open_quantity: i64,
    placed_at: i64,
    name: String,
    channel: String,
    due_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct Elsewhere {
    facility_id: Uuid,
    sku_id: Uuid,
    available: i64,
    code: String,
    name: String,
}

impl Store {
    /// For each shortfall the open order lines that can no longer be filled: the newest first,
    /// because they lose to those who ordered before them, until the shortfall is covered.
    ///
    /// Alternatives are facilities of `scope` that have enough for the whole line.
    pub async fn orders_at_risk(
        &self,
        scope: &FacilityScope,
        shortfalls: &[Shortfall],
    ) -> Result<Vec<Vec<OrderAtRisk>>, StoreError> {
        let short = shortfalls.iter().filter(|s| s.units > 0);
        let keys: BTreeSet<Key> = short.map(|s| (s.facility, s.sku)).collect();
        let db = self.reader();
        let mut lines: BTreeMap<Key, Vec<Line>> = BTreeMap::new();
        for key in &keys {
            lines.insert(*key, newest_lines(&db, *key).await?);
        }
        // Nobody waits for units of these: nothing to look for elsewhere.
        let wanted = lines.iter().filter(|(_, lines)| !lines.is_empty()).map(|((_, sku), _)| *sku);
        let elsewhere = elsewhere(&db, scope, wanted.collect()).await?;
        let answer = |s: &Shortfall| {
            let lines = lines.get(&(s.facility, s.sku)).map_or(&[][..], Vec::as_slice);
            let elsewhere = elsewhere.get(&s.sku).map_or(&[][..], Vec::as_slice);
            cover(*s, lines, elsewhere)
        };
        Ok(shortfalls.iter().map(answer).collect())
    }
}

/// By the partial index `order_lines_open`.
async fn newest_lines(
    db: &DatabaseConnection,
    (facility, sku): Key,
) -> Result<Vec<Line>, StoreError> {
    let order = order_lines::Entity::belongs_to(orders::Entity)
        .from(order_lines::Column::OrderId)
        .to(orders::Column::Id);
    Ok(order_lines::Entity::find()
        .select_only()
        .columns([
            order_lines::Column::Id,
            order_lines::Column::OrderId,
            order_lines::Column::OpenQuantity,
            order_lines::Column::PlacedAt,
        ])
        .columns([orders::Column::Name, orders::Column::Channel, orders::Column::DueAt])
        .join(JoinType::InnerJoin, order.into())
        .filter(order_lines::Column::FacilityId.eq(facility.0))
        .filter(order_lines::Column::SkuId.eq(sku.0))
        .filter(order_lines::Column::OpenQuantity.gt(0))
        .order_by_desc(order_lines::Column::PlacedAt)
        .order_by_desc(order_lines::Column::Id)
        .limit(ORDER_LINES_MAX)
        .into_model()
        .all(db)
        .await?)
}

/// Levels of the SKUs with units to promise, at facilities that take part.
async fn elsewhere(
    db: &DatabaseConnection,
    scope: &FacilityScope,
    skus: BTreeSet<SkuId>,
) -> Result<HashMap<SkuId, Vec<Elsewhere>>, StoreError> {
    if skus.is_empty() {
        return Ok(HashMap::new());
    }
    let facility = levels::Entity::belongs_to(facilities::Entity)
        .from(levels::Column::FacilityId)
        .to(facilities::Column::Id);
    let mut query = levels::Entity::find()
        .select_only()
        .columns([levels::Column::FacilityId, levels::Column::SkuId, levels::Column::Available])
        .columns([facilities::Column::Code, facilities::Column::Name])
        .join(JoinType::InnerJoin, facility.into())
        .filter(levels::Column::SkuId.is_in(skus.into_iter().map(|sku| sku.0)))
        .filter(levels::Column::Available.gt(0))
        .filter(facilities::Column::Active.eq(true))
        .order_by_desc(levels::Column::Available)
        .order_by_asc(facilities::Column::Code);
    if let FacilityScope::Only(ids) = scope {
        query = query.filter(levels::Column::FacilityId.is_in(ids.iter().map(|id| id.0)));
    }
    let rows: Vec<Elsewhere> = query.into_model().all(db).await?;
    let mut by_sku: HashMap<SkuId, Vec<Elsewhere>> = HashMap::new();
    for row in rows {
        by_sku.entry(SkuId(row.sku_id)).or_default().push(row);
    }
    Ok(by_sku)
}

fn cover(shortfall: Shortfall, lines: &[Line], elsewhere: &[Elsewhere]) -> Vec<OrderAtRisk> {
    let mut missing = shortfall.units;
    let mut at_risk = Vec::new();
    for line in lines {
        if missing <= 0 {
            break;
        }
        let short = line.open_quantity.min(missing);
        missing -= short;
        let enough = |e: &&Elsewhere| {
            e.facility_id != shortfall.facility.0 && e.available >= line.open_quantity
        };
        let alternative = |e: &Elsewhere| Alternative {
            facility: FacilityId(e.facility_id),
            code: e.code.clone(),
            name: e.name.clone(),
            available: e.available,
        };
        at_risk.push(OrderAtRisk {
            order: OrderId(line.order_id),
            line: OrderLineId(line.id),
            name: line.name.clone(),
            channel: line.channel.clone(),
            placed_at: Micros(line.placed_at),
            due_at: line.due_at.map(Micros),
            quantity: line.open_quantity,
            short,
            alternatives: elsewhere
                .iter()
                .filter(enough)
                .take(ALTERNATIVES_MAX)
                .map(alternative)
                .collect(),
        });
    }
    at_risk
}
