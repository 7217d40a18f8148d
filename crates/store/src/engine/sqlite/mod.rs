//! SQLite: one writer, so a transaction that has begun is alone.
//!
//! The writer is synchronous and has a thread of its own: handing each statement to a thread and
//! waiting for its answer, as an asynchronous driver must, costs more than the statement (ADR 5).

mod driver;
mod turn;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures::FutureExt as _;
use onhand_domain::plan::{outcome::Outcome, plan};
use rusqlite::{Transaction, TransactionBehavior};
use sqlx::SqlitePool;

use super::{
    columns::Column,
    statements::{Dialect, Statements},
    transact::transactor,
};
use crate::{Clock, Ids};
use driver::{Access, Row, Slot};
use turn::Turn;

/// The statements as SQLite understands them.
pub(super) static SQL: LazyLock<Statements> = LazyLock::new(|| Statements::new(Dialect::Sqlite));

transactor!(Transaction<'_>, Row, SQL);

/// The embedded ledger.
#[derive(Clone)]
pub(super) struct Ledger {
    turn: Arc<Turn>,
    writer: Arc<Mutex<Slot>>,
    reader: Arc<Mutex<Slot>>,
}

impl Ledger {
    /// The ledger in the database that everything else is written to through `pool`.
    pub(super) fn new(pool: &SqlitePool) -> Self {
        let slot = |access| Arc::new(Mutex::new(Slot::new(pool, access)));
        let turn = Arc::new(Turn::new(pool.clone()));
        Self { turn, writer: slot(Access::Write), reader: slot(Access::Read) }
    }

    /// Decides the commands and writes what follows, in one transaction. Occupies the thread.
    pub(super) async fn post(
        &self,
        commands: &[Command],
        as_of: &BTreeSet<Version>,
        clock: &dyn Clock,
        ids: &dyn Ids,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.turn.take().await?;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Immediate: a transaction that reads first and writes later could fail in between.
        let writer = writer.connection()?;
        let mut tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let view = now(load(&mut tx, commands, as_of, true, || clock.now()))?;
        let (outcomes, effects) = plan(&view, commands);
        if !effects.is_empty() {
            now(persist(&mut tx, &effects, view.now, ids))?;
        }
        tx.commit()?;
        Ok(outcomes)
    }

    /// Lets others write: nobody posts just now.
    pub(super) fn rest(&self) {
        self.turn.give_up();
    }

    /// Decides the commands and writes nothing.
    pub(super) async fn preview(
        &self,
        commands: &[Command],
        clock: Arc<dyn Clock>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let (reader, commands) = (Arc::clone(&self.reader), commands.to_vec());
        let decide = move || {
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tx = reader.connection()?.transaction()?;
            let view = now(load(&mut tx, &commands, &BTreeSet::new(), false, || clock.now()))?;
            tx.rollback()?;
            Ok(plan(&view, &commands).0)
        };
        tokio::task::spawn_blocking(decide).await.unwrap_or(Err(StoreError::Panicked))
    }
}

/// What is written once for both drivers is asynchronous; here it never waits.
fn now<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    work.now_or_never().unwrap_or(Err(StoreError::Panicked))
}

#[expect(clippy::unused_async, reason = "PostgreSQL's waits")]
async fn fetch<T>(
    tx: &mut Transaction<'_>,
    sql: &str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<Vec<Row>, StoreError> {
    driver::fetch(tx, sql, columns, rows)
}

#[expect(clippy::unused_async, reason = "PostgreSQL's waits")]
async fn execute<T>(
    tx: &mut Transaction<'_>,
    sql: &str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<u64, StoreError> {
    driver::execute(tx, sql, columns, rows)
}
