//! `POST /count-sessions/{id}/discard`

use axum::{Json, extract::State};
use onhand_domain::CountSessionId;
use uuid::Uuid;

use super::{
    examples,
    shape::{CountSession, own_or_managed},
};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Leaves all that the session scanned out of the count; it stays on record. For its counter, or
/// for whoever manages counts there.
#[utoipa::path(
    post,
    path = "/count-sessions/{id}/discard",
    operation_id = "discard_count_session",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = CountSession,
        example = json!(examples::session_that_is("discarded")))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn discard_count_session(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountSession>> {
    let (_, allowed) = own_or_managed(&state, &caller, id).await?;
    let session = state.store.discard_count_session(&allowed.by, CountSessionId(id)).await?;
    Ok(Json(session.into()))
}
