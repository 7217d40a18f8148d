//! `GET /photos/{id}`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use onhand_domain::Permission;
use onhand_store::photos::{Evidence, PHOTO_TYPE};
use uuid::Uuid;

use super::hex;
use crate::{
    Problem,
    api::{ApiResult, immutable},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// A photo, for whoever may see what it is of: `count.count` at the facility for the line of a
/// count, `stock.view` for a variance. It never changes; keep it.
#[utoipa::path(
    get,
    path = "/photos/{id}",
    operation_id = "get_photo",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The photo")),
    responses(
        (status = 200, description = "The photo", content((Vec<u8> = "image/jpeg"))),
        (status = 304, description = "The caller has it already"),
    ),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn get_photo(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let unknown = || Problem::unknown("photo");
    let Some((photo, body)) = state.store.photo(id).await? else {
        // Whoever may see none is told so, and not which ids there are.
        caller.scope(Permission::CountCount).await?;
        return Err(unknown());
    };
    let permission = match photo.of {
        Evidence::Line(..) => Permission::CountCount,
        Evidence::Variance(..) => Permission::StockView,
    };
    if let Err(problem) = caller.authorise(permission, Some(photo.facility)).await {
        let hidden = problem.status() == StatusCode::NOT_FOUND;
        return Err(if hidden { unknown() } else { problem });
    }
    immutable::answer(&headers, &hex(&photo.sha256), PHOTO_TYPE, body)
}
