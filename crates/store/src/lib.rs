//! The database: entities, migrations, repositories and the posting engine.
//!
//! [`Store`] is the one handle. Reads go to [`Store::reader`], settings and people are written
//! through [`Store::writer`], and whatever touches stock goes through the posting engine.

pub mod audit;
pub mod clock;
pub mod entities;
mod error;
pub mod facilities;
pub mod migrations;
mod open;
pub mod people;
pub mod reasons;
pub mod refusal;
pub mod roles;
mod seed;
pub mod sessions;
pub mod throttle;
mod unit;

use std::sync::Arc;

use sea_orm::DatabaseConnection;

pub use clock::{Clock, Ids};
pub use error::{OpenError, StoreError};
pub use refusal::{Refusal, WriteError};
pub use unit::By;

/// An open database with its schema up to date.
#[derive(Clone)]
pub struct Store {
    pools: open::Pools,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://FILE`, made if missing, or `postgres://…`) and
    /// migrates it.
    pub async fn open(
        url: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, OpenError> {
        let pools = open::Pools::open(url).await?;
        let store = Self { pools, clock, ids };
        seed::sow(&store).await.map_err(OpenError::Seed)?;
        Ok(store)
    }

    /// For queries. On SQLite this connection cannot write.
    pub fn reader(&self) -> DatabaseConnection {
        self.pools.reader()
    }

    /// For writes that don't touch stock: settings, people, catalogue. On SQLite there is one
    /// such connection; keep transactions on it short.
    pub fn writer(&self) -> DatabaseConnection {
        self.pools.writer()
    }

    /// What time it is.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Ids for what the server creates.
    pub fn ids(&self) -> &dyn Ids {
        &*self.ids
    }
}
