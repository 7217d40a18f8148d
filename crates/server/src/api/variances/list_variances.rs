//! `GET /variances`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::stock::{MovementCursor, MovementDetail};

use super::filter::variance_query;
use crate::{
    api::{ApiResult, shapes::Movement},
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

variance_query! {
    /// Which variances.
    ListVariances {
        /// The `next_cursor` of the page before.
        cursor: Option<Cursor>,
        /// Entries of the page.
        #[serde(default)]
        #[param(required = false)]
        limit: Limit,
    }
}

/// Variances and their reversals, newest first.
#[utoipa::path(
    get,
    path = "/variances",
    operation_id = "list_variances",
    tag = "variances",
    params(ListVariances),
    responses((status = 200, description = "A page of movements", body = Page<Movement>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000001",
            "facility_id": "01900000-0000-7000-8000-00000000000a", "seq": 4711,
            "sku": {"id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
                "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
                "product_title": "Trail Runner", "image_url": null},
            "kind": "variance", "quantity": 1, "from": "available", "to": "damaged",
            "reason": "damaged", "reason_label": "Damaged",
            "effective_at": "2026-03-01T09:30:00Z", "recorded_at": "2026-03-01T09:30:00Z",
            "actor": {"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya",
                "kind": "user"},
            "reported_by": null, "device": null, "origin": "ui", "origin_key": null,
            "note": "sole torn", "reverses": null, "corrects": null, "reversed_by": null,
            "order_line_id": null, "unit_cost": "39.90", "on_hand_change": 0,
            "available_change": -1,
            "level_after": {"on_hand": 12, "available": 2, "committed": 9, "reserved": 0,
                "damaged": 1, "quality_control": 0, "safety_stock": 0},
            "hash": "5c0f", "may_reverse": true,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_variances(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListVariances>,
) -> ApiResult<Json<Page<Movement>>> {
    let scope = query.scope(&caller, Permission::StockView).await?;
    let after: Option<MovementCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.rows();
    let rows = state.store.list_movements(&scope, &query.filter(), after, limit).await?;
    let key = |detail: &MovementDetail| MovementCursor::after(&detail.movement);
    let seen = |detail| Movement::seen_by(caller.access(), detail);
    Ok(Json(Page::new(rows, query.limit, key, seen)))
}
