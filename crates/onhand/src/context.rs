//! What every command works with.

use std::sync::Arc;

use anyhow::Context as _;
use onhand_store::{Store, clock::System};

use crate::config::Config;

/// Settings, and how to answer.
pub(crate) struct Context {
    /// The settings.
    pub(crate) config: Config,
    /// Whether results are written as JSON.
    pub(crate) json: bool,
}

impl Context {
    /// For one run of the program.
    pub(crate) const fn new(config: Config, json: bool) -> Self {
        Self { config, json }
    }

    /// The database, opened and migrated.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        Store::open(&self.config.database, Arc::new(System), Arc::new(System))
            .await
            .context("the database is not available")
    }

    /// The database as it is, for what only reads; a replica will do.
    pub(crate) async fn store_for_reading(&self) -> anyhow::Result<Store> {
        Store::open_for_reading(&self.config.database, Arc::new(System), Arc::new(System))
            .await
            .context("the database is not available")
    }
}
