//! `POST /variance-requests/{id}/approval`

use axum::{Json, extract::State};
use onhand_domain::plan::command::Body;
use uuid::Uuid;

use super::verdict::{Case, NewVerdict, asked};
use crate::{
    api::{
        ApiResult,
        shapes::{VarianceAnswer, examples},
        variances::answer_posted,
    },
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Posts what another reported, with the time at which it was seen.
///
/// Nobody approves what they reported; the approver's own limits hold. The same approval again
/// by the same person gets the same answer.
#[utoipa::path(
    post,
    path = "/variance-requests/{id}/approval",
    operation_id = "approve_variance_request",
    tag = "variance-requests",
    params(("id" = Uuid, Path, description = "The request")),
    request_body(content = NewVerdict, example = json!({"note": "seen it"})),
    responses((status = 200, description = "The movement", body = VarianceAnswer,
        example = json!(examples::posted()))),
    extensions(("x-permission" = json!("variance.approve"))),
)]
pub(crate) async fn approve_variance_request(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewVerdict>,
) -> ApiResult<Json<VarianceAnswer>> {
    let case = Case::open(&state, &caller, id, body.note.as_deref()).await?;
    let (outcome, site) = case.decide(&state, Body::Approve).await?;
    answer_posted(&state, &caller, outcome, &asked(&site)).await.map(Json)
}
