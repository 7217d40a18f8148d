//! Why a move did not come to its end.

use crate::{error::OpenError, verify::Report};

/// Why the database was not moved. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The database to move can't be opened.
    #[error("the database to move is not available: {0}")]
    Source(#[source] OpenError),
    /// The database to move it to can't be opened.
    #[error("the database to move to is not available: {0}")]
    Target(#[source] OpenError),
    /// The database to move has what a newer program added, which would be left behind.
    #[error(
        "a newer version of onhand has added to the database to move: move it with that version"
    )]
    Newer,
    /// The target has data.
    #[error(
        "the database to move to is not empty (it has the table {0}): name a new one. If a move \
         into it was reported complete, it is the new database: onhand verify --database …"
    )]
    NotEmpty(String),
    /// The target belongs to another move.
    #[error(
        "another move into this database was begun: of another database, or of this one before \
         somebody wrote to it. Drop the database to move to, make it again, and start over"
    )]
    OtherSource,
    /// Somebody writes to the source, and goes on doing so.
    #[error("somebody is writing to the database to move: stop every onhand on it, then try again")]
    InUse(#[source] sqlx::Error),
    /// Two moves at once.
    #[error("another onhand is moving into this database at this moment: let it come to its end")]
    Running,
    /// A table that is not the same in both.
    #[error(
        "the table {0} is not the same in both databases: both must have been made by onhand \
         alone, by this version"
    )]
    Table(String),
    /// A kind of column that no code of ours makes.
    #[error("{table}.{column} is of the type {declared}, which onhand does not know")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the database says of it.
        declared: String,
    },
    /// Without a key there is no order of rows.
    #[error("the table {0} has no primary key, so its rows have no order to be moved in")]
    NoKey(String),
    /// A batch of rows could not be moved.
    #[error("a row of {table} after the first {rows} could not be moved: {source}")]
    Rows {
        /// The table.
        table: String,
        /// Rows before it.
        rows: u64,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// The two are not equal.
    #[error(
        "{table} is not the same in both databases, at {at}: somebody wrote to one of them during \
         the move. Stop every onhand on them, drop the database to move to, make it again, and \
         start over"
    )]
    Differs {
        /// The table.
        table: String,
        /// The key of the first row that differs.
        at: String,
    },
    /// The ledger was not as its movements say before it was moved.
    #[error(
        "the ledger is not as its movements say ({} differences); it is the same in the database \
         that was to be moved: onhand verify names them", .0.differences_total
    )]
    NotClean(Box<Report>),
    /// The verification failed.
    #[error("the moved database could not be verified")]
    Verify(#[source] crate::StoreError),
    /// One of the databases answered with an error, or not at all.
    #[error("a database failed: {0}; once it works, run the same command again")]
    Database(#[source] sqlx::Error),
}
