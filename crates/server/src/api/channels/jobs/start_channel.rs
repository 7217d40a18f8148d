//! `POST /channels/{id}/start`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::channel::JobKind;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ChannelJob, begin};
use crate::{
    api::{ApiResult, channels::examples},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// A start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartChannel {
    /// The job's, made by the client.
    id: Uuid,
    /// Compare the whole shop, also where it could go on where it stood.
    #[serde(default)]
    anew: bool,
}

/// Makes a shop equal to the ledger and keeps it so. One that was stopped goes on where it stood.
#[utoipa::path(
    post,
    path = "/channels/{id}/start",
    operation_id = "start_channel",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    request_body(content = StartChannel, example = json!({
        "id": "01900000-0000-7000-8000-0000000000d1", "anew": false,
    })),
    responses((status = 202, description = "The job", body = ChannelJob,
        example = json!(examples::job()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn start_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<StartChannel>,
) -> ApiResult<(StatusCode, Json<ChannelJob>)> {
    begin(&state, &caller, (id, body.id), (JobKind::Start, body.anew)).await
}
