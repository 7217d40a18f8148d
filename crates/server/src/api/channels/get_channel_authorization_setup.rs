//! `GET /channels/authorizations`

use axum::{Json, extract::State};

use super::{authorization::ChannelAuthorizationSetup, examples, manager};
use crate::{api::ApiResult, caller::Caller, state::AppState};

/// What an app has to be told before somebody can be sent to a shop to let it in.
#[utoipa::path(
    get,
    path = "/channels/authorizations",
    operation_id = "get_channel_authorization_setup",
    tag = "channels",
    responses((status = 200, description = "What the app has to be told",
        body = ChannelAuthorizationSetup, example = json!(examples::authorization_setup()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn get_channel_authorization_setup(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<ChannelAuthorizationSetup>> {
    manager(&caller).await?;
    Ok(Json(ChannelAuthorizationSetup::of(&state)))
}
