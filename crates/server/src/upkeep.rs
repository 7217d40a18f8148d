//! Once an hour: ended sessions and stale throttles go.

use std::time::Duration;

use onhand_store::Store;
use tokio_util::sync::CancellationToken;

use crate::problem::chain;

/// How often the server tidies up.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);
/// Batches of one round: somebody who floods the sign-in must not keep the server busy with
/// tidying up after them.
const UPKEEP_BATCHES_MAX: u32 = 200;

/// Tidies up at once and then every hour, until the server stops. A failure is no reason to do
/// anything else than to try again in an hour.
pub(crate) async fn run(store: Store, stopping: CancellationToken) {
    loop {
        tidy(&store, &stopping).await;
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(UPKEEP_EVERY) => {}
        }
    }
}

async fn tidy(store: &Store, stopping: &CancellationToken) {
    let (mut sessions, mut throttles) = (0, 0);
    for _ in 0..UPKEEP_BATCHES_MAX {
        match store.forget_expired().await {
            Ok(batch) => {
                sessions += batch.sessions;
                throttles += batch.throttles;
                if !batch.is_full() || stopping.is_cancelled() {
                    break;
                }
            }
            Err(error) => {
                tracing::warn!(error = %chain(&error), "upkeep failed");
                break;
            }
        }
    }
    if sessions + throttles > 0 {
        tracing::info!(sessions, throttles, "upkeep.done");
    }
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use onhand_store::{
        sessions::IDLE_MICROS_MAX,
        upkeep::{FORGET_ROWS_MAX, Forgotten},
    };

    use super::*;
    use crate::testing::{NOW, TestState};

    #[tokio::test]
    async fn a_round_goes_on_until_nothing_is_left() {
        let state = TestState::new().await;
        let store = &state.app.store;
        let ann = state.user("admin", Scope::All).await;
        // Each attempt leaves a row for the address and one for the client.
        for n in 0..=FORGET_ROWS_MAX / 2 {
            let (email, client) = (format!("p{n}@example.com"), format!("client {n}"));
            store.sign_in_attempt(&email, &client).await.expect("counted");
        }
        let stopping = CancellationToken::new();
        tidy(store, &stopping).await;
        state.as_(&ann).get("/me").await.ok();
        state.clock.set(NOW.plus(IDLE_MICROS_MAX));
        tidy(store, &stopping).await;
        let left = store.forget_expired().await.expect("asked");
        assert_eq!(left, Forgotten::default(), "more than one batch had to go");
    }

    #[tokio::test]
    async fn it_ends_with_the_server() {
        let state = TestState::new().await;
        let stopping = state.app.stopping.clone();
        let task = tokio::spawn(run(state.app.store.clone(), stopping.clone()));
        stopping.cancel();
        task.await.expect("ended");
    }
}
