//! `POST /count-sessions/{id}/submit`

use axum::{Json, extract::State};
use onhand_domain::CountSessionId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    examples,
    shape::{CountSession, own_or_managed},
};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::ApiTime,
};

/// When the counter was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitCountSession {
    /// Where that was without network; now where absent.
    submitted_at: Option<ApiTime>,
}

/// The counter is done; once more changes nothing. 409 `unknown-codes` while codes are neither
/// matched nor taken out. For its counter, or for whoever manages counts there.
#[utoipa::path(
    post,
    path = "/count-sessions/{id}/submit",
    operation_id = "submit_count_session",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    request_body(content = SubmitCountSession, example = json!({})),
    responses((status = 200, description = "The session", body = CountSession,
        example = json!(examples::session_that_is("submitted")))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn submit_count_session(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<SubmitCountSession>,
) -> ApiResult<Json<CountSession>> {
    let (_, allowed) = own_or_managed(&state, &caller, id).await?;
    let at = body.submitted_at.map(|at| at.0);
    let id = CountSessionId(id);
    let session = state.store.submit_count_session(&allowed.by, id, at).await?;
    Ok(Json(session.into()))
}
