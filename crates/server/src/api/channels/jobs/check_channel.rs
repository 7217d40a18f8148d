//! `POST /channels/{id}/check`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::channel::JobKind;
use uuid::Uuid;

use super::{ChannelJob, NewChannelJob, begin};
use crate::{
    api::{ApiResult, channels::examples},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Reads a shop anew and compares it with the ledger: the dry run of a start. Changes nothing in
/// the shop.
#[utoipa::path(
    post,
    path = "/channels/{id}/check",
    operation_id = "check_channel",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    request_body(content = NewChannelJob, example = json!({
        "id": "01900000-0000-7000-8000-0000000000d1",
    })),
    responses((status = 202, description = "The job", body = ChannelJob,
        example = json!(examples::job()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn check_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewChannelJob>,
) -> ApiResult<(StatusCode, Json<ChannelJob>)> {
    begin(&state, &caller, (id, body.id), (JobKind::Check, false)).await
}
