//! `GET /channels/{id}/jobs/{job}`

use axum::{Json, extract::State};
use uuid::Uuid;

use super::ChannelJob;
use crate::{
    Problem,
    api::{
        ApiResult,
        channels::{channel, examples, viewer},
    },
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// A job: how it stands, and what it found.
#[utoipa::path(
    get,
    path = "/channels/{id}/jobs/{job}",
    operation_id = "get_channel_job",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("job" = Uuid, Path, description = "The job"),
    ),
    responses((status = 200, description = "The job", body = ChannelJob,
        example = json!(examples::job()))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn get_channel_job(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, job)): ApiPath<(Uuid, Uuid)>,
) -> ApiResult<Json<ChannelJob>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let job = state.store.find_channel_job(job).await?;
    let job = job.filter(|job| job.channel == found.id).ok_or_else(|| Problem::unknown("job"))?;
    Ok(Json(ChannelJob::whole(&state, job).await?))
}
