//! `POST /orders/{id}/cancellation`

use axum::{Json, extract::State};
use onhand_domain::plan::command::Body;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Order, closing::close};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Nothing more needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelOrder {}

/// Releases what the order still has promised. Once more is the same.
#[utoipa::path(
    post,
    path = "/orders/{id}/cancellation",
    operation_id = "cancel_order",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    request_body(content = CancelOrder, example = json!({})),
    responses((status = 200, description = "The order as it stands", body = Order,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
            "channel_id": null, "follows_shop": false,
            "placed_at": "2026-03-01T09:30:00Z", "due_at": null, "status": "cancelled",
            "lines": [],
        }))),
    extensions(("x-permission" = json!("movement.record"))),
)]
pub(crate) async fn cancel_order(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(CancelOrder {}): ApiJson<CancelOrder>,
) -> ApiResult<Json<Order>> {
    close(&state, &caller, id.into(), Body::CancelOrder(id.into()), &[]).await.map(Json)
}
