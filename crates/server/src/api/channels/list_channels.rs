//! `GET /channels`

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    examples,
    shape::{Channel, running},
    viewer,
};
use crate::{api::ApiResult, caller::Caller, state::AppState};

/// The shops.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Channels {
    /// By name, at most 200.
    items: Vec<Channel>,
}

/// The shops that are kept equal to the ledger, by name.
#[utoipa::path(
    get,
    path = "/channels",
    operation_id = "list_channels",
    tag = "channels",
    responses((status = 200, description = "The channels", body = Channels,
        example = json!({"items": [examples::channel()]}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channels(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Channels>> {
    viewer(&caller).await?;
    let jobs = running(&state).await?;
    let item = |channel: onhand_store::channels::Channel| {
        let job = jobs.iter().find(|job| job.is_of(channel.id)).cloned();
        Channel::of(&state, channel, job, None)
    };
    let items = state.store.list_channels().await?.into_iter().map(item).collect();
    Ok(Json(Channels { items }))
}
