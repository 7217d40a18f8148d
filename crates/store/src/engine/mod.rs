//! The posting engine: the only code that writes stock.
//!
//! Commands go into a bounded queue. A committer takes whatever waits, decides all of it with
//! one `plan`, writes it with set-based statements in one transaction, commits, and only then
//! answers each. There is no timer that waits for a batch to fill: load itself makes batches.

mod committer;
mod needs;
mod payload;
mod postgres;
mod rows;
mod sqlite;
mod statements;
#[cfg(test)]
mod tests;
mod transact;

use std::sync::Arc;

use onhand_domain::plan::{command::Command, outcome::Outcome};

use crate::{Clock, Ids, StoreError, open::Pools};

pub(crate) use committer::Engine;

/// Runs batches on whichever database is open.
#[derive(Clone)]
struct Poster {
    pools: Pools,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Poster {
    async fn post(&self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                sqlite::post(write, commands, &*self.clock, &*self.ids).await
            }
            Pools::Postgres(pool) => postgres::post(pool, commands, &*self.clock, &*self.ids).await,
        }
    }

    async fn preview(&self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        match &self.pools {
            Pools::Sqlite { read, .. } => sqlite::preview(read, commands, &*self.clock).await,
            Pools::Postgres(pool) => postgres::preview(pool, commands, &*self.clock).await,
        }
    }
}
