//! `GET /movements`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, MovementKind, Permission};
use onhand_store::stock::{MovementCursor, MovementDetail, MovementFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    api::{
        ApiResult,
        shapes::{Movement, codes, movements_seen},
    },
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{ApiTime, Cursor, Limit, Page, start_after},
};

/// Which movements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListMovements {
    /// At this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
    /// Of this SKU.
    sku_id: Option<Uuid>,
    /// Of any SKU of this product.
    product_id: Option<Uuid>,
    /// Of this kind.
    #[param(value_type = Option<codes::MovementKind>)]
    kind: Option<MovementKind>,
    /// With this reason.
    reason: Option<String>,
    /// Recorded at this time or later.
    from: Option<ApiTime>,
    /// Recorded before this time.
    to: Option<ApiTime>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// What moved, newest first.
#[utoipa::path(
    get,
    path = "/movements",
    operation_id = "list_movements",
    tag = "stock",
    params(ListMovements),
    responses((status = 200, description = "A page of movements", body = Page<Movement>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000001",
            "facility_id": "01900000-0000-7000-8000-00000000000a", "seq": 4711,
            "sku": {"id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
                "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
                "product_title": "Trail Runner", "image_url": null},
            "kind": "sale", "quantity": 1, "from": "available", "to": "customer",
            "reason": null, "reason_label": null,
            "effective_at": "2026-03-01T09:30:00Z", "recorded_at": "2026-03-01T09:30:02Z",
            "actor": {"id": "01900000-0000-7000-8000-00000000000d", "name": "till 3",
                "kind": "key"},
            "reported_by": null, "device": null, "origin": "pos",
            "origin_key": "receipt-4711", "note": null, "reverses": null, "corrects": null,
            "reversed_by": null, "order_line_id": null, "order": null, "unit_cost": "39.90",
            "on_hand_change": -1, "available_change": -1,
            "level_after": {"on_hand": 12, "available": 3, "committed": 9, "reserved": 0,
                "damaged": 0, "quality_control": 0, "safety_stock": 0},
            "hash": "5c0f", "may_reverse": false, "channels": [],
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_movements(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListMovements>,
) -> ApiResult<Json<Page<Movement>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::StockView, facility).await?;
    let after: Option<MovementCursor> = start_after(query.cursor.as_ref())?;
    let filter = MovementFilter {
        sku: query.sku_id.map(Into::into),
        product: query.product_id.map(Into::into),
        kind: query.kind,
        reason: query.reason,
        actor: None,
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        variances: false,
    };
    let rows = state.store.list_movements(&scope, &filter, after, query.limit.rows()).await?;
    let key = |detail: &MovementDetail| MovementCursor::after(&detail.movement);
    let Page { items: rows, next_cursor } = Page::new(rows, query.limit, key, |row| row);
    Ok(Json(Page { items: movements_seen(&state, caller.access(), rows).await?, next_cursor }))
}
