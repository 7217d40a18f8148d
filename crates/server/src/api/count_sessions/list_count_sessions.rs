//! `GET /counts/{id}/sessions`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{examples, shape::CountSession};
use crate::{
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// All sessions of a count: at most 500.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountSessions {
    /// In the order in which they began.
    items: Vec<CountSession>,
}

/// The sessions of a count, everybody's.
#[utoipa::path(
    get,
    path = "/counts/{id}/sessions",
    operation_id = "list_count_sessions",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    responses((status = 200, description = "The sessions", body = CountSessions,
        example = json!({"items": [examples::session()]}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn list_count_sessions(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountSessions>> {
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let sessions = state.store.list_count_sessions(&scope, count.id).await?;
    Ok(Json(CountSessions { items: sessions.into_iter().map(Into::into).collect() }))
}
