//! A value as both databases know it, and rows of them.

use futures::{StreamExt as _, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow,
};
use uuid::Uuid;

use super::catalog::{Kind, Table};

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// None.
    Null,
    /// An id.
    Uuid(Uuid),
    /// A number.
    Int(i64),
    /// Words.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Yes or no.
    Bool(bool),
}

/// A row, in the order of the table's columns.
pub(super) type Cells = Vec<Cell>;

/// Rows as they come from the database: as many are in memory as it hands out at once.
pub(super) type Rows<'c> = BoxStream<'c, Result<Cells, sqlx::Error>>;

impl Cell {
    /// Bytes that it takes, about.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 1,
            Self::Int(_) => 8,
            Self::Uuid(_) => 16,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// Makes the reader of a row for one driver: their rows are different types with the same
/// methods.
macro_rules! row_reader {
    ($name:ident, $row:ty) => {
        fn $name(row: &$row, kinds: &[Kind]) -> Result<Cells, sqlx::Error> {
            let cell = |(index, kind): (usize, &Kind)| {
                Ok(match kind {
                    Kind::Uuid => row.try_get::<Option<Uuid>, _>(index)?.map(Cell::Uuid),
                    Kind::Int => row.try_get::<Option<i64>, _>(index)?.map(Cell::Int),
                    Kind::Text => row.try_get::<Option<String>, _>(index)?.map(Cell::Text),
                    Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Cell::Bytes),
                    Kind::Bool => row.try_get::<Option<bool>, _>(index)?.map(Cell::Bool),
                }
                .unwrap_or(Cell::Null))
            };
            kinds.iter().enumerate().map(cell).collect()
        }
    };
}

row_reader!(from_sqlite, SqliteRow);
row_reader!(from_postgres, PgRow);

/// A connection to either database.
pub(super) enum Link<'c> {
    /// To a file.
    Sqlite(&'c mut SqliteConnection),
    /// To a server.
    Postgres(&'c mut PgConnection),
}

impl<'c> Link<'c> {
    /// The same connection for a shorter time.
    pub(super) fn again(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }

    /// A table's rows in the order of its key, byte by byte in both databases, without so many
    /// at the beginning.
    pub(super) fn rows(self, table: &Table, from: u64) -> Rows<'c> {
        let kinds: Vec<Kind> = table.columns.iter().map(|column| column.kind).collect();
        match self {
            Self::Sqlite(connection) => {
                // SQLite knows OFFSET only behind a LIMIT; a negative one is none.
                let sql = format!("{} LIMIT -1 OFFSET {from}", table.select(""));
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch(connection);
                rows.map(move |row| from_sqlite(&row?, &kinds)).boxed()
            }
            Self::Postgres(connection) => {
                let sql = format!("{} OFFSET {from}", table.select(" COLLATE \"C\""));
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch(connection);
                rows.map(move |row| from_postgres(&row?, &kinds)).boxed()
            }
        }
    }

    /// The one number that a query gives.
    pub(super) async fn number(self, sql: String) -> Result<i64, sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_one(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_one(connection).await,
        }
    }

    /// Texts, one of each row.
    pub(super) async fn texts(self, sql: String) -> Result<Vec<String>, sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
    }

    /// Does one statement.
    pub(super) async fn execute(self, sql: String) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => sqlx::query(sql).execute(connection).await.map(|_| ()),
        }
    }
}
