//! `GET /channels/{id}/locations`

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel, examples,
    location::{ChannelLocation, locations},
    viewer,
};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// The locations of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelLocations {
    /// By name, at most 2,000.
    items: Vec<ChannelLocation>,
}

/// The locations of a shop as they were read last, with the facilities behind them.
#[utoipa::path(
    get,
    path = "/channels/{id}/locations",
    operation_id = "list_channel_locations",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    responses((status = 200, description = "The locations", body = ChannelLocations,
        example = json!({"items": [examples::location()]}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_locations(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<ChannelLocations>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    Ok(Json(ChannelLocations { items: locations(&state, found.id).await? }))
}
