//! The yardstick of batches: the same rows, written by bare SQL through the same driver.
//!
//! Each database in the form that costs it least: rows of `VALUES` on SQLite, one array a column
//! and `unnest` on PostgreSQL. One transaction a batch: movements, levels and heads, as durable
//! as the server's.

use anyhow::Result;
use onhand_domain::{Movement, Quantities};
use sqlx::{AssertSqlSafe, PgPool, Sqlite, SqlitePool, query::Query, sqlite::SqliteArguments};
use uuid::Uuid;

use crate::{
    database::Db,
    ledger::{Batch, Head, Level},
};

/// Rows of one SQLite statement: it may have 32,766 parameters.
const SQLITE_ROWS_MAX: usize = 1_000;

const MOVEMENT: &[&str] = &[
    "facility_id",
    "seq",
    "id",
    "sku_id",
    "kind",
    "quantity",
    "from_place",
    "to_place",
    "reason",
    "effective_at",
    "recorded_at",
    "actor_id",
    "device",
    "origin",
    "unit_cost",
    "after_available",
    "after_committed",
    "after_reserved",
    "after_damaged",
    "after_quality_control",
    "after_safety_stock",
    "fingerprint",
    "hash",
];
const LEVEL: &[&str] = &[
    "facility_id",
    "sku_id",
    "available",
    "committed",
    "reserved",
    "damaged",
    "quality_control",
    "safety_stock",
    "seq",
    "last_movement_at",
];
const HEAD: &[&str] = &["facility_id", "seq", "hash", "recorded_at", "requests_version"];

/// What follows the rows of levels and of heads: a level that is there is overwritten.
const LEVEL_KNOWN: &str = " ON CONFLICT (facility_id, sku_id) DO UPDATE SET \
     available = excluded.available, committed = excluded.committed, \
     reserved = excluded.reserved, damaged = excluded.damaged, \
     quality_control = excluded.quality_control, safety_stock = excluded.safety_stock, \
     seq = excluded.seq, last_movement_at = excluded.last_movement_at";
const HEAD_KNOWN: &str = " ON CONFLICT (facility_id) DO UPDATE SET seq = excluded.seq, \
     hash = excluded.hash, recorded_at = excluded.recorded_at";

/// Writes a batch and commits it.
pub(crate) async fn write(db: &Db, batch: &Batch) -> Result<()> {
    match db {
        Db::Sqlite(pool) => sqlite(pool, batch).await,
        Db::Postgres(pool) => postgres(pool, batch).await,
    }
}

async fn sqlite(pool: &SqlitePool, batch: &Batch) -> Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    for rows in batch.movements.chunks(SQLITE_ROWS_MAX) {
        let sql = values("movements", MOVEMENT, rows.len(), "");
        let query = rows.iter().fold(sqlx::query(AssertSqlSafe(sql)), bind_movement);
        query.execute(&mut *tx).await?;
    }
    let levels: Vec<_> = batch.levels.iter().collect();
    for rows in levels.chunks(SQLITE_ROWS_MAX) {
        let sql = values("levels", LEVEL, rows.len(), LEVEL_KNOWN);
        let query = rows.iter().fold(sqlx::query(AssertSqlSafe(sql)), bind_level);
        query.execute(&mut *tx).await?;
    }
    if batch.heads.is_empty() {
        return Ok(tx.commit().await?);
    }
    let sql = values("ledger_heads", HEAD, batch.heads.len(), HEAD_KNOWN);
    let bind = |query: SqliteQuery, (facility, head): (&Uuid, &Head)| {
        query
            .bind(*facility)
            .bind(head.seq)
            .bind(head.hash.to_vec())
            .bind(head.recorded_at)
            .bind(0_i64)
    };
    batch.heads.iter().fold(sqlx::query(AssertSqlSafe(sql)), bind).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

type SqliteQuery = Query<'static, Sqlite, SqliteArguments>;

fn values(table: &str, columns: &[&str], rows: usize, then: &str) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let rows = vec![row.as_str(); rows].join(", ");
    format!("INSERT INTO {table} ({}) VALUES {rows}{then}", columns.join(", "))
}

fn bind_movement(query: SqliteQuery, m: &Movement) -> SqliteQuery {
    query
        .bind(m.facility.0)
        .bind(m.seq)
        .bind(m.id.0)
        .bind(m.sku.0)
        .bind(m.kind.code())
        .bind(m.quantity)
        .bind(m.from.code())
        .bind(m.to.code())
        .bind(m.reason.clone())
        .bind(m.effective_at.0)
        .bind(m.recorded_at.0)
        .bind(m.actor.0)
        .bind(m.device.clone())
        .bind(m.origin.code())
        .bind(m.unit_cost.map(|cost| cost.0))
        .bind(m.after.available)
        .bind(m.after.committed)
        .bind(m.after.reserved)
        .bind(m.after.damaged)
        .bind(m.after.quality_control)
        .bind(m.after.safety_stock)
        .bind(m.fingerprint.to_vec())
        .bind(m.hash.to_vec())
}

