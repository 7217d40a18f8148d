//! `POST /count-sessions/{id}/reopen`

use axum::{Json, extract::State};
use onhand_domain::{CountSessionId, Permission};
use uuid::Uuid;

use super::{
    examples,
    shape::{CountSession, with_permission},
};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Lets a session take scans again, and takes those in that came too late. While the count is open,
/// or for a recount in review.
#[utoipa::path(
    post,
    path = "/count-sessions/{id}/reopen",
    operation_id = "reopen_count_session",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = CountSession,
        example = json!(examples::session()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn reopen_count_session(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountSession>> {
    let (_, allowed) = with_permission(&state, &caller, id, Permission::CountManage).await?;
    let session = state.store.reopen_count_session(&allowed.by, CountSessionId(id)).await?;
    Ok(Json(session.into()))
}
