//! Orders: units promised to customers.

mod cancel_order;
mod closing;
mod create_order;
mod fulfill_order;
mod get_order;
mod list_orders;
#[cfg(test)]
mod tests;

use onhand_domain::order;
use onhand_store::stock::OrderDetail;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{api::shapes::SkuRef, state::AppState, wire::ApiTime};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_orders::list_orders, create_order::create_order))
        .routes(routes!(get_order::get_order))
        .routes(routes!(cancel_order::cancel_order))
        .routes(routes!(fulfill_order::fulfill_order))
}

/// A customer's order, as far as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Order {
    /// Made by the client.
    id: Uuid,
    /// What the shop calls it.
    #[schema(example = "#1042")]
    name: String,
    /// Where it came from.
    #[schema(example = "web")]
    channel: String,
    /// When the customer ordered.
    placed_at: ApiTime,
    /// When it must be filled.
    due_at: Option<ApiTime>,
    /// How it stands.
    status: OrderStatus,
    /// The lines at facilities that the caller may see.
    lines: Vec<OrderLine>,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderStatus {
    /// Something of it is still promised.
    Open,
    /// All that was promised went to the customer.
    Fulfilled,
    /// What was promised was released.
    Cancelled,
}

/// So many units of one SKU, promised from one facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OrderLine {
    /// Made by the client.
    id: Uuid,
    /// From where.
    facility_id: Uuid,
    /// What.
    sku: SkuRef,
    /// Units ordered.
    #[schema(example = 2)]
    quantity: i64,
    /// Units still promised.
    #[schema(example = 2)]
    open_quantity: i64,
}

impl From<order::OrderStatus> for OrderStatus {
    fn from(status: order::OrderStatus) -> Self {
        match status {
            order::OrderStatus::Open => Self::Open,
            order::OrderStatus::Fulfilled => Self::Fulfilled,
            order::OrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderStatus> for order::OrderStatus {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Open => Self::Open,
            OrderStatus::Fulfilled => Self::Fulfilled,
            OrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderDetail> for Order {
    fn from(detail: OrderDetail) -> Self {
        let OrderDetail { order, skus } = detail;
        let line = |(line, label): (order::OrderLine, onhand_store::stock::SkuLabel)| OrderLine {
            id: line.id.0,
            facility_id: line.facility.0,
            sku: label.sku.into(),
            quantity: line.quantity,
            open_quantity: line.open_quantity,
        };
        Self {
            id: order.id.0,
            name: order.name,
            channel: order.channel,
            placed_at: order.placed_at.into(),
            due_at: order.due_at.map(ApiTime),
            status: order.status.into(),
            lines: order.lines.into_iter().zip(skus).map(line).collect(),
        }
    }
}
