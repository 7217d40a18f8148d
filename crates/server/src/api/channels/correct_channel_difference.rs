//! `POST /channels/{id}/differences/correct`

use axum::{Json, extract::State};
use onhand_store::channels::{ChannelError, ChannelRefusal, LaneKey};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel,
    difference::{Difference, differences},
    examples, manager,
};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Which level.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectChannelDifference {
    /// The shop's id of the item.
    item: String,
    /// The shop's id of the location.
    location: String,
}

/// Sets the shop to what the ledger has, if it still has what was seen. Once more is the same.
/// Where the ledger is wrong, log a variance instead.
#[utoipa::path(
    post,
    path = "/channels/{id}/differences/correct",
    operation_id = "correct_channel_difference",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    request_body(content = CorrectChannelDifference, example = json!({
        "item": "gid://shopify/InventoryItem/1", "location": "gid://shopify/Location/1",
    })),
    responses((status = 200, description = "The difference, being set right", body = Difference,
        example = json!(examples::difference()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn correct_channel_difference(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<CorrectChannelDifference>,
) -> ApiResult<Json<Difference>> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    let lane = LaneKey { item: body.item, location: body.location };
    let corrected = state.store.correct_difference(&by, found.id, &lane).await;
    let row = corrected.map_err(|error| match error {
        ChannelError::Refused(ChannelRefusal::Unknown(what)) if what != "channel" => {
            Problem::unknown("difference")
        }
        error => error.into(),
    })?;
    let shown = differences(&state, found.id, true, vec![row]).await?.pop();
    shown.map(Json).ok_or_else(|| Problem::unknown("difference"))
}
