//! What can go wrong with the database itself. Refusals of the rules are answers, not errors.

use sea_orm::{DbErr, RuntimeErr};
use sqlx::error::DatabaseError;

use crate::trouble::{self, Trouble};

/// What PostgreSQL answers to a transaction that failed only because of its neighbours:
/// `serialization_failure` and `deadlock_detected` (its manual, appendix A).
const CONTENTION_CODES: [&str; 2] = ["40001", "40P01"];

/// The database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error, or not at all.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// The same, on the posting engine's path.
    #[error("the database failed")]
    Engine(#[source] sqlx::Error),
    /// The same, of the embedded database.
    #[error("the database failed")]
    Embedded(#[source] rusqlite::Error),
    /// Something is wrong with the database or its disk, as a neighbour in the same transaction
    /// has met.
    #[error("the database failed")]
    Storage(Trouble),
    /// A row that no code of ours writes.
    #[error("the database holds something impossible in {table}: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What was found.
        what: String,
    },
    /// The database undid the transaction because another one stood in its way; the same again
    /// may pass.
    #[error("another write got in the way; nothing was written")]
    Contended,
    /// Another transaction took the same new id a moment ago; the next try sees it.
    #[error("another write took the id a moment ago")]
    Raced,
    /// What the command rests on has changed since it was looked up; look again.
    #[error("rights or settings have just changed; nothing was written")]
    Outdated,
    /// A bug of ours; nothing was written.
    #[error("the write failed on our side; nothing of it was written")]
    Panicked,
    /// More writes wait than the queue takes; try again in a moment.
    #[error("the server is busy: too many writes are waiting")]
    Busy,
    /// The server is stopping; the write was not done.
    #[error("the server is stopping; the write was not done")]
    Stopping,
}

/// Here and nowhere else, so that no operation answers "we are broken" where it should say "try
/// again".
impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        trouble::end_where_storage_failed(trouble::of_query(&error), &error);
        if is_contention(&error) { Self::Contended } else { Self::Database(error) }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        trouble::end_where_storage_failed(trouble::of_driver(&error), &error);
        Self::Engine(error)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        trouble::end_where_storage_failed(trouble::of_embedded(&error), &error);
        Self::Embedded(error)
    }
}

/// Whether PostgreSQL undid the transaction only because of its neighbours.
pub(crate) fn is_contention(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => is_engine_contention(error),
        _ => false,
    }
}

/// The same of the posting engine's errors.
pub(crate) fn is_engine_contention(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| CONTENTION_CODES.contains(&&*code))
}

/// Why a database could not be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is neither of the two.
    #[error("{0:?} is not a database: write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME")]
    Url(String),
    /// It could not be reached.
    #[error("the database {url} could not be opened: {reason}")]
    Unreachable {
        /// The URL without its password.
        url: String,
        /// What the driver said.
        reason: String,
    },
    /// It was migrated by a newer program.
    #[error(
        "the database was written by a newer version of onhand (it knows the migration {0}): \
         run that version, or restore a backup made before the upgrade"
    )]
    Newer(String),
    /// It has not all the tables that this program works with, and nothing may be written.
    #[error(
        "the database {0} is of an older version of onhand, or not of onhand at all: start this \
         version on it once (onhand serve), which brings it up to date"
    )]
    Older(String),
    /// It takes no writes.
    #[error(
        "the database {0} is read-only, as a replica is: name the primary (a replica can be \
         verified and backed up, not served from)"
    )]
    ReadOnly(String),
    /// It is the target of a move that did not come to its end.
    #[error(
        "a move into this database was begun and is not complete: run the same onhand move again, \
         it goes on where it stopped; or drop the database and keep working with the old one"
    )]
    HalfMoved,
    /// Another node migrates it, and does not come to an end.
    #[error(
        "another node has been migrating the database for {} s: wait for it, or look there what \
         keeps it", .0.as_secs()
    )]
    MigratedElsewhere(std::time::Duration),
    /// A migration failed; nothing of it was kept.
    #[error("the database could not be migrated")]
    Migration(#[source] sea_orm::DbErr),
    /// What a new database starts with could not be written.
    #[error("the shipped roles and reasons could not be written")]
    Seed(#[source] StoreError),
}
