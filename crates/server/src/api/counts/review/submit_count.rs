//! `POST /counts/{id}/submit`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission};
use uuid::Uuid;

use super::examples;
use crate::{
    api::{
        ApiResult,
        counts::{Count, authorised, count_for},
    },
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// Says that counting is over. The policy accepts small lines and asks for recounts by itself;
/// once more lets it look at what was counted again.
#[utoipa::path(
    post,
    path = "/counts/{id}/submit",
    operation_id = "submit_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    responses((status = 200, description = "The count, in review", body = Count,
        example = json!(examples::count_in_review()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn submit_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Count>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountManage, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let count = state.store.submit_count(&allowed.by, &scope, count.id).await?;
    count_for(&state, &caller, count).await.map(Json)
}
