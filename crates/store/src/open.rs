//! Opens a database, embedded or PostgreSQL.

use std::{str::FromStr, time::Duration};

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::{
    Connection as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{error::OpenError, schema};

/// Readers of an embedded database.
const SQLITE_READERS_MAX: u32 = 8;
/// Connections of one node to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 20;
/// How long a transaction may wait for its node's next statement, which comes within milliseconds.
/// A node that is frozen or cut off must not keep the others from its facilities.
const POSTGRES_IDLE_IN_TRANSACTION_MAX: &str = "5s";
/// So long unused, and a connection is tried before it is used again. The pool tries it whenever it
/// takes it back, too.
const POSTGRES_TRIED_FOR: Duration = Duration::from_millis(500);
/// How long a request waits for a connection before it fails.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process's lock.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Page cache of a SQLite connection in KiB (negative, as the pragma wants it). With the
/// default of 2 MB each posting writes some 36 KB; with this, a few hundred bytes.
pub(crate) const SQLITE_CACHE_KIB: &str = "-65536";
/// Pages in the write-ahead log before it is folded into the file. The posting that reaches it
/// waits until that is done: with four times as many, the slowest postings wait four times as long.
pub(crate) const SQLITE_WAL_PAGES: &str = "2000";
/// Rows that SQLite's thread may be ahead of who reads them: those of a page. Where it has to wait
/// for the reader, each row costs a switch of threads.
const SQLITE_ROWS_AHEAD: usize = 1_000;

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To work with it; an embedded one is made if it is missing.
    Work,
    /// To take from it, and keep others from writing meanwhile.
    Take,
    /// To read: no connection can write.
    Read,
}

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
        let pools = Self::connect(url, Purpose::Work).await?;
        schema::bring_up(&pools, url).await?;
        Ok(pools)
    }

    /// Opens the database at `url` as it is. Nothing can be written through it, so that it may
    /// be a replica; its schema must be up to date.
    pub(crate) async fn open_for_reading(url: &str) -> Result<Self, OpenError> {
        let pools = Self::connect(url, Purpose::Read).await?;
        schema::require_current(&pools, url).await?;
        Ok(pools)
    }

    /// Connects, and looks at nothing.
    pub(crate) async fn connect(url: &str, purpose: Purpose) -> Result<Self, OpenError> {
        if url.starts_with("sqlite:") {
            open_sqlite(url, purpose).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url, purpose).await
        } else {
            Err(OpenError::Url(without_password(url)))
        }
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

async fn open_sqlite(url: &str, purpose: Purpose) -> Result<Pools, OpenError> {
    let unreachable = |e: sqlx::Error| unreachable(url, &e);
    let options = SqliteConnectOptions::from_str(url)
        .map_err(unreachable)?
        .create_if_missing(purpose == Purpose::Work)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write survives a power cut; with batches this costs nothing.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", SQLITE_CACHE_KIB)
        .pragma("wal_autocheckpoint", SQLITE_WAL_PAGES)
        .pragma("temp_store", "memory")
        .row_buffer_size(SQLITE_ROWS_AHEAD);
    let reading = options.clone().pragma("query_only", "on");
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // SQLite undoes a transaction by itself where there is no room for it. The driver goes on
        // counting it as begun and fails every later one: such a connection is not used again.
        .before_acquire(|kept, _| Box::pin(async move { Ok(!kept.is_in_transaction()) }))
        .connect_with(if purpose == Purpose::Read { reading.clone() } else { options })
        .await
        .map_err(unreachable)?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(reading)
        .await
        .map_err(unreachable)?;
    Ok(Pools::Sqlite { write, read })
}

async fn open_postgres(url: &str, purpose: Purpose) -> Result<Pools, OpenError> {
    let unreachable = |e: sqlx::Error| unreachable(url, &e);
    let mut options = PgConnectOptions::from_str(url).map_err(unreachable)?;
    if purpose == Purpose::Read {
        options = options.options([("default_transaction_read_only", "on")]);
    } else if purpose == Purpose::Work {
        let limit = POSTGRES_IDLE_IN_TRANSACTION_MAX;
        options = options.options([("idle_in_transaction_session_timeout", limit)]);
    }
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                Ok(about.idle_for < POSTGRES_TRIED_FOR || connection.ping().await.is_ok())
            })
        })
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    Ok(Pools::Postgres(pool))
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
