//! `GET /levels`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::stock::{LevelCursor, LevelFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    api::{ApiResult, shapes::Level},
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which levels.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListLevels {
    /// At this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
    /// Of this SKU.
    sku_id: Option<Uuid>,
    /// Of this product's SKUs.
    product_id: Option<Uuid>,
    /// Only those where some state has fewer than no units: the record is wrong there.
    negative: Option<bool>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The quantities of SKUs at facilities. What was never touched is zero and has no entry.
#[utoipa::path(
    get,
    path = "/levels",
    operation_id = "list_levels",
    tag = "stock",
    params(ListLevels),
    responses((status = 200, description = "A page of levels", body = Page<Level>,
        example = json!({"items": [{
            "facility_id": "01900000-0000-7000-8000-00000000000a",
            "sku_id": "01900000-0000-7000-8000-00000000000b",
            "on_hand": 12, "available": 3, "committed": 9, "reserved": 0, "damaged": 0,
            "quality_control": 0, "safety_stock": 0, "last_counted_at": null,
            "last_movement_at": "2026-03-01T09:30:00Z", "seq": 4711,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_levels(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListLevels>,
) -> ApiResult<Json<Page<Level>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::StockView, facility).await?;
    let after: Option<LevelCursor> = start_after(query.cursor.as_ref())?;
    let filter = LevelFilter {
        sku: query.sku_id.map(Into::into),
        product: query.product_id.map(Into::into),
        negative: query.negative.unwrap_or_default(),
    };
    let rows = state.store.list_levels(&scope, filter, after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, LevelCursor::after, Level::from)))
}
