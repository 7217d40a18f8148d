//! `GET /channels/{id}`

use axum::{Json, extract::State};
use uuid::Uuid;

use super::{
    channel, examples,
    shape::{Channel, running, summary},
    viewer,
};
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// A shop with how it stands: what waits, what was refused, how long changes take.
#[utoipa::path(
    get,
    path = "/channels/{id}",
    operation_id = "get_channel",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    responses((status = 200, description = "The channel", body = Channel,
        example = json!(examples::channel_with_summary()))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn get_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Channel>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let summary = summary(&state, found.id).await?;
    let job = running(&state).await?.into_iter().find(|job| job.is_of(found.id));
    Ok(Json(Channel::of(&state, found, job, Some(summary))))
}
