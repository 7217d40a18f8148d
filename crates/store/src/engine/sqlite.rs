//! SQLite: one writer, so a transaction that has begun is alone.

use std::sync::LazyLock;

use onhand_domain::plan::{outcome::Outcome, plan};
use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::{
    statements::{Dialect, Statements},
    transact::transactor,
};
use crate::{Clock, Ids};

/// The statements as SQLite understands them.
pub(super) static SQL: LazyLock<Statements> = LazyLock::new(|| {
    Statements::new(&Dialect {
        rows: "json_each($1)",
        // `json_each` yields text where sqlx stores an id as 16 bytes.
        id: |name| format!("unhex(value->>'{name}')"),
        int: |name| format!("value->>'{name}'"),
        bytes: |name| format!("unhex(value->>'{name}')"),
        bool: |name| format!("value->>'{name}'"),
        no_hash: "zeroblob(32)",
        lock_heads: "",
        lock_orders: "",
    })
});

transactor!(SqliteConnection, SqliteRow, SQL);

/// Decides the commands and writes what follows, in one transaction.
pub(super) async fn post(
    pool: &SqlitePool,
    commands: &[Command],
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<Vec<Outcome>, StoreError> {
    // Immediate: a transaction that reads first and writes later could fail in between.
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
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
    pool: &SqlitePool,
    commands: &[Command],
    clock: &dyn Clock,
) -> Result<Vec<Outcome>, StoreError> {
    let mut tx = pool.begin().await?;
    let view = load(&mut tx, commands, false, || clock.now()).await?;
    tx.rollback().await?;
    Ok(plan(&view, commands).0)
}
