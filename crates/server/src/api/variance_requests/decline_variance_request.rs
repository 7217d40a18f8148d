//! `POST /variance-requests/{id}/decline`

use axum::{Json, extract::State};
use onhand_domain::plan::{command::Body, outcome::Outcome};
use uuid::Uuid;

use super::verdict::{Case, NewVerdict, asked};
use crate::{
    Problem,
    api::{
        ApiResult, refusals,
        shapes::{VarianceRequest, examples, requests_for},
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
        example = json!(examples::declined()))),
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
