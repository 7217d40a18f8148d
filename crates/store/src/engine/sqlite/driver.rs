//! Statements and rows of the embedded database, without a hand-over between threads.

use std::{path::PathBuf, sync::Arc};

use rusqlite::{
    CachedStatement, Connection, OpenFlags, Transaction,
    types::{FromSql, FromSqlError, Value},
};
use sqlx::SqlitePool;

use crate::{
    StoreError,
    engine::columns::{Column, Get},
    open::{BUSY_TIMEOUT, SQLITE_CACHE_KIB, SQLITE_WAL_PAGES},
};

/// Prepared statements that a connection keeps: more than the engine has.
const STATEMENTS_MAX: usize = 64;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Postings.
    Write,
    /// Previews: it can't write.
    Read,
}

/// A connection that is made when it is first needed.
pub(super) struct Slot {
    file: PathBuf,
    access: Access,
    connection: Option<Connection>,
}

impl Slot {
    /// A connection to the database of `pool`.
    pub(super) fn new(pool: &SqlitePool, access: Access) -> Self {
        let file = pool.connect_options().get_filename().to_owned();
        Self { file, access, connection: None }
    }

    /// The connection.
    pub(super) fn connection(&mut self) -> Result<&mut Connection, rusqlite::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        Ok(self.connection.insert(connection))
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        // Not `CREATE`: a file that vanished must not be answered with an empty ledger.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        let set = |name: &str, value: &str| connection.pragma_update(None, name, value);
        set("synchronous", "full")?;
        set("cache_size", SQLITE_CACHE_KIB)?;
        set("wal_autocheckpoint", SQLITE_WAL_PAGES)?;
        set("temp_store", "memory")?;
        if self.access == Access::Read {
            set("query_only", "on")?;
        }
        Ok(connection)
    }
}

/// A row that was read.
pub(in crate::engine) struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// The value of a column.
    pub(super) fn try_get<T: FromSql, N: AsRef<str>>(&self, name: N) -> Result<T, StoreError> {
        let name = name.as_ref();
        let impossible = |error: &dyn std::fmt::Display| StoreError::Inconsistent {
            table: "the ledger",
            what: format!("column {name}: {error}"),
        };
        let found = self.names.iter().zip(&self.values).find(|(own, _)| *own == name);
        let (_, value) = found.ok_or_else(|| impossible(&"is not there"))?;
        T::column_result(value.into()).map_err(|error: FromSqlError| impossible(&error))
    }
}

/// Runs a query once for each row of the batch, and gathers what it finds.
pub(super) fn fetch<T>(
    tx: &Transaction<'_>,
    sql: &str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<Vec<Row>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = tx.prepare_cached(sql)?;
    let names: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        bind(&mut statement, columns, row)?;
        let mut answer = statement.raw_query();
        while let Some(row) = answer.next()? {
            let values =
                (0..names.len()).map(|column| row.get(column)).collect::<Result<_, _>>()?;
            found.push(Row { names: Arc::clone(&names), values });
        }
    }
    Ok(found)
}

/// Runs a statement once for each row of the batch, and says how many rows it changed.
pub(super) fn execute<T>(
    tx: &Transaction<'_>,
    sql: &str,
    columns: &[Column<T>],
    rows: &[T],
) -> Result<u64, StoreError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let mut statement = tx.prepare_cached(sql)?;
    let mut changed = 0;
    for row in rows {
        bind(&mut statement, columns, row)?;
        changed += statement.raw_execute()?;
    }
    Ok(changed as u64)
}

fn bind<T>(
    statement: &mut CachedStatement<'_>,
    columns: &[Column<T>],
    row: &T,
) -> Result<(), rusqlite::Error> {
    for (column, n) in columns.iter().zip(1..) {
        match column.value {
            Get::Id(get) => statement.raw_bind_parameter(n, get(row)),
            Get::MaybeId(get) => statement.raw_bind_parameter(n, get(row)),
            Get::Int(get) => statement.raw_bind_parameter(n, get(row)),
            Get::MaybeInt(get) => statement.raw_bind_parameter(n, get(row)),
            Get::Text(get) => statement.raw_bind_parameter(n, get(row)),
            Get::MaybeText(get) => statement.raw_bind_parameter(n, get(row)),
            Get::Written(get) => statement.raw_bind_parameter(n, get(row)),
            Get::Bytes(get) => statement.raw_bind_parameter(n, get(row)),
            Get::Bool(get) => statement.raw_bind_parameter(n, get(row)),
        }?;
    }
    Ok(())
}
