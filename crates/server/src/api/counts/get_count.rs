//! `GET /counts/{id}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use uuid::Uuid;

use super::{Count, authorised, count_for, examples};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// A count, with what the caller may do with it now.
#[utoipa::path(
    get,
    path = "/counts/{id}",
    operation_id = "get_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    responses((status = 200, description = "The count", body = Count,
        example = json!(examples::count()))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn get_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Count>> {
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    count_for(&state, &caller, count).await.map(Json)
}