fn bind_level(query: SqliteQuery, row: &(&(Uuid, Uuid), &Level)) -> SqliteQuery {
    let ((facility, sku), level) = row;
    let Quantities { available, committed, reserved, damaged, quality_control, safety_stock } =
        level.quantities;
    query
        .bind(*facility)
        .bind(*sku)
        .bind(available)
        .bind(committed)
        .bind(reserved)
        .bind(damaged)
        .bind(quality_control)
        .bind(safety_stock)
        .bind(level.seq)
        .bind(level.at)
}

async fn postgres(pool: &PgPool, batch: &Batch) -> Result<()> {
    let mut tx = pool.begin().await?;
    insert_movements(&mut tx, &batch.movements).await?;
    insert_levels(&mut tx, batch).await?;
    let heads: Vec<_> = batch.heads.iter().collect();
    let sql = unnest("ledger_heads", HEAD, HEAD_TYPES, HEAD_KNOWN);
    sqlx::query(AssertSqlSafe(sql))
        .bind(column(&heads, |(facility, _)| **facility))
        .bind(column(&heads, |(_, head)| head.seq))
        .bind(column(&heads, |(_, head)| head.hash.to_vec()))
        .bind(column(&heads, |(_, head)| head.recorded_at))
        .bind(vec![0_i64; heads.len()])
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

const HEAD_TYPES: &str = "uuid bigint bytea bigint bigint";
const LEVEL_TYPES: &str = "uuid uuid bigint bigint bigint bigint bigint bigint bigint bigint";
const MOVEMENT_TYPES: &str = "uuid bigint uuid uuid text bigint text text text bigint bigint uuid \
     text text bigint bigint bigint bigint bigint bigint bigint bytea bytea";

fn unnest(table: &str, columns: &[&str], types: &str, then: &str) -> String {
    let arrays = types.split_whitespace().enumerate();
    let arrays: Vec<String> = arrays.map(|(n, of)| format!("${}::{of}[]", n + 1)).collect();
    let (columns, arrays) = (columns.join(", "), arrays.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}){then}")
}

fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn insert_movements(tx: &mut sqlx::PgConnection, rows: &[Movement]) -> Result<()> {
    let sql = unnest("movements", MOVEMENT, MOVEMENT_TYPES, "");
    sqlx::query(AssertSqlSafe(sql))
        .bind(column(rows, |m| m.facility.0))
        .bind(column(rows, |m| m.seq))
        .bind(column(rows, |m| m.id.0))
        .bind(column(rows, |m| m.sku.0))
        .bind(column(rows, |m| m.kind.code()))
        .bind(column(rows, |m| m.quantity))
        .bind(column(rows, |m| m.from.code()))
        .bind(column(rows, |m| m.to.code()))
        .bind(column(rows, |m| m.reason.clone()))
        .bind(column(rows, |m| m.effective_at.0))
        .bind(column(rows, |m| m.recorded_at.0))
        .bind(column(rows, |m| m.actor.0))
        .bind(column(rows, |m| m.device.clone()))
        .bind(column(rows, |m| m.origin.code()))
        .bind(column(rows, |m| m.unit_cost.map(|cost| cost.0)))
        .bind(column(rows, |m| m.after.available))
        .bind(column(rows, |m| m.after.committed))
        .bind(column(rows, |m| m.after.reserved))
        .bind(column(rows, |m| m.after.damaged))
        .bind(column(rows, |m| m.after.quality_control))
        .bind(column(rows, |m| m.after.safety_stock))
        .bind(column(rows, |m| m.fingerprint.to_vec()))
        .bind(column(rows, |m| m.hash.to_vec()))
        .execute(tx)
        .await?;
    Ok(())
}

async fn insert_levels(tx: &mut sqlx::PgConnection, batch: &Batch) -> Result<()> {
    let rows: Vec<_> = batch.levels.iter().collect();
    let sql = unnest("levels", LEVEL, LEVEL_TYPES, LEVEL_KNOWN);
    sqlx::query(AssertSqlSafe(sql))
        .bind(column(&rows, |((facility, _), _)| *facility))
        .bind(column(&rows, |((_, sku), _)| *sku))
        .bind(column(&rows, |(_, level)| level.quantities.available))
        .bind(column(&rows, |(_, level)| level.quantities.committed))
        .bind(column(&rows, |(_, level)| level.quantities.reserved))
        .bind(column(&rows, |(_, level)| level.quantities.damaged))
        .bind(column(&rows, |(_, level)| level.quantities.quality_control))
        .bind(column(&rows, |(_, level)| level.quantities.safety_stock))
        .bind(column(&rows, |(_, level)| level.seq))
        .bind(column(&rows, |(_, level)| level.at))
        .execute(tx)
        .await?;
    Ok(())
}
