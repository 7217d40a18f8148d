//! Runs an import in the background.

use std::{collections::BTreeMap, time::Duration};

use onhand_catalog::{
    FileError, ImportError, Options, Report, StockOptions, import_catalog, import_stock,
};
use onhand_domain::{FacilityId, FacilityScope};
use onhand_store::{
    By,
    catalog::{ImportKind, ImportMode},
};
use tokio::sync::{SemaphorePermit, watch};
use uuid::Uuid;

use super::upload::Upload;
use crate::{problem::chain, state::AppState};

/// How often progress is recorded.
const PROGRESS_PAUSE: Duration = Duration::from_millis(300);

/// An import with all that it needs.
pub(super) struct Job {
    pub(super) id: Uuid,
    pub(super) upload: Upload,
    pub(super) kind: ImportKind,
    pub(super) mode: ImportMode,
    pub(super) by: By,
    pub(super) facility: Option<FacilityId>,
    pub(super) scope: FacilityScope,
    pub(super) locations: BTreeMap<String, String>,
    /// Its place among those that may run at once.
    pub(super) _place: SemaphorePermit<'static>,
}

/// Refuses a file that is something else, judging by its beginning.
pub(super) async fn check(kind: ImportKind, upload: &Upload) -> Result<(), FileError> {
    let path = upload.path.to_path_buf();
    let checked = tokio::task::spawn_blocking(move || match kind {
        ImportKind::Catalog => onhand_catalog::check_catalog(&path),
        ImportKind::Stock => onhand_catalog::check_stock(&path),
    });
    checked.await.unwrap_or_else(|panic| Err(std::io::Error::other(panic).into()))
}

/// Runs it, and records how it goes and how it ended.
pub(super) async fn run(state: AppState, job: Job) {
    let (sender, receiver) = watch::channel((0, 0));
    let recorder = tokio::spawn(record_progress(state.clone(), job.id, receiver));
    let ended = tokio::select! {
        ended = import(&state, &job, &sender) => Some(ended),
        () = state.stopping.cancelled() => None,
    };
    drop(sender);
    // Progress comes before the end, or a late row would follow it.
    let _ = recorder.await;
    let (report, failure) = match ended {
        Some(Ok(report)) => (Some(report), None),
        Some(Err(ImportError::File(error))) => {
            (Some(Report::of_file(&error)), Some(error.to_string()))
        }
        Some(Err(error)) => {
            tracing::error!(import = %job.id, error = %chain(&error), "import.failed");
            (None, Some(error.to_string()))
        }
        None => {
            let text = "the server stopped meanwhile; import the file again to continue";
            (None, Some(text.to_owned()))
        }
    };
    let report = report.and_then(|report| serde_json::to_string(&report).ok());
    if let Err(error) = state.store.finish_import(job.id, report, failure).await {
        tracing::error!(import = %job.id, error = %chain(&error), "import.end not recorded");
    }
}

async fn import(
    state: &AppState,
    job: &Job,
    progress: &watch::Sender<(u64, u64)>,
) -> Result<Report, ImportError> {
    let progress = |done, total| {
        progress.send_replace((done, total));
    };
    let (by, mode) = (job.by.clone(), job.mode);
    match job.kind {
        ImportKind::Catalog => {
            let options = Options { by, mode, facility: job.facility };
            import_catalog(&state.store, &job.upload.path, &options, &progress).await
        }
        ImportKind::Stock => {
            let (scope, locations) = (job.scope.clone(), job.locations.clone());
            let options = StockOptions { by, mode, scope, locations };
            import_stock(&state.store, &job.upload.path, &options, &progress).await
        }
    }
}

async fn record_progress(state: AppState, id: Uuid, mut progress: watch::Receiver<(u64, u64)>) {
    while progress.changed().await.is_ok() {
        let (done, total) = *progress.borrow_and_update();
        if let Err(error) = state.store.advance_import(id, done, total).await {
            tracing::warn!(import = %id, error = %chain(&error), "import.progress not recorded");
        }
        tokio::time::sleep(PROGRESS_PAUSE).await;
    }
}
