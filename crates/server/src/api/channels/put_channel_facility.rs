//! `PUT /channels/{id}/facilities/{facility_id}`

use axum::{Json, extract::State};
use onhand_domain::FacilityId;
use onhand_store::channels::Mapping;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel, examples,
    location::{ChannelLocation, locations},
    manager,
};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Behind which location a facility stands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutChannelFacility {
    /// The shop's id of the location.
    location: String,
    /// Units of each SKU that the facility never offers there; none where absent.
    #[serde(default)]
    safety_stock: i64,
}

/// Puts a facility behind a location of the shop; several may stand behind one. Not while the
/// channel runs; the whole shop is compared at its next start.
#[utoipa::path(
    put,
    path = "/channels/{id}/facilities/{facility_id}",
    operation_id = "put_channel_facility",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("facility_id" = Uuid, Path, description = "The facility"),
    ),
    request_body(content = PutChannelFacility, example = json!({
        "location": "gid://shopify/Location/1", "safety_stock": 0,
    })),
    responses((status = 200, description = "The location", body = ChannelLocation,
        example = json!(examples::location()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn put_channel_facility(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, facility)): ApiPath<(Uuid, Uuid)>,
    ApiJson(body): ApiJson<PutChannelFacility>,
) -> ApiResult<Json<ChannelLocation>> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    let mapping = Mapping {
        facility: FacilityId(facility),
        location: body.location.clone(),
        safety_stock: body.safety_stock,
    };
    state.store.map_facility(&by, found.id, mapping).await?;
    let all = locations(&state, found.id).await?;
    let location = all.into_iter().find(|one| one.location == body.location);
    location.map(Json).ok_or_else(|| Problem::unknown("location"))
}
