//! `DELETE /channels/{id}/facilities/{facility_id}`

use axum::{extract::State, http::StatusCode};
use onhand_domain::FacilityId;
use uuid::Uuid;

use super::{channel, manager};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Takes a facility away from its location. Not while the channel runs; the whole shop is compared
/// at its next start.
#[utoipa::path(
    delete,
    path = "/channels/{id}/facilities/{facility_id}",
    operation_id = "delete_channel_facility",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("facility_id" = Uuid, Path, description = "The facility"),
    ),
    responses((status = 204, description = "It stands behind no location")),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn delete_channel_facility(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, facility)): ApiPath<(Uuid, Uuid)>,
) -> ApiResult<StatusCode> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    state.store.unmap_facility(&by, found.id, FacilityId(facility)).await?;
    Ok(StatusCode::NO_CONTENT)
}
