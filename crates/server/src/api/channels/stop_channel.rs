//! `POST /channels/{id}/stop`

use axum::{Json, extract::State};
use onhand_domain::channel::ChannelStatus;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{channel, examples, manager, shape::Channel};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Nothing more to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopChannel {}

/// Tells the shop nothing more until it is started again. Nothing is lost: what is recorded
/// meanwhile is told then. One that does not run stays as it is.
#[utoipa::path(
    post,
    path = "/channels/{id}/stop",
    operation_id = "stop_channel",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    request_body(content = StopChannel, example = json!({})),
    responses((status = 200, description = "The channel", body = Channel,
        example = json!(examples::channel()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn stop_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(StopChannel {}): ApiJson<StopChannel>,
) -> ApiResult<Json<Channel>> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    let stopped = match found.status {
        // One that never ran has nothing to stop.
        ChannelStatus::Connected | ChannelStatus::Stopped => found,
        ChannelStatus::Running | ChannelStatus::Broken => {
            let why = Some("stopped by a person".to_owned());
            state.store.set_channel_status(&by, found.id, ChannelStatus::Stopped, why).await?
        }
    };
    Ok(Json(Channel::written(&state, stopped).await?))
}
