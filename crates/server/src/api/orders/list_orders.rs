//! `GET /orders`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::stock::{OrderCursor, OrderDetail, OrderFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Order, OrderStatus, orders};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOrders {
    /// With a line at this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
    /// With a line of this SKU.
    sku_id: Option<Uuid>,
    /// Only those that stand like this.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Orders with a line where the caller may look, newest first, each with those lines alone.
#[utoipa::path(
    get,
    path = "/orders",
    operation_id = "list_orders",
    tag = "orders",
    params(ListOrders),
    responses((status = 200, description = "A page of orders", body = Page<Order>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
            "channel_id": null, "follows_shop": false,
            "placed_at": "2026-03-01T09:30:00Z", "due_at": null, "status": "open",
            "lines": [{
                "id": "01900000-0000-7000-8000-000000000002",
                "facility_id": "01900000-0000-7000-8000-00000000000a",
                "sku": {"id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
                    "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
                    "product_title": "Trail Runner", "image_url": null},
                "quantity": 2, "open_quantity": 2,
            }],
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_orders(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListOrders>,
) -> ApiResult<Json<Page<Order>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::StockView, facility).await?;
    let after: Option<OrderCursor> = start_after(query.cursor.as_ref())?;
    let filter =
        OrderFilter { sku: query.sku_id.map(Into::into), status: query.status.map(Into::into) };
    let rows = state.store.list_orders(&scope, filter, after, query.limit.rows()).await?;
    let key = |detail: &OrderDetail| OrderCursor::after(&detail.order);
    let Page { items: rows, next_cursor } = Page::new(rows, query.limit, key, |row| row);
    Ok(Json(Page { items: orders(&state, rows).await?, next_cursor }))
}
