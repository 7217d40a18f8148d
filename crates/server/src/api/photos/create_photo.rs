//! `POST /photos`

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
};
use onhand_domain::{FacilityId, MovementId, Permission, SkuId};
use onhand_store::photos::{Evidence, NewPhoto, PHOTO_TYPE};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Photo, example, photo_for, variance};
use crate::{
    Problem,
    api::{ApiResult, counts::authorised},
    caller::{Authorised, Caller},
    extract::{ApiQuery, read_body},
    state::AppState,
};

/// What the photo is evidence of: a line of a count, or a variance.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CreatePhoto {
    /// Made by the device: the same again is a retry.
    #[param(example = "01900000-0000-7000-8000-000000000004")]
    id: Uuid,
    /// The count; with `sku_id`.
    count_id: Option<Uuid>,
    /// The line of the count.
    sku_id: Option<Uuid>,
    /// The variance, posted or requested; without the others.
    movement_id: Option<Uuid>,
}

/// Keeps a photo. What it says besides the picture (place, device, time, preview) is taken out of
/// it; turn it upright before sending, since its orientation goes with the rest.
///
/// For a line `count.count` is needed at the facility of the count, for a variance
/// `variance.report`.
#[utoipa::path(
    post,
    path = "/photos",
    operation_id = "create_photo",
    tag = "counts",
    params(CreatePhoto),
    request_body(content(
        (String = "image/jpeg", example = "the bytes of the file"),
    ), description = "The photo, at most 1 MiB"),
    responses((status = 201, description = "The photo is kept", body = Photo,
        example = json!(example()))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn create_photo(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<CreatePhoto>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Photo>)> {
    let (facility, of, allowed) = evidence(&state, &caller, &query).await?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case(PHOTO_TYPE) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let title = "The body is of another kind";
        return Err(Problem::new(status, "unsupported-media-type", title)
            .detail("send the photo itself, as image/jpeg"));
    }
    let bytes = read_body(request, &state).await?.to_vec();
    let new = NewPhoto { id: query.id, facility, of, bytes };
    let photo = state.store.add_photo(&allowed.by, new).await?;
    Ok((StatusCode::CREATED, Json(photo_for(&state, &photo).await?)))
}

/// What it is of and where, for whoever may add to it.
async fn evidence(
    state: &AppState,
    caller: &Caller,
    query: &CreatePhoto,
) -> ApiResult<(FacilityId, Evidence, Authorised)> {
    match (query.count_id, query.sku_id, query.movement_id) {
        (Some(count), Some(sku), None) => {
            let permission = Permission::CountCount;
            let (count, allowed) = authorised(state, caller, permission, count).await?;
            Ok((count.facility, Evidence::Line(count.id, SkuId(sku)), allowed))
        }
        (None, None, Some(movement)) => {
            let permission = Permission::VarianceReport;
            let movement = MovementId(movement);
            let (facility, sku) = variance(state, caller, permission, movement).await?;
            let allowed = caller.authorise(permission, Some(facility)).await?;
            Ok((facility, Evidence::Variance(movement, sku), allowed))
        }
        _ => {
            // Whoever may add photos nowhere is told that first.
            caller.scope(Permission::CountCount).await?;
            let detail = "say what it is of: ?count_id and ?sku_id, or ?movement_id";
            Err(Problem::malformed("invalid-query", detail).at("?count_id", detail))
        }
    }
}
