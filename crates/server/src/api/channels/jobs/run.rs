//! Works on a job in the background, and says that it does.

use std::time::Duration;

use onhand_domain::channel::{AuditKind, ChannelStatus, JobKind};
use onhand_shopify::{
    client::Shop,
    connect,
    reconciler::{self, PATIENCE},
};
use onhand_store::{
    By,
    channels::{ChannelRefusal, Job, JobEnd},
};
use tokio::sync::OwnedSemaphorePermit;

use super::result::{Compared, JobResult, Read};
use crate::{
    Problem,
    api::{ApiResult, channels::channel},
    problem::chain,
    state::AppState,
};

/// Jobs that one process works on at once; each reads a shop page by page.
pub(crate) const CHANNEL_JOBS_MAX: usize = 4;
/// How often a job says that it still runs: several times within the silence after which it
/// counts as lost.
const BEAT: Duration = Duration::from_secs(5);

/// A job with all that it needs.
pub(super) struct Work {
    pub(super) job: Job,
    pub(super) shop: Shop,
    pub(super) by: By,
    /// Its place among those that may run at once.
    pub(super) place: OwnedSemaphorePermit,
}

/// Works on it, and records how it ended.
pub(super) async fn run(state: AppState, work: Work) {
    let id = work.job.id;
    let ended = tokio::select! {
        ended = done(&state, &work) => Some(ended),
        () = state.stopping.cancelled() => Some(Err(stopped())),
        () = silent(&state, id) => None,
    };
    let end = match ended {
        Some(Ok(result)) => JobEnd::Done(serde_json::to_string(&result).unwrap_or_default()),
        Some(Err(problem)) => {
            tracing::warn!(job = %id, channel = %work.job.channel, problem = ?problem,
                "channel.job failed");
            JobEnd::Failed(serde_json::to_string(&problem).unwrap_or_default())
        }
        // Somebody else has called it lost, and perhaps begun another.
        None => return,
    };
    if let Err(error) = state.store.end_channel_job(id, end).await {
        tracing::error!(job = %id, error = %chain(&error), "channel.job end not recorded");
    }
    drop(work.place);
}

fn stopped() -> Problem {
    Problem::conflict("job-stopped", "The server stopped meanwhile")
        .detail("begin it again with a new id")
}

/// Says from time to time that the job runs; ends when it does not count as running any more.
async fn silent(state: &AppState, id: uuid::Uuid) {
    loop {
        tokio::time::sleep(BEAT).await;
        match state.store.beat_channel_job(id).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = %id, error = %chain(&error), "channel.job beat failed");
            }
        }
    }
}

async fn done(state: &AppState, work: &Work) -> ApiResult<JobResult> {
    match work.job.kind {
        JobKind::Check => check(state, work).await,
        JobKind::Start => start(state, work).await,
        JobKind::Audit => audit(state, work).await,
    }
}

async fn check(state: &AppState, work: &Work) -> ApiResult<JobResult> {
    let (store, shop, id) = (&state.store, &work.shop, work.job.channel);
    let read = connect::check(store, shop, id).await?;
    let comparison = connect::compare(store, shop, id).await?;
    Ok(JobResult {
        read: Some(Read::from(&read)),
        compared: Some(Compared::from(&comparison)),
        ..JobResult::default()
    })
}

async fn start(state: &AppState, work: &Work) -> ApiResult<JobResult> {
    let (store, id) = (&state.store, work.job.channel);
    let status = channel(state, id.0).await?.status;
    if status == ChannelStatus::Running {
        if work.job.anew {
            let remedy = "stop it before it is compared anew";
            return Err(ChannelRefusal::Status { status, remedy }.into());
        }
        return Ok(JobResult::default());
    }
    if status != ChannelStatus::Connected && !work.job.anew {
        store.set_channel_status(&work.by, id, ChannelStatus::Running, None).await?;
        return Ok(JobResult::default());
    }
    let started = connect::start(store, &work.shop, &work.by, id).await?;
    Ok(JobResult {
        compared: Some(Compared::from(&started.comparison)),
        taken_in: Some((started.taken.lanes, started.taken.pushes)),
        ..JobResult::default()
    })
}

async fn audit(state: &AppState, work: &Work) -> ApiResult<JobResult> {
    let (store, shop, id) = (&state.store, &work.shop, work.job.channel);
    let asked = AuditKind::Asked;
    let audit = reconciler::audit(store, shop, id, asked, PATIENCE).await?;
    Ok(JobResult { audit: Some(audit.id), ..JobResult::default() })
}
