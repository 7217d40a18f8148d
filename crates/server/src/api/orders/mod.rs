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

use crate::{
    api::{
        ApiResult,
        shapes::{ChannelNames, SkuRef},
    },
    state::AppState,
    wire::ApiTime,
};

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
    /// Where it came from: the shop's name where that is a connected one.
    #[schema(example = "web")]
    channel: String,
    /// The connected shop that it came from.
    channel_id: Option<Uuid>,
    /// Whether it is followed as the shop has it: then it can be cancelled and fulfilled there
    /// alone.
    follows_shop: bool,
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

/// Orders with the names of the shops that they came from.
async fn orders(state: &AppState, details: Vec<OrderDetail>) -> ApiResult<Vec<Order>> {
    let channels = details.iter().map(|detail| detail.order.channel.as_str());
    let names = ChannelNames::of(state, channels).await?;
    Ok(details.into_iter().map(|detail| Order::of(detail, &names)).collect())
}

/// One order in the same way.
async fn order(state: &AppState, detail: OrderDetail) -> ApiResult<Order> {
    let names = ChannelNames::of(state, [detail.order.channel.as_str()]).await?;
    Ok(Order::of(detail, &names))
}

impl Order {
    fn of(detail: OrderDetail, names: &ChannelNames) -> Self {
        let OrderDetail { order, skus } = detail;
        let (channel, channel_id) = names.name(order.channel);
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
            channel,
            channel_id,
            follows_shop: order.followed.is_some(),
            placed_at: order.placed_at.into(),
            due_at: order.due_at.map(ApiTime),
            status: order.status.into(),
            lines: order.lines.into_iter().zip(skus).map(line).collect(),
        }
    }
}
