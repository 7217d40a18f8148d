//! `POST /variances/preview`

use axum::{Json, extract::State};

use super::{
    NewVariance, answers,
    commands::{Grounds, MEMBERS},
};
use crate::{
    Problem,
    api::{ApiResult, refusals::Asked, shapes::VarianceAnswer},
    caller::Caller,
    extract::ApiJson,
    state::AppState,
};

/// Says what a variance would do. Nothing is written.
#[utoipa::path(
    post,
    path = "/variances/preview",
    operation_id = "preview_variance",
    tag = "variances",
    request_body(content = NewVariance, example = json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku_id": "01900000-0000-7000-8000-00000000000b",
        "quantity": -1, "reason": "damaged",
    })),
    responses((status = 200, description = "What would come of it", body = VarianceAnswer,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001", "status": "would_post",
            "movement": null, "request_because": [], "request": null,
            "level_before": {"on_hand": 12, "available": 0, "committed": 12, "reserved": 0,
                "damaged": 0, "quality_control": 0, "safety_stock": 0},
            "level_after": {"on_hand": 12, "available": -1, "committed": 12, "reserved": 0,
                "damaged": 1, "quality_control": 0, "safety_stock": 0},
            "value": "39.90",
            "orders_at_risk": [{
                "order_id": "01900000-0000-7000-8000-00000000000c",
                "order_line_id": "01900000-0000-7000-8000-00000000000d",
                "name": "#1042", "channel": "web", "due_at": null,
                "placed_at": "2026-03-01T09:30:00Z", "quantity": 1, "short": 1,
                "alternatives": [{"facility_id": "01900000-0000-7000-8000-00000000000e",
                    "code": "S2", "name": "Harbour", "available": 4}],
            }],
        }))),
    extensions(("x-permission" = json!("variance.report"))),
)]
pub(crate) async fn preview_variance(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<NewVariance>,
) -> ApiResult<Json<VarianceAnswer>> {
    let variances = [body];
    let grounds = Grounds::of(&state, &caller, &variances).await?;
    let [body] = &variances;
    let site = grounds.sites.get(&body.facility_id.into());
    let asked =
        Asked { pointer: "", members: MEMBERS, facility: site.map(|site| site.name.as_str()) };
    let command = grounds.command(&state, &caller, body, &asked)?;
    let outcome = state.store.preview(&[command]).await?.pop().ok_or_else(Problem::internal)?;
    let done = answers::done(outcome, &asked)?;
    answers::preview_answer(&state, &caller, done).await.map(Json)
}
