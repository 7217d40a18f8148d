//! Rows from one database to the other, batch by batch.

use futures::TryStreamExt as _;
use sqlx::{Connection as _, PgConnection, QueryBuilder, Sqlite, SqliteConnection};

use super::{
    Progress, Step,
    catalog::{Table, quoted},
    cell::{Cell, Cells, Link, Rows},
    error::MoveError,
};

/// Rows that are written at once.
const BATCH_ROWS_MAX: usize = 5_000;
/// Bytes that are written at once, about; a row that is larger is a batch of its own.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Parameters of one statement on SQLite, which takes 32,766.
const PARAMETERS_MAX: usize = 30_000;

/// How far a table is, and whom to tell.
pub(super) struct Account<'a> {
    pub(super) table: &'a Table,
    /// Rows that are there.
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) tell: &'a mut (dyn FnMut(Progress<'_>) + Send),
}

impl Account<'_> {
    pub(super) fn tell(&mut self, step: Step) {
        let progress =
            Progress { step, table: &self.table.name, done: self.done, total: self.total };
        (self.tell)(progress);
    }

    fn failed(&self, source: sqlx::Error) -> MoveError {
        MoveError::Rows { table: self.table.name.clone(), rows: self.done, source }
    }
}

/// Copies what of the table is not there yet. While one batch is written the next is read, so two
/// of them are in memory.
pub(super) async fn copy(
    source: Link<'_>,
    mut target: Link<'_>,
    mut account: Account<'_>,
) -> Result<(), MoveError> {
    let mut rows = source.rows(account.table, account.done);
    let mut batch = next(&mut rows).await.map_err(|error| account.failed(error))?;
    account.tell(Step::Copy);
    while !batch.is_empty() {
        let count = batch.len() as u64;
        let writing = write(target.again(), account.table, batch);
        let (read, written) = tokio::join!(next(&mut rows), writing);
        written.map_err(|error| account.failed(error))?;
        account.done += count;
        account.tell(Step::Copy);
        batch = read.map_err(|error| account.failed(error))?;
    }
    Ok(())
}

async fn next(rows: &mut Rows<'_>) -> Result<Vec<Cells>, sqlx::Error> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH_ROWS_MAX && bytes < BATCH_BYTES_MAX {
        let Some(row) = rows.try_next().await? else { break };
        bytes += row.iter().map(Cell::size).sum::<usize>();
        batch.push(row);
    }
    Ok(batch)
}

/// Writes all of the batch or nothing: what is there is always a beginning of the table.
async fn write(target: Link<'_>, table: &Table, batch: Vec<Cells>) -> Result<(), sqlx::Error> {
    match target {
        Link::Sqlite(connection) => insert(connection, table, batch).await,
        Link::Postgres(connection) => copy_in(connection, table, &batch).await,
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    table: &Table,
    batch: Vec<Cells>,
) -> Result<(), sqlx::Error> {
    let head = format!("INSERT INTO {} ({}) ", quoted(&table.name), table.names());
    let rows_max = PARAMETERS_MAX / table.columns.len();
    let mut tx = connection.begin().await?;
    let mut batch = batch.into_iter().peekable();
    while batch.peek().is_some() {
        let mut insert = QueryBuilder::<Sqlite>::new(&head);
        insert.push_values(batch.by_ref().take(rows_max), |mut values, row| {
            for cell in row {
                match cell {
                    Cell::Null => values.push("NULL"),
                    Cell::Uuid(id) => values.push_bind(id),
                    Cell::Int(number) => values.push_bind(number),
                    Cell::Text(text) => values.push_bind(text),
                    Cell::Bytes(bytes) => values.push_bind(bytes),
                    Cell::Bool(yes) => values.push_bind(yes),
                };
            }
        });
        // Which members are none differs from one statement to the next.
        insert.build().persistent(false).execute(&mut *tx).await?;
    }
    tx.commit().await
}

async fn copy_in(
    connection: &mut PgConnection,
    table: &Table,
    batch: &[Cells],
) -> Result<(), sqlx::Error> {
    let sql =
        format!("COPY {} ({}) FROM STDIN WITH (FORMAT binary)", quoted(&table.name), table.names());
    let bytes = encode(batch)?;
    let mut copying = connection.copy_in_raw(&sql).await?;
    match copying.send(bytes).await {
        Ok(_) => copying.finish().await.map(|_| ()),
        Err(error) => {
            // What went wrong first says more than what follows from it.
            let _ = copying.abort("the rows could not be sent").await;
            Err(error)
        }
    }
}

/// The binary format of COPY (PostgreSQL's manual, "COPY", "Binary Format").
fn encode(batch: &[Cells]) -> Result<Vec<u8>, sqlx::Error> {
    let mut out = Vec::with_capacity(BATCH_BYTES_MAX);
    out.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
    // No flags, no extension of the header.
    out.extend_from_slice(&[0; 8]);
    for row in batch {
        let fields = i16::try_from(row.len()).map_err(too_large)?;
        out.extend_from_slice(&fields.to_be_bytes());
        for cell in row {
            match cell {
                Cell::Null => out.extend_from_slice(&(-1_i32).to_be_bytes()),
                Cell::Uuid(id) => field(&mut out, id.as_bytes())?,
                Cell::Int(number) => field(&mut out, &number.to_be_bytes())?,
                Cell::Text(text) => field(&mut out, text.as_bytes())?,
                Cell::Bytes(bytes) => field(&mut out, bytes)?,
                Cell::Bool(yes) => field(&mut out, &[u8::from(*yes)])?,
            }
        }
    }
    out.extend_from_slice(&(-1_i16).to_be_bytes());
    Ok(out)
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), sqlx::Error> {
    let length = i32::try_from(bytes.len()).map_err(too_large)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn too_large(error: std::num::TryFromIntError) -> sqlx::Error {
    sqlx::Error::Encode(Box::new(error))
}
