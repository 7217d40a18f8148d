//! Moves a whole database to another one, from SQLite to PostgreSQL or back: one code for both
//! directions.
//!
//! Nobody writes to the source meanwhile: the move holds its write lock (SQLite) or a share lock
//! on each table (PostgreSQL). The target has a mark from the first moment to the last, and
//! nothing but a move opens a database with a mark. Rows go table by table in the order of the
//! primary key, each batch as a whole, so that what is there is always a beginning of the table:
//! after an interruption the same move counts the rows and goes on behind them. In the end every
//! value of every table is compared, the ledger is verified, and the mark is taken away.
//!
//! The order of the tables is that of their names: the schema has no foreign keys.

mod catalog;
mod cell;
mod compare;
mod copy;
mod ends;
mod error;

use std::sync::Arc;

use onhand_domain::FacilityScope;

use self::{
    catalog::Table,
    copy::Account,
    ends::{Source, Target},
};
use crate::{Clock, Ids, Store, verify::Report};

pub use error::MoveError;

/// What a move does with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its rows are copied.
    Copy,
    /// Every value is compared.
    Compare,
    /// All tables are equal; the ledger is recomputed in the target.
    Verify,
}

/// How far a move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// With what.
    pub step: Step,
    /// Of which table; empty where it is about all of them.
    pub table: &'a str,
    /// Rows that are done.
    pub done: u64,
    /// Rows of the table.
    pub total: u64,
}

/// A move that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The tables and how many rows each has, by name.
    pub tables: Vec<(String, u64)>,
    /// Tables of the source that are not Onhand's. They were left where they are.
    pub left_behind: Vec<String>,
    /// What the verification of the target said: it is clean, and has the heads.
    pub report: Report,
}

/// Moves the database at `from` to `to`, which is empty or was begun by this very move, and
/// tells how far it is. It may be interrupted at any moment and called again.
///
/// The source stays as it is.
pub async fn relocate(
    from: &str,
    to: &str,
    (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>),
    tell: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Moved, MoveError> {
    let (mut source, there) = Source::open(from).await?;
    let fingerprint = source.fingerprint(&there).await?;
    let (mut target, pools) = Target::open(to, &fingerprint, &there).await?;
    let tables = tables(&mut source, &mut target, &there).await?;
    let is_moved = |name: &String| tables.iter().any(|table| table.name == *name);
    let left_behind = there.into_iter().filter(|name| !is_moved(name)).collect();
    let tables = copy_and_compare(&mut source, &mut target, tables, tell).await?;
    target.analyze().await?;
    tell(Progress { step: Step::Verify, table: "", done: 0, total: 0 });
    let store = Store::on(pools, clock, ids);
    let report = store.verify(&FacilityScope::All).await.map_err(MoveError::Verify)?;
    if !report.is_clean() {
        return Err(MoveError::NotClean(Box::new(report)));
    }
    target.complete().await?;
    drop(target);
    store.close().await;
    Ok(Moved { tables, left_behind, report })
}

/// The tables that both have, which are the same in both.
async fn tables(
    source: &mut Source,
    target: &mut Target,
    there: &[String],
) -> Result<Vec<Table>, MoveError> {
    let mut tables = Vec::new();
    // Both have the same migrations: what only one of them has is somebody else's.
    for name in catalog::names(target.link()).await? {
        if !there.contains(&name) {
            continue;
        }
        let table = catalog::table(target.link(), &name).await?;
        if catalog::table(source.link(), &name).await? != table {
            return Err(MoveError::Table(name));
        }
        tables.push(table);
    }
    Ok(tables)
}

async fn copy_and_compare(
    source: &mut Source,
    target: &mut Target,
    tables: Vec<Table>,
    tell: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Vec<(String, u64)>, MoveError> {
    let mut counted = Vec::with_capacity(tables.len());
    for table in &tables {
        let total = source.count(&table.name).await?;
        let done = target.count(&table.name).await?;
        let account = Account { table, done, total, tell: &mut *tell };
        copy::copy(source.link(), target.link(), account).await?;
        counted.push((table.name.clone(), total));
    }
    for (table, (_, total)) in tables.iter().zip(&counted) {
        let account = Account { table, done: 0, total: *total, tell: &mut *tell };
        compare::compare(source.link(), target.link(), account).await?;
    }
    Ok(counted)
}
