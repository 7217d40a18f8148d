//! Opens a database, embedded or PostgreSQL, and brings its schema up to date.

use std::{collections::BTreeSet, str::FromStr, time::Duration};

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sea_orm_migration::MigratorTrait;
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{error::OpenError, migrations::Migrator};

/// Readers of an embedded database.
const SQLITE_READERS_MAX: u32 = 8;
/// Connections of one node to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 20;
/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process's lock.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Page cache of a SQLite connection in KiB (negative, as the pragma wants it). With the
/// default of 2 MB each posting writes some 36 KB; with this, a few hundred bytes.
const SQLITE_CACHE_KIB: &str = "-65536";
/// Pages in the write-ahead log before it is folded into the file.
const SQLITE_WAL_PAGES: &str = "8000";

/// The pools of one database, by dialect.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    /// One writer and many readers of a file.
    Sqlite {
        /// The only connection that writes: SQLite has one writer anyway, and waiting in a
        /// queue of ours is fair where its busy handler is not.
        write: SqlitePool,
        /// Connections that cannot write.
        read: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Pools {
    /// Opens the database at `url` and migrates it.
    pub(crate) async fn open(url: &str) -> Result<Self, OpenError> {
        let pools = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url).await?
        } else {
            return Err(OpenError::Url(without_password(url)));
        };
        migrate(&pools.writer()).await?;
        Ok(pools)
    }

    /// The connection that CRUD writes through.
    pub(crate) fn writer(&self) -> DatabaseConnection {
        match self {
            Self::Sqlite { write, .. } => SqlxSqliteConnector::from_sqlx_sqlite_pool(write.clone()),
            Self::Postgres(pool) => SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()),
        }
    }

    /// The connection that queries read from.
    pub(crate) fn reader(&self) -> DatabaseConnection {
        match self {
            Self::Sqlite { read, .. } => SqlxSqliteConnector::from_sqlx_sqlite_pool(read.clone()),
            Self::Postgres(pool) => SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()),
        }
    }

    /// Whether the connections are closed.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite { write, .. } => write.is_closed(),
            Self::Postgres(pool) => pool.is_closed(),
        }
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(url: &str) -> Result<Pools, OpenError> {
    let unreachable = |e: sqlx::Error| unreachable(url, &e);
    let options = SqliteConnectOptions::from_str(url)
        .map_err(unreachable)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write survives a power cut; with batches this costs nothing.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", SQLITE_CACHE_KIB)
        .pragma("wal_autocheckpoint", SQLITE_WAL_PAGES)
        .pragma("temp_store", "memory");
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await
        .map_err(unreachable)?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(unreachable)?;
    Ok(Pools::Sqlite { write, read })
}

async fn open_postgres(url: &str) -> Result<Pools, OpenError> {
    let unreachable = |e: sqlx::Error| unreachable(url, &e);
    let options = PgConnectOptions::from_str(url).map_err(unreachable)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    Ok(Pools::Postgres(pool))
}

async fn migrate(db: &DatabaseConnection) -> Result<(), OpenError> {
    Migrator::install(db).await.map_err(OpenError::Migration)?;
    let known: BTreeSet<String> =
        Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let applied = Migrator::get_migration_models(db).await.map_err(OpenError::Migration)?;
    // Checked before `up`, which would only complain that a file is missing.
    if let Some(newer) = applied.into_iter().find(|m| !known.contains(&m.version)) {
        return Err(OpenError::Newer(newer.version));
    }
    Migrator::up(db, None).await.map_err(OpenError::Migration)
}

fn unreachable(url: &str, error: &sqlx::Error) -> OpenError {
    OpenError::Unreachable { url: without_password(url), reason: error.to_string() }
}

/// The URL as it may stand in a log or a message.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((login, place)) => {
            let user = login.split_once(':').map_or(login, |(user, _)| user);
            format!("{scheme}://{user}:…@{place}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_stay_out_of_messages() {
        assert_eq!(
            without_password("postgres://ann:s3cr@t@db.example/onhand"),
            "postgres://ann:…@db.example/onhand"
        );
        assert_eq!(without_password("sqlite://onhand.db"), "sqlite://onhand.db");
    }

    #[tokio::test]
    async fn another_scheme_is_refused_with_the_remedy() {
        let error = Pools::open("mysql://x").await.expect_err("not supported");
        assert!(error.to_string().contains("write sqlite://FILE or postgres://"));
    }
}
