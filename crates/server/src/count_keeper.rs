//! Twice a minute: planned counts begin, schedules and triggers make theirs.

use std::time::Duration;

use onhand_store::Store;
use tokio_util::sync::CancellationToken;

use crate::problem::chain;

/// How often the server looks.
const KEEP_EVERY: Duration = Duration::from_secs(30);

/// Looks at once and then twice a minute, until the server stops. A failure is no reason to do
/// anything else than to try again.
pub(crate) async fn run(store: Store, stopping: CancellationToken) {
    loop {
        match store.keep_counts().await {
            Ok(kept) if kept.opened + kept.scheduled + kept.triggered > 0 => {
                let (opened, scheduled) = (kept.opened, kept.scheduled);
                tracing::info!(opened, scheduled, skus_triggered = kept.triggered, "counts.kept");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(error = %chain(&error), "counts.keeping failed"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(KEEP_EVERY) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestState;

    #[tokio::test]
    async fn it_ends_with_the_server() {
        let state = TestState::new().await;
        let stopping = state.app.stopping.clone();
        let task = tokio::spawn(run(state.app.store.clone(), stopping.clone()));
        stopping.cancel();
        task.await.expect("ended");
    }
}
