//! `GET /count-sessions/{id}`

use axum::{Json, extract::State};
use onhand_domain::CountSessionId;
use uuid::Uuid;

use super::{
    examples,
    shape::{CountSession, own_or_managed},
};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// A session, for its counter, or for whoever manages counts there.
#[utoipa::path(
    get,
    path = "/count-sessions/{id}",
    operation_id = "get_count_session",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = CountSession,
        example = json!(examples::session()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn get_count_session(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountSession>> {
    own_or_managed(&state, &caller, id).await?;
    let session = state.store.count_session(CountSessionId(id)).await?;
    Ok(Json(session.into()))
}
