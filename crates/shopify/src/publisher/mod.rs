//! Brings what the ledger recorded to the shops: one task for each channel that runs.
//!
//! Nodes share the channels through leases. A node that dies loses nothing, because every call and
//! its key were committed before they were sent; and doubles nothing, because whoever takes over
//! sends the same text with the same key, which the shop answers as the first time.

mod payload;
mod rounds;
mod send;

use std::{collections::HashMap, time::Duration};

use onhand_domain::{ChannelId, PrincipalId, channel::ChannelStatus};
use onhand_store::{By, Store, StoreError, channels::ChannelError};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::rounds::Rounds;
use crate::sealed::Key;

/// How often it is looked which channels run.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a node may be silent before another takes its channel over.
const LEASE: Duration = Duration::from_secs(10);

/// Publishes and receives until `stopping`. Without the key that the shops' credentials are sealed
/// with nothing can be sent, which is said once. `public_url` is where the shops find us.
pub async fn run(
    store: Store,
    key: Option<Key>,
    public_url: Option<String>,
    stopping: CancellationToken,
) {
    let node = store.ids().next();
    let mut tasks: HashMap<ChannelId, JoinHandle<()>> = HashMap::new();
    let mut told = false;
    while !stopping.is_cancelled() {
        tasks.retain(|_, task| !task.is_finished());
        match (store.list_channels().await, &key) {
            (Ok(channels), Some(key)) => {
                for channel in channels.iter().filter(|c| c.status == ChannelStatus::Running) {
                    tasks.entry(channel.id).or_insert_with(|| {
                        let rounds =
                            Rounds::new(&store, node, channel.id, key.clone(), public_url.clone());
                        tokio::spawn(rounds.run(stopping.child_token()))
                    });
                }
            }
            (Ok(channels), None) => {
                if !channels.is_empty() && !told {
                    told = true;
                    tracing::error!("publisher.no_key: the shops' credentials can't be read");
                }
            }
            (Err(error), _) => tracing::warn!(%error, "publisher.channels not read"),
        }
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    for (_, task) in tasks {
        if let Err(panic) = task.await {
            tracing::error!(error = %panic, "publisher.channel ended early");
        }
    }
}

/// The shop lets nobody in: a person has to act.
pub(crate) async fn stop(
    store: &Store,
    channel: ChannelId,
    reason: &str,
    problem: &str,
) -> Result<(), StoreError> {
    tracing::error!(%channel, reason, problem, "publisher.stopped");
    let by = By {
        actor: PrincipalId::SYSTEM,
        action: "stop_channel".to_owned(),
        rule: "the shop refuses everything".to_owned(),
    };
    let words = format!("{reason}: {problem}");
    let stopped = store.set_channel_status(&by, channel, ChannelStatus::Broken, Some(words)).await;
    match stopped {
        Ok(_) | Err(ChannelError::Refused(_)) => Ok(()),
        Err(ChannelError::Store(error)) => Err(error),
    }
}
