//! `DELETE /count-schedules/{id}`

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use super::authorised;
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Ends a schedule for good. The counts that it made stay.
#[utoipa::path(
    delete,
    path = "/count-schedules/{id}",
    operation_id = "delete_count_schedule",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The schedule")),
    responses((status = 204, description = "It is no more")),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn delete_count_schedule(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<StatusCode> {
    let (_, allowed, scope) = authorised(&state, &caller, id).await?;
    state.store.delete_count_schedule(&allowed.by, &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
