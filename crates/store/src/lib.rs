//! The database: entities, migrations, repositories and the posting engine.
//!
//! [`Store`] is the one handle. Reads go to [`Store::reader`], settings and people are written
//! through [`Store::writer`], and whatever touches stock goes through the posting engine.

pub mod audit;
pub mod backup;
pub mod catalog;
pub mod channels;
pub mod clock;
pub mod counts;
pub mod directory;
mod engine;
pub mod entities;
mod error;
pub mod facilities;
pub mod feed;
pub mod groups;
pub mod migrations;
mod open;
pub mod people;
pub mod photos;
pub mod reasons;
pub mod refusal;
pub mod relocate;
pub mod roles;
mod schema;
mod seed;
pub mod sessions;
pub mod settings;
pub mod stock;
pub mod throttle;
mod trouble;
mod unit;
pub mod upkeep;
pub mod verify;
pub mod webhooks;

use std::sync::Arc;

use onhand_domain::plan::{command::Command, outcome::Outcome};
use sea_orm::DatabaseConnection;
use tokio::sync::{Notify, Semaphore};

pub use clock::{Clock, Ids};
pub use directory::{Directory, Version};
pub use error::{OpenError, StoreError};
pub use refusal::{Refusal, WriteError};
pub use trouble::Trouble;
pub use unit::By;

/// An open database with its schema up to date. Cheap to clone: every request has one.
#[derive(Clone)]
pub struct Store(Arc<Parts>);

struct Parts {
    pools: open::Pools,
    engine: engine::Engine,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    /// Held by whoever recomputes the ledger: one at a time.
    verifying: Arc<Semaphore>,
    feed: feed::Feed,
    memory: directory::Memory,
    /// Wakes whoever looks at what shops have told.
    delivered: Arc<Notify>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://FILE`, made if missing, or `postgres://…`) and
    /// migrates it.
    pub async fn open(
        url: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, OpenError> {
        let store = Self::on(open::Pools::open(url).await?, clock, ids);
        seed::sow(&store).await.map_err(OpenError::Seed)?;
        Ok(store)
    }

    /// Opens the database at `url` to read it as it is: it must exist and have its schema up to
    /// date, and may be a replica. Whatever would write fails.
    pub async fn open_for_reading(
        url: &str,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, OpenError> {
        Ok(Self::on(open::Pools::open_for_reading(url).await?, clock, ids))
    }

    fn on(pools: open::Pools, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let engine = engine::Engine::start(&pools, Arc::clone(&clock), Arc::clone(&ids));
        let parts = Parts {
            pools,
            engine,
            clock,
            ids,
            verifying: Arc::new(Semaphore::new(1)),
            feed: feed::Feed::default(),
            memory: directory::Memory::default(),
            delivered: Arc::default(),
        };
        Self(Arc::new(parts))
    }

    /// For queries. On SQLite this connection cannot write.
    pub fn reader(&self) -> DatabaseConnection {
        self.0.pools.reader()
    }

    /// For writes that don't touch stock: settings, people, catalogue. On SQLite there is one
    /// such connection; keep transactions on it short.
    pub fn writer(&self) -> DatabaseConnection {
        self.0.pools.writer()
    }

    /// Does the commands, each as a whole or not at all, and answers, in their order, once they
    /// are committed.
    ///
    /// A refusal is an answer, not an error. After an error nothing is known to be written; the
    /// same commands may be sent again, since their ids make them safe to repeat.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too many writes wait, [`StoreError::Stopping`] during a stop.
    pub async fn post(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, StoreError> {
        self.0.engine.post(commands, None).await
    }

    /// The same, for commands that rest on what the directory said in this version: who may do
    /// them, on which day.
    ///
    /// # Errors
    /// Besides those of [`Store::post`], [`StoreError::Outdated`] where it has changed since.
    pub async fn post_as_of(
        &self,
        version: Version,
        commands: Vec<Command>,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.0.engine.post(commands, Some(version)).await
    }

    /// What the commands would do now. Writes nothing and waits for nobody.
    pub async fn preview(&self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.0.engine.preview(commands).await
    }

    /// Wakes whenever this process has committed something to the ledger.
    pub fn committed(&self) -> Arc<Notify> {
        self.0.engine.committed()
    }

    /// Takes no more writes, finishes those that wait, and closes the connections.
    pub async fn close(&self) {
        self.0.engine.stop().await;
        self.0.pools.close().await;
    }

    /// What time it is.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Ids for what the server creates.
    pub fn ids(&self) -> &dyn Ids {
        &*self.0.ids
    }
}

impl Store {
    /// Fails where nothing can be written: the disk is full, the server is a replica. Changes
    /// nothing.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        seed::touch(self).await
    }
}
