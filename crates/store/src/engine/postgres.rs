//! PostgreSQL: several nodes write at once; the facility's row orders its postings.

use std::{sync::LazyLock, time::Duration};

use onhand_domain::plan::{outcome::Outcome, plan};
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgRow};

use super::{
    statements::{Dialect, Statements},
    transact::transactor,
};
use crate::{Clock, Ids, error::is_engine_contention};

/// Times that a transaction is tried before its commands fail.
const ATTEMPTS_MAX: u32 = 10;
/// Longest pause between two attempts.
const BACKOFF_MAX: Duration = Duration::from_millis(50);

/// The statements as PostgreSQL understands them.
pub(super) static SQL: LazyLock<Statements> = LazyLock::new(|| {
    Statements::new(&Dialect {
        rows: "jsonb_array_elements($1::text::jsonb)",
        id: |name| format!("(value->>'{name}')::uuid"),
        int: |name| format!("(value->>'{name}')::bigint"),
        bytes: |name| format!("decode(value->>'{name}', 'hex')"),
        bool: |name| format!("(value->>'{name}')::boolean"),
        no_hash: "decode(repeat('00', 32), 'hex')",
        lock_heads: " FOR UPDATE OF h",
        lock_orders: " FOR UPDATE",
    })
});

transactor!(PgConnection, PgRow, SQL);

/// Decides the commands and writes what follows, in one transaction; again from the start where
/// another node's transaction got in the way.
pub(super) async fn post(
    pool: &PgPool,
    commands: &[Command],
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<Vec<Outcome>, StoreError> {
    let mut attempt = 1;
    loop {
        match attempt_post(pool, commands, clock, ids).await {
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
    pool: &PgPool,
    commands: &[Command],
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<Vec<Outcome>, StoreError> {
    let mut connection = pool.acquire().await?;
    let mut tx = connection.begin().await?;
    let view = load(&mut tx, commands, true, || clock.now()).await?;
    let (outcomes, effects) = plan(&view, commands);
    if !effects.is_empty() {
        persist(&mut tx, &effects, ids).await?;
    }
    tx.commit().await?;
    Ok(outcomes)
}

/// Decides the commands and writes nothing.
pub(super) async fn preview(
    pool: &PgPool,
    commands: &[Command],
    clock: &dyn Clock,
) -> Result<Vec<Outcome>, StoreError> {
    // One snapshot for all queries: a level and its movements must not come from two moments.
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let view = load(&mut tx, commands, false, || clock.now()).await?;
    tx.rollback().await?;
    Ok(plan(&view, commands).0)
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
