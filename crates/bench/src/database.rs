//! Either database, for what the bench does beside the server.

use std::{path::Path, str::FromStr as _};

use anyhow::Result;
use sqlx::{
    AssertSqlSafe, PgPool, Row as _, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// As it is called in options and in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A connection of the bench's own.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Db {
    /// Opens an existing database, with the durability and the caches that the server has.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("cache_size", "-65536")
                .pragma("wal_autocheckpoint", "2000")
                .pragma("temp_store", "memory");
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            return Ok(Self::Sqlite(pool));
        }
        Ok(Self::Postgres(PgPoolOptions::new().max_connections(2).connect(url).await?))
    }

    /// Opens a database to fill it: what breaks off is thrown away, so nothing waits for the disk.
    pub(crate) async fn open_to_fill(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Off)
                .synchronous(SqliteSynchronous::Off)
                .pragma("cache_size", "-262144")
                .pragma("temp_store", "memory");
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            return Ok(Self::Sqlite(pool));
        }
        let options = PgConnectOptions::from_str(url)?
            .options([("synchronous_commit", "off"), ("maintenance_work_mem", "256MB")]);
        Ok(Self::Postgres(PgPoolOptions::new().max_connections(1).connect_with(options).await?))
    }

    /// The indexes of a table that can be dropped and made again: name and definition.
    pub(crate) async fn indexes(&self, table: &str) -> Result<Vec<(String, String)>> {
        Ok(match self {
            Self::Sqlite(pool) => {
                let sql = "SELECT name, sql FROM sqlite_master \
                           WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL";
                sqlx::query_as(sql).bind(table).fetch_all(pool).await?
            }
            Self::Postgres(pool) => {
                let sql = "SELECT indexname::text, indexdef FROM pg_indexes \
                           WHERE tablename = $1 AND indexname NOT LIKE '%pkey'";
                sqlx::query_as(sql).bind(table).fetch_all(pool).await?
            }
        })
    }

    pub(crate) async fn execute(&self, sql: &str) -> Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ())?,
            Self::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ())?,
        }
        Ok(())
    }

    /// One number.
    pub(crate) async fn number(&self, sql: &str) -> Result<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
        })
    }

    /// A column of numbers.
    pub(crate) async fn numbers(&self, sql: &str) -> Result<Vec<i64>> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await?,
        })
    }

    /// One text.
    pub(crate) async fn text(&self, sql: &str) -> Result<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
        })
    }

    /// Pairs of ids.
    pub(crate) async fn pairs(&self, sql: &str) -> Result<Vec<(Uuid, Uuid)>> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_as(sql).fetch_all(pool).await?,
            Self::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await?,
        })
    }

    /// Every level: facility, SKU, units available.
    pub(crate) async fn levels(&self) -> Result<Vec<(Uuid, Uuid, i64)>> {
        const SQL: &str = "SELECT facility_id, sku_id, available FROM levels";
        Ok(match self {
            Self::Sqlite(pool) => sqlx::query_as(SQL).fetch_all(pool).await?,
            Self::Postgres(pool) => sqlx::query_as(SQL).fetch_all(pool).await?,
        })
    }

    /// Bytes of its pages, tables and indexes; without the log.
    pub(crate) async fn bytes(&self) -> Result<i64> {
        match self {
            Self::Sqlite(_) => {
                let pages = "SELECT page_count * page_size FROM pragma_page_count(), \
                             pragma_page_size()";
                self.number(pages).await
            }
            Self::Postgres(_) => self.number("SELECT pg_database_size(current_database())").await,
        }
    }

    /// Which version of which database.
    pub(crate) async fn version(&self) -> Result<String> {
        match self {
            Self::Sqlite(_) => self.text("SELECT sqlite_version()").await,
            Self::Postgres(pool) => {
                let row = sqlx::query("SHOW server_version").fetch_one(pool).await?;
                Ok(row.try_get(0)?)
            }
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The URL of a SQLite file.
pub(crate) fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}
