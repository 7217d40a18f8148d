//! Whose turn it is to write.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use sqlx::{Sqlite, SqlitePool, pool::PoolConnection};
use tokio::time::Instant;

use crate::StoreError;

/// How long the engine keeps its turn while there is something to post: others write a few times
/// a minute, and giving a turn back and asking for it again costs as much as a small posting.
const TURN_MAX: Duration = Duration::from_millis(20);

/// The engine's turn to write.
///
/// Everything else is written through the one connection of a pool. Whoever holds it is the one
/// writer: the engine holds it while its own connection writes. So writers queue fairly, and
/// nobody meets SQLite's busy handler, under which a waiter can starve.
pub(super) struct Turn {
    pool: SqlitePool,
    held: Mutex<Option<Held>>,
}

struct Held {
    _connection: PoolConnection<Sqlite>,
    since: Instant,
}

impl Turn {
    pub(super) const fn new(pool: SqlitePool) -> Self {
        Self { pool, held: Mutex::new(None) }
    }

    /// Waits until it is the engine's turn, or still is.
    pub(super) async fn take(&self) -> Result<(), StoreError> {
        if self.held().as_ref().is_some_and(|held| held.since.elapsed() < TURN_MAX) {
            return Ok(());
        }
        // Given back first: those who wait were there before.
        self.give_up();
        let connection = self.pool.acquire().await?;
        *self.held() = Some(Held { _connection: connection, since: Instant::now() });
        Ok(())
    }

    /// Ends the turn, if it is the engine's.
    pub(super) fn give_up(&self) {
        self.held().take();
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
