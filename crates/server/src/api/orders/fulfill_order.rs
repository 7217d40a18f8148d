//! `POST /orders/{id}/fulfillment`

use axum::{Json, extract::State};
use onhand_domain::plan::command::{self, Body};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Order, closing::close};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::ApiTime,
};

/// The order left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfillOrder {
    /// When it left; now where absent.
    effective_at: Option<ApiTime>,
}

/// Takes what the order still has promised to the customer. Once more is the same.
#[utoipa::path(
    post,
    path = "/orders/{id}/fulfillment",
    operation_id = "fulfill_order",
    tag = "orders",
    params(("id" = Uuid, Path, description = "The order")),
    request_body(content = FulfillOrder, example = json!({"effective_at": "2026-03-01T16:00:00Z"})),
    responses((status = 200, description = "The order as it stands", body = Order,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
            "channel_id": null, "follows_shop": false,
            "placed_at": "2026-03-01T09:30:00Z", "due_at": null, "status": "fulfilled",
            "lines": [],
        }))),
    extensions(("x-permission" = json!("movement.record"))),
)]
pub(crate) async fn fulfill_order(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<FulfillOrder>,
) -> ApiResult<Json<Order>> {
    let effective_at = body.effective_at.map(|at| at.0);
    let fulfill = Body::FulfillOrder(command::FulfillOrder { order: id.into(), effective_at });
    close(&state, &caller, id.into(), fulfill, &["effective_at"]).await.map(Json)
}
