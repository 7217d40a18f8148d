//! What is wrong with the database when it fails for no fault of the request: what to tell the
//! client, and when to stop for good.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use sqlx::error::DatabaseError;

use crate::StoreError;

/// Something is wrong with the database or its disk. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full. Reads go on, and writes too as soon as there is room.
    Full,
    /// The disk failed to write. Nobody knows what is on it; see [`end_where_storage_failed`].
    Failed,
    /// It can't be reached, takes no connection or no writes, or has no time.
    Unavailable,
}

/// Primary result codes of SQLite (<https://www.sqlite.org/rescode.html>).
const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_READONLY: i32 = 8;
const SQLITE_IOERR: i32 = 10;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
/// Extended ones: after these, what was said to be written may not be there.
const SQLITE_IOERR_WRITE: i32 = SQLITE_IOERR | (3 << 8);
const SQLITE_IOERR_FSYNC: i32 = SQLITE_IOERR | (4 << 8);
const SQLITE_IOERR_DIR_FSYNC: i32 = SQLITE_IOERR | (5 << 8);
const SQLITE_IOERR_TRUNCATE: i32 = SQLITE_IOERR | (6 << 8);
/// The index of the write-ahead log could not grow: on a full disk, it fails in this way.
const SQLITE_IOERR_SHMSIZE: i32 = SQLITE_IOERR | (19 << 8);

/// Of an extended result code of SQLite.
pub(crate) fn of_sqlite(code: i32) -> Option<Trouble> {
    match (code, code & 0xff) {
        (
            SQLITE_IOERR_WRITE
            | SQLITE_IOERR_FSYNC
            | SQLITE_IOERR_DIR_FSYNC
            | SQLITE_IOERR_TRUNCATE,
            _,
        ) => Some(Trouble::Failed),
        (SQLITE_IOERR_SHMSIZE, _) | (_, SQLITE_FULL) => Some(Trouble::Full),
        (_, SQLITE_BUSY | SQLITE_LOCKED | SQLITE_READONLY | SQLITE_IOERR | SQLITE_CANTOPEN) => {
            Some(Trouble::Unavailable)
        }
        _ => None,
    }
}

/// Of an SQLSTATE of PostgreSQL (its manual, appendix A). It ends by itself where a sync fails.
pub(crate) fn of_postgres(state: &str) -> Option<Trouble> {
    match state {
        // disk_full
        "53100" => Some(Trouble::Full),
        // read_only_sql_transaction: it has become a replica. lock_not_available.
        // query_canceled. io_error. idle_in_transaction_session_timeout.
        "25006" | "55P03" | "57014" | "58030" | "25P03" => Some(Trouble::Unavailable),
        // Connection exceptions, other resources, interventions of its operator.
        _ if ["08", "53", "57P"].iter().any(|class| state.starts_with(class)) => {
            Some(Trouble::Unavailable)
        }
        _ => None,
    }
}

/// Of an error of the driver.
pub(crate) fn of_driver(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(error) => of_code(&**error),
        // The connection broke, or none could be had in time.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(Trouble::Unavailable),
        _ => None,
    }
}

/// Of an error of the embedded database's own driver.
pub(crate) fn of_embedded(error: &rusqlite::Error) -> Option<Trouble> {
    of_sqlite(error.sqlite_error()?.extended_code)
}

fn of_code(error: &dyn DatabaseError) -> Option<Trouble> {
    let code = error.code()?;
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return of_sqlite(code.parse().ok()?);
    }
    of_postgres(&code)
}

/// Of an error of the query builder.
pub(crate) fn of_query(error: &DbErr) -> Option<Trouble> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => of_driver(error),
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) => {
            Some(Trouble::Unavailable)
        }
        _ => None,
    }
}

impl StoreError {
    /// What is wrong with the database, if it is that.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Database(error) => of_query(error),
            Self::Engine(error) => of_driver(error),
            Self::Embedded(error) => of_embedded(error),
            Self::Storage(trouble) => Some(*trouble),
            _ => None,
        }
    }
}

/// Ends the process where the disk failed to write: after a sync that failed, the next one may
/// succeed although nothing was written (Rebello et al., "Can Applications Recover from fsync
/// Failures?", USENIX ATC 2020). Whoever starts us again reads what is really there.
///
/// Called wherever an error of a driver becomes one of ours, so that no path goes on.
pub(crate) fn end_where_storage_failed(
    trouble: Option<Trouble>,
    error: &(dyn std::error::Error + 'static),
) {
    if trouble == Some(Trouble::Failed) {
        tracing::error!(%error, "storage.failed: the disk does not write; the process ends");
        // Nothing may run any more, no destructor either: each could write.
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        // SQLITE_FULL, and as the index of the log says it.
        assert_eq!(of_sqlite(13), Some(Trouble::Full));
        assert_eq!(of_sqlite(4874), Some(Trouble::Full));
        // SQLITE_IOERR_WRITE, _FSYNC, _DIR_FSYNC, _TRUNCATE.
        for code in [778, 1034, 1290, 1546] {
            assert_eq!(of_sqlite(code), Some(Trouble::Failed), "{code}");
        }
        // SQLITE_IOERR_READ, SQLITE_BUSY_SNAPSHOT.
        for code in [266, 517] {
            assert_eq!(of_sqlite(code), Some(Trouble::Unavailable), "{code}");
        }
        // SQLITE_CONSTRAINT_UNIQUE is a matter of what was asked.
        assert_eq!(of_sqlite(2067), None);
    }

    #[test]
    fn postgres_says_what_is_wrong() {
        assert_eq!(of_postgres("53100"), Some(Trouble::Full));
        // too_many_connections, admin_shutdown, connection_failure
        for state in ["53300", "57P01", "08006", "25006"] {
            assert_eq!(of_postgres(state), Some(Trouble::Unavailable), "{state}");
        }
        // unique_violation, syntax_error
        for state in ["23505", "42601"] {
            assert_eq!(of_postgres(state), None, "{state}");
        }
    }

    #[tokio::test]
    async fn the_drivers_errors_carry_their_codes() {
        let pool = sqlx::SqlitePool::connect("sqlite::memory:").await.expect("in memory");
        let mut connection = pool.acquire().await.expect("a connection");
        for statement in
            ["PRAGMA page_size = 512", "PRAGMA max_page_count = 2", "CREATE TABLE t (b)"]
        {
            sqlx::query(statement).execute(&mut *connection).await.expect("prepared");
        }
        let filling = sqlx::query("INSERT INTO t VALUES (zeroblob(9000))");
        let full = filling.execute(&mut *connection).await.expect_err("no room");
        assert_eq!(StoreError::from(full).trouble(), Some(Trouble::Full));
        assert_eq!(of_driver(&sqlx::Error::PoolTimedOut), Some(Trouble::Unavailable));
        assert_eq!(of_driver(&sqlx::Error::RowNotFound), None);
    }
}
