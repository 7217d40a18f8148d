//! Orders as people look at them: the lines that they may see, with names.

use std::collections::BTreeMap;

use onhand_domain::{
    FacilityScope, Micros, OrderId, SkuId,
    order::{Order, OrderLine, OrderStatus},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::labels::{Labels, SkuLabel, Wanted};
use crate::{
    Store, StoreError,
    entities::{order_lines, orders},
};

/// An order with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDetail {
    /// The order, with the lines that may be seen.
    pub order: Order,
    /// What its lines are about, in their order.
    pub skus: Vec<SkuLabel>,
}

/// Which orders to list. The facilities are the scope's.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderFilter {
    /// With a line of this SKU.
    pub sku: Option<SkuId>,
    /// That stand like this.
    pub status: Option<OrderStatus>,
}

/// Where the next page starts: `placed_at` and id of the last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCursor(i64, Uuid);

impl OrderCursor {
    /// The cursor of whatever comes after this order.
    pub const fn after(order: &Order) -> Self {
        Self(order.placed_at.0, order.id.0)
    }
}

impl Store {
    /// Orders with a line in scope, newest first, at most `limit`.
    pub async fn list_orders(
        &self,
        scope: &FacilityScope,
        filter: OrderFilter,
        after: Option<OrderCursor>,
        limit: u64,
    ) -> Result<Vec<OrderDetail>, StoreError> {
        use orders::Column as C;
        let older = after.map(|OrderCursor(at, id)| {
            let same = Condition::all().add(C::PlacedAt.eq(at)).add(C::Id.lt(id));
            // The first says nothing new, but is the range that an index can start from.
            let older = Condition::any().add(C::PlacedAt.lt(at)).add(same);
            Condition::all().add(C::PlacedAt.lte(at)).add(older)
        });
        let rows = orders::Entity::find()
            .filter(
                Condition::all()
                    .add_option(filter.status.map(|status| C::Status.eq(status.code())))
                    .add_option(with_line(scope, filter.sku))
                    .add_option(older),
            )
            .order_by_desc(C::PlacedAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        self.describe_orders(scope, rows).await
    }

    /// The order with this id and its lines in scope; `None` where there are none.
    pub async fn order(
        &self,
        scope: &FacilityScope,
        id: OrderId,
    ) -> Result<Option<OrderDetail>, StoreError> {
        let row = orders::Entity::find_by_id(id.0).one(&self.reader()).await?;
        let found = self.describe_orders(scope, row.into_iter().collect()).await?;
        Ok(found.into_iter().find(|detail| !detail.order.lines.is_empty()))
    }

    /// The order with this id and all of its lines, for the program itself: whoever acts for a
    /// person asks [`Store::order`].
    pub async fn find_order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        let row = orders::Entity::find_by_id(id.0).one(&self.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        let lines = order_lines::Entity::find()
            .filter(order_lines::Column::OrderId.eq(id.0))
            .order_by_asc(order_lines::Column::Id)
            .all(&self.reader())
            .await?;
        order_of(row, lines.iter().map(line_of).collect()).map(Some)
    }

    async fn describe_orders(
        &self,
        scope: &FacilityScope,
        rows: Vec<orders::Model>,
    ) -> Result<Vec<OrderDetail>, StoreError> {
        let ids = rows.iter().map(|row| row.id);
        let lines = lines_in(scope)
            .filter(order_lines::Column::OrderId.is_in(ids))
            .order_by_asc(order_lines::Column::Id)
            .all(&self.reader())
            .await?;
        let skus = lines.iter().map(|line| SkuId(line.sku_id)).collect();
        let labels = Labels::load(self, &Wanted { skus, ..Wanted::default() }).await?;
        let mut by_order: BTreeMap<Uuid, Vec<OrderLine>> = BTreeMap::new();
        for line in lines {
            by_order.entry(line.order_id).or_default().push(line_of(&line));
        }
        let detail = |row: orders::Model| {
            let lines = by_order.remove(&row.id).unwrap_or_default();
            let skus = lines.iter().map(|line| labels.sku(line.sku)).collect::<Result<_, _>>()?;
            Ok(OrderDetail { order: order_of(row, lines)?, skus })
        };
        rows.into_iter().map(detail).collect()
    }
}

/// Orders that have a line in scope, and of this SKU.
fn with_line(scope: &FacilityScope, sku: Option<SkuId>) -> Option<Condition> {
    if *scope == FacilityScope::All && sku.is_none() {
        return None;
    }
    let lines = lines_in(scope).select_only().column(order_lines::Column::OrderId);
    Some(if let Some(sku) = sku {
        // Few orders have it: their ids are found by the index on facility and SKU.
        let lines = lines.filter(order_lines::Column::SkuId.eq(sku.0));
        Condition::all().add(orders::Column::Id.in_subquery(lines.into_query()))
    } else {
        // Most orders have a line: each is asked for its own, the newest first.
        let own = Expr::col((order_lines::Entity, order_lines::Column::OrderId))
            .equals((orders::Entity, orders::Column::Id));
        Condition::all().add(Expr::exists(lines.filter(own).into_query()))
    })
}

fn lines_in(scope: &FacilityScope) -> Select<order_lines::Entity> {
    let lines = order_lines::Entity::find();
    match scope {
        FacilityScope::Only(ids) => {
            lines.filter(order_lines::Column::FacilityId.is_in(ids.iter().map(|id| id.0)))
        }
        FacilityScope::All => lines,
    }
}

fn order_of(row: orders::Model, lines: Vec<OrderLine>) -> Result<Order, StoreError> {
    let status = OrderStatus::from_code(&row.status).ok_or_else(|| StoreError::Inconsistent {
        table: "orders",
        what: format!("{:?} as status", row.status),
    })?;
    Ok(Order {
        id: row.id.into(),
        name: row.name,
        channel: row.channel,
        placed_at: Micros(row.placed_at),
        due_at: row.due_at.map(Micros),
        status,
        followed: row.followed.map(Micros),
        lines,
    })
}

fn line_of(row: &order_lines::Model) -> OrderLine {
    OrderLine {
        id: row.id.into(),
        facility: row.facility_id.into(),
        sku: row.sku_id.into(),
        quantity: row.quantity,
        open_quantity: row.open_quantity,
        dropped: row.dropped,
    }
}
