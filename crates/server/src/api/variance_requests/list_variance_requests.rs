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
        shapes::{RequestStatus, VarianceRequest, examples, requests_for},
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
        example = json!({"items": [examples::request()], "next_cursor": null}))),
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
