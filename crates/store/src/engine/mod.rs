//! The posting engine: the only code that writes stock.
//!
//! Commands go into a bounded queue. A committer takes whatever waits, decides all of it with
//! one `plan`, writes it with set-based statements in one transaction, commits, and only then
//! answers each. There is no timer that waits for a batch to fill: load itself makes batches.

mod columns;
mod committer;
mod postgres;
mod rows;
mod sqlite;
mod statements;
#[cfg(test)]
mod tests;
mod transact;

use std::{collections::BTreeSet, sync::Arc};

use onhand_domain::plan::{command::Command, outcome::Outcome};

use crate::{Clock, Ids, StoreError, Version, open::Pools};

pub(crate) use committer::Engine;

/// The ledger in whichever database is open.
#[derive(Clone)]
enum Ledger {
    Sqlite(sqlite::Ledger),
    Postgres(postgres::Ledger),
}

impl Ledger {
    fn of(pools: &Pools) -> Self {
        match pools {
            Pools::Sqlite { write, .. } => Self::Sqlite(sqlite::Ledger::new(write)),
            Pools::Postgres(pool) => Self::Postgres(postgres::Ledger::new(pool)),
        }
    }
}

/// Runs batches.
#[derive(Clone)]
struct Poster {
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Poster {
    async fn post(
        &self,
        commands: &[Command],
        as_of: &BTreeSet<Version>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let (clock, ids) = (&*self.clock, &*self.ids);
        match &self.ledger {
            Ledger::Sqlite(ledger) => ledger.post(commands, as_of, clock, ids).await,
            Ledger::Postgres(ledger) => ledger.post(commands, as_of, clock, ids).await,
        }
    }

    /// Told when there is nothing to post.
    fn rest(&self) {
        match &self.ledger {
            Ledger::Sqlite(ledger) => ledger.rest(),
            Ledger::Postgres(ledger) => ledger.rest(),
        }
    }

    async fn preview(&self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        match &self.ledger {
            Ledger::Sqlite(ledger) => ledger.preview(commands, Arc::clone(&self.clock)).await,
            Ledger::Postgres(ledger) => ledger.preview(commands, &*self.clock).await,
        }
    }
}
