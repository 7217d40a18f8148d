//! What is asked of a shop and takes longer than a request: it is begun, and asked after until it
//! has ended.

mod check_channel;
mod create_channel_audit;
mod get_channel_job;
mod list_channel_jobs;
mod result;
mod run;
mod shape;
mod start_channel;

use axum::{Json, http::StatusCode};
use onhand_domain::{ChannelId, channel::JobKind};
use onhand_store::channels::NewJob;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{channel, key, list_channel_audits, manager};
use crate::{Problem, api::ApiResult, caller::Caller, state::AppState};

pub(crate) use run::CHANNEL_JOBS_MAX;
pub(super) use shape::{Audit, ChannelJob};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(check_channel::check_channel))
        .routes(routes!(start_channel::start_channel))
        .routes(routes!(
            list_channel_audits::list_channel_audits,
            create_channel_audit::create_channel_audit
        ))
        .routes(routes!(list_channel_jobs::list_channel_jobs))
        .routes(routes!(get_channel_job::get_channel_job))
}

/// A job that is to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannelJob {
    /// Made by the client.
    id: Uuid,
}

/// Begins a job and answers at once; the same once more is the same job.
async fn begin(
    state: &AppState,
    caller: &Caller,
    (channel_id, id): (Uuid, Uuid),
    (kind, anew): (JobKind, bool),
) -> ApiResult<(StatusCode, Json<ChannelJob>)> {
    let by = manager(caller).await?.by;
    let new = NewJob { id, channel: ChannelId(channel_id), kind, anew };
    let found = channel(state, channel_id).await?;
    let known = state.store.find_channel_job(id).await?.is_some();
    let work = if known {
        None
    } else {
        let shop = onhand_shopify::connection::open(&state.store, &found, key(state)?)?;
        let places = std::sync::Arc::clone(&state.channel_jobs);
        let place = places.try_acquire_owned();
        let full = |_| Problem::busy("as many jobs run as this server takes at a time");
        Some((shop, place.map_err(full)?))
    };
    let (job, new) = state.store.begin_channel_job(&by, new).await?;
    if let (Some((shop, place)), true) = (work, new) {
        tokio::spawn(run::run(state.clone(), run::Work { job: job.clone(), shop, by, place }));
    }
    let shown = ChannelJob::whole(state, job).await?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}
