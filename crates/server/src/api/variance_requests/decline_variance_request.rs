//! `POST /variance-requests/{id}/decline`

use axum::{Json, extract::State};
use onhand_domain::plan::{command::Body, outcome::Outcome};
use uuid::Uuid;

use super::verdict::{Case, NewVerdict, asked};
use crate::{
    Problem,
    api::{
        ApiResult, refusals,
        shapes::{VarianceRequest, requests_for},
    },
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Closes a request without a movement. Nobody declines what they reported.
#[utoipa::path(
    post,
    path = "/variance-requests/{id}/decline",
    operation_id = "decline_variance_request",
    tag = "variance-requests",
    params(("id" = Uuid, Path, description = "The request")),
    request_body(content = NewVerdict, example = json!({"note": "found it behind the shelf"})),
    responses((status = 200, description = "The request", body = VarianceRequest,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001",
            "facility_id": "01900000-0000-7000-8000-00000000000a",
            "sku": {"id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
                "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
                "product_title": "Trail Runner", "image_url": null},
            "quantity": -1, "reason": "lost", "reason_label": "Lost", "note": null,
            "effective_at": "2026-03-01T09:30:00Z",
            "reported_by": {"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya",
                "kind": "user"},
            "reported_at": "2026-03-01T09:30:00Z", "device": null, "because": ["no_permission"],
            "status": "declined", "value": "39.90",
            "level": {"on_hand": 12, "available": 3, "committed": 9, "reserved": 0,
                "damaged": 0, "quality_control": 0, "safety_stock": 0},
            "level_after": {"on_hand": 12, "available": 3, "committed": 9, "reserved": 0,
                "damaged": 0, "quality_control": 0, "safety_stock": 0},
            "orders_at_risk": [], "may_decide": false, "may_not_because": null,
            "decided_by": {"id": "01900000-0000-7000-8000-00000000000e", "name": "Lena",
                "kind": "user"},
            "decided_at": "2026-03-01T10:00:00Z", "decision_note": "found it behind the shelf",
        }))),
    extensions(("x-permission" = json!("variance.approve"))),
)]
pub(crate) async fn decline_variance_request(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewVerdict>,
) -> ApiResult<Json<VarianceRequest>> {
    let case = Case::open(&state, &caller, id, body.note.as_deref()).await?;
    let (outcome, site) = case.decide(&state, Body::Decline).await?;
    let request = match outcome {
        Outcome::Declined(request) => request,
        Outcome::Refused(refusal) => return Err(refusals::problem(&refusal, &asked(&site))),
        _ => {
            tracing::error!("a decline had the outcome of another command");
            return Err(Problem::internal());
        }
    };
    let details = state.store.describe_requests(vec![request]).await?;
    let seen = requests_for(&state, &caller, details).await?;
    seen.into_iter().next().map(Json).ok_or_else(Problem::internal)
}
