//! Looks whether the shop has what it should have, and sets right what has not.

use onhand_domain::ChannelId;
use onhand_store::{Store, StoreError, channels::LaneKey};
use tokio_util::sync::CancellationToken;

use crate::{client::Shop, read::ReadError};

/// Most levels of one look.
pub const LOOK_MAX: usize = 250;

/// Why it was not looked.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The shop could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Levels that were judged.
    pub levels: u64,
}

/// Reads these levels anew and judges them, at most [`LOOK_MAX`].
///
/// # Errors
/// [`ReconcileError`].
#[expect(clippy::unused_async, reason = "judging levels comes with the reconciler")]
pub async fn look(
    _store: &Store,
    _shop: &Shop,
    _channel: ChannelId,
    _lanes: &[LaneKey],
) -> Result<Looked, ReconcileError> {
    Ok(Looked::default())
}

/// Keeps looking until `stopping`: one task beside the publisher, under its lease.
pub async fn run(_store: Store, _shop: Shop, _channel: ChannelId, stopping: CancellationToken) {
    stopping.cancelled().await;
}
