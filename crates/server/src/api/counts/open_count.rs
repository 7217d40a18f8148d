//! `POST /counts/{id}/open`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Count, authorised, count_for, examples};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// How to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenCount {
    /// Also before its planned start.
    #[serde(default)]
    early: bool,
}

/// Lets the counting begin; once more changes nothing. Before the planned start: 409 `too-early`
/// without `early`.
#[utoipa::path(
    post,
    path = "/counts/{id}/open",
    operation_id = "open_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = OpenCount, example = json!({})),
    responses((status = 200, description = "The count", body = Count,
        example = json!(examples::count()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn open_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<OpenCount>,
) -> ApiResult<Json<Count>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountManage, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let count = state.store.open_count(&allowed.by, &scope, count.id, body.early).await?;
    count_for(&state, &caller, count).await.map(Json)
}
