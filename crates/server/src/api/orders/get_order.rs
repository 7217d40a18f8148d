//! `GET /orders/{id}`

use axum::{Json, extract::State};
use onhand_domain::{OrderId, Permission};
use uuid::Uuid;

use super::{Order, order};
use crate::{Problem, api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// An order, with the lines at facilities that the caller may see.
#[utoipa::path(
    get,
    path = "/orders/{id}",
    operation_id = "get_order",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Order,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
            "channel_id": null, "follows_shop": false,
            "placed_at": "2026-03-01T09:30:00Z", "due_at": null, "status": "open", "lines": [],
        }))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_order(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Order>> {
    let scope = caller.scope(Permission::StockView).await?;
    let found = state.store.order(&scope, OrderId(id)).await?;
    let found = found.ok_or_else(|| Problem::unknown("order"))?;
    Ok(Json(order(&state, found).await?))
}
