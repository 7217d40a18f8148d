//! `GET /variances/{id}/photos`

use axum::{Json, extract::State};
use onhand_domain::{MovementId, Permission};
use onhand_store::photos::Evidence;
use uuid::Uuid;

use super::{Photos, example, photos_for, variance};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// The photos of a variance, or of the request for one: its id is that of the movement that it
/// becomes. The pictures are at `/photos/{id}`.
#[utoipa::path(
    get,
    path = "/variances/{id}/photos",
    operation_id = "list_variance_photos",
    tag = "variances",
    params(("id" = Uuid, Path, description = "The variance, posted or requested")),
    responses((status = 200, description = "The photos", body = Photos,
        example = json!({"items": [example()]}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_variance_photos(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Photos>> {
    let (permission, id) = (Permission::StockView, MovementId(id));
    let (facility, sku) = variance(&state, &caller, permission, id).await?;
    caller.authorise(permission, Some(facility)).await?;
    let photos = state.store.photos_of(Evidence::Variance(id, sku)).await?;
    Ok(Json(Photos { items: photos_for(&state, &photos).await? }))
}
