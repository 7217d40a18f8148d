//! PostgreSQL: several nodes write at once; the facility's row orders its postings.

use std::{
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use onhand_domain::plan::{outcome::Outcome, plan};
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Row as _,
    pool::PoolConnection,
    postgres::{PgArguments, PgPoolOptions, PgRow},
    query::Query,
};

use super::{
    columns::{Column, Get},
    statements::{Dialect, Statements},
    transact::transactor,
};
use crate::{Clock, Ids, error::is_engine_contention, open::ACQUIRE_TIMEOUT};

/// Settings of the committer's connection.
const PLANNER: [(&str, &str); 4] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    // There is one good plan for each statement; making it anew for each batch takes longer than
    // to run it.
    ("plan_cache_mode", "force_generic_plan"),
];

/// Times that a transaction is tried before its commands fail.
const ATTEMPTS_MAX: u32 = 10;
/// Longest pause between two attempts.
const BACKOFF_MAX: Duration = Duration::from_millis(50);

/// The statements as PostgreSQL understands them.
pub(super) static SQL: LazyLock<Statements> = LazyLock::new(|| Statements::new(Dialect::Postgres));

transactor!(PgConnection, PgRow, SQL);

async fn fetch<T>(
    connection: &mut PgConnection,
    sql: &'static str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<Vec<PgRow>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(bound(sql, columns, rows).fetch_all(connection).await?)
}

async fn execute<T>(
    connection: &mut PgConnection,
    sql: &'static str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<u64, StoreError> {
    if rows.is_empty() {
        return Ok(0);
    }
    Ok(bound(sql, columns, rows).execute(connection).await?.rows_affected())
}

/// The batch as arrays, one for each column.
fn bound<T>(
    sql: &'static str,
    columns: &[Column<T>],
    rows: &[T],
) -> Query<'static, Postgres, PgArguments> {
    columns.iter().fold(sqlx::query(sql), |query, column| match column.value {
        Get::Id(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::MaybeId(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::Int(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::MaybeInt(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::Text(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::MaybeText(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::Written(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::Bytes(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
        Get::Bool(get) => query.bind(rows.iter().map(get).collect::<Vec<_>>()),
    })
}

/// The ledger on a server.
#[derive(Clone)]
pub(super) struct Ledger {
    /// The committer's own connection: whoever reads a lot does not keep stock from being written.
    write: PgPool,
    /// That connection, while there is something to post: the pool tries a connection whenever it
    /// hands it out and takes it back, which are two answers more to wait for in each transaction.
    kept: Arc<Mutex<Option<PoolConnection<Postgres>>>>,
    read: PgPool,
}

impl Ledger {
    /// The ledger in the database that `pool` reads.
    pub(super) fn new(pool: &PgPool) -> Self {
        let options = pool.connect_options().as_ref().clone();
        let write = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // Every look of the engine is by key. A plan made while a table was small reads all of
            // it, and is kept: it would get slower with every movement.
            .connect_lazy_with(options.options(PLANNER));
        Self { write, kept: Arc::default(), read: pool.clone() }
    }

    /// Decides the commands and writes what follows, in one transaction; again from the start
    /// where another node's transaction got in the way.
    pub(super) async fn post(
        &self,
        commands: &[Command],
        as_of: &BTreeSet<Version>,
        clock: &dyn Clock,
        ids: &dyn Ids,
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut attempt = 1;
        loop {
            match self.attempt_post(commands, as_of, clock, ids).await {
                Err(error) if attempt < ATTEMPTS_MAX && is_conflict(&error) => {
                    metrics::counter!("onhand_posting_retries_total").increment(1);
                    tracing::debug!(attempt, %error, "posting.retry");
                    let pause = Duration::from_millis(1) * 2_u32.saturating_pow(attempt);
                    tokio::time::sleep(pause.min(BACKOFF_MAX)).await;
                    attempt += 1;
                }
                // Whoever asked may try again later: with the same ids, it is safe.
                Err(StoreError::Engine(error)) if is_engine_contention(&error) => {
                    return Err(StoreError::Contended);
                }
                done => return done,
            }
        }
    }

    async fn attempt_post(
        &self,
        commands: &[Command],
        as_of: &BTreeSet<Version>,
        clock: &dyn Clock,
        ids: &dyn Ids,
    ) -> Result<Vec<Outcome>, StoreError> {
        let kept = self.kept().take();
        let was_kept = kept.is_some();
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.write.acquire().await?,
        };
        // It may have ended since it was kept. Nothing has begun, so that another one will do.
        let gone = |error: sqlx::Error| if was_kept { StoreError::Raced } else { error.into() };
        let mut tx = connection.begin().await.map_err(gone)?;
        let view = load(&mut tx, commands, as_of, true, || clock.now()).await?;
        let (outcomes, effects) = plan(&view, commands);
        if !effects.is_empty() {
            persist(&mut tx, &effects, view.now, ids).await?;
        }
        tx.commit().await?;
        // After a failure it goes back to the pool, which finds out whether it is still good.
        *self.kept() = Some(connection);
        Ok(outcomes)
    }

    fn kept(&self) -> MutexGuard<'_, Option<PoolConnection<Postgres>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the connection back: nobody posts just now.
    pub(super) fn rest(&self) {
        self.kept().take();
    }

    /// Decides the commands and writes nothing.
    pub(super) async fn preview(
        &self,
        commands: &[Command],
        clock: &dyn Clock,
    ) -> Result<Vec<Outcome>, StoreError> {
        // One snapshot for all queries: a level and its movements must not come from two moments.
        let mut tx =
            self.read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let view = load(&mut tx, commands, &BTreeSet::new(), false, || clock.now()).await?;
        tx.rollback().await?;
        Ok(plan(&view, commands).0)
    }
}

/// Whether the transaction failed only because of its neighbours: serialization failure,
/// deadlock, or the same new id on two nodes at once (the retry then finds it as a replay).
fn is_conflict(error: &StoreError) -> bool {
    match error {
        StoreError::Raced => true,
        StoreError::Engine(error) => {
            let taken = sqlx::error::DatabaseError::is_unique_violation;
            is_engine_contention(error) || error.as_database_error().is_some_and(taken)
        }
        _ => false,
    }
}
