//! `GET /counts/{id}/lines/{sku_id}/photos`

use axum::{Json, extract::State};
use onhand_domain::{Permission, SkuId};
use onhand_store::photos::Evidence;
use uuid::Uuid;

use super::{Photos, example, photos_for};
use crate::{
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// The photos of a line of a count, for whoever may see the count; none of a SKU that it has no
/// photos of. The pictures are at `/photos/{id}`.
#[utoipa::path(
    get,
    path = "/counts/{id}/lines/{sku_id}/photos",
    operation_id = "list_count_line_photos",
    tag = "counts",
    params(
        ("id" = Uuid, Path, description = "The count"),
        ("sku_id" = Uuid, Path, description = "The SKU",
            example = "01900000-0000-7000-8000-00000000000b"),
    ),
    responses((status = 200, description = "The photos", body = Photos,
        example = json!({"items": [example()]}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn list_count_line_photos(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, sku)): ApiPath<(Uuid, Uuid)>,
) -> ApiResult<Json<Photos>> {
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let photos = state.store.photos_of(Evidence::Line(count.id, SkuId(sku))).await?;
    Ok(Json(Photos { items: photos_for(&state, &photos).await? }))
}
