//! `GET /variance-requests`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::stock::{RequestCursor, RequestFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    api::{
        ApiResult,
        shapes::{RequestStatus, VarianceRequest, requests_for},
    },
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListVarianceRequests {
    /// At this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
    /// Only those that stand like this.
    #[param(inline)]
    status: Option<RequestStatus>,
    /// About this SKU.
    sku_id: Option<Uuid>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Requests, newest first, with the facts to decide by.
#[utoipa::path(
    get,
    path = "/variance-requests",
    operation_id = "list_variance_requests",
    tag = "variance-requests",
    params(ListVarianceRequests),
    responses((status = 200, description = "A page of requests", body = Page<VarianceRequest>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000001",
            "facility_id": "01900000-0000-7000-8000-00000000000a",
            "sku": {"id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
                "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
                "product_title": "Trail Runner", "image_url": null},
            "quantity": -1, "reason": "damaged", "reason_label": "Damaged", "note": "sole torn",
            "effective_at": "2026-03-01T09:30:00Z",
            "reported_by": {"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya",
                "kind": "user"},
            "reported_at": "2026-03-01T09:30:00Z", "device": null, "because": ["no_permission"],
            "status": "pending", "value": "39.90",
            "level": {"on_hand": 12, "available": 3, "committed": 9, "reserved": 0,
                "damaged": 0, "quality_control": 0, "safety_stock": 0},
            "level_after": {"on_hand": 12, "available": 2, "committed": 9, "reserved": 0,
                "damaged": 1, "quality_control": 0, "safety_stock": 0},
            "orders_at_risk": [], "may_decide": true, "may_not_because": null,
            "decided_by": null, "decided_at": null, "decision_note": null,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_variance_requests(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListVarianceRequests>,
) -> ApiResult<Json<Page<VarianceRequest>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::StockView, facility).await?;
    let after: Option<RequestCursor> = start_after(query.cursor.as_ref())?;
    let filter =
        RequestFilter { status: query.status.map(Into::into), sku: query.sku_id.map(Into::into) };
    let rows = state.store.list_requests(&scope, &filter, after, query.limit.rows()).await?;
    let page = Page::new(rows, query.limit, |d| RequestCursor::after(&d.request), |d| d);
    let items = requests_for(&state, &caller, page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}
