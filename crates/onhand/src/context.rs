//! What every command works with.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use onhand_shopify::sealed::Key;
use onhand_store::{Store, clock::System};

use crate::config::Config;

/// The key itself, for where there is no file to keep it in.
const SECRET_KEY_VARIABLE: &str = "ONHAND_SECRET_KEY";

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

    /// The key that shops' credentials are sealed with; none where none was given.
    pub(crate) fn secret_key(&self) -> anyhow::Result<Option<Key>> {
        // Not a setting: it would stand in a file beside the database's address.
        if let Ok(text) = std::env::var(SECRET_KEY_VARIABLE) {
            let key =
                Key::parse(&text).with_context(|| format!("{SECRET_KEY_VARIABLE} is no key"))?;
            return Ok(Some(key));
        }
        let Some(file) = &self.config.secret_key_file else { return Ok(None) };
        let key = Key::read(file)
            .with_context(|| format!("the key in {} can't be used", file.display()))?;
        Ok(Some(key))
    }

    /// Where the shops find this server, without a slash at its end; none where they can't.
    pub(crate) fn public_url(&self) -> anyhow::Result<Option<String>> {
        let Some(text) = &self.config.public_url else { return Ok(None) };
        let url = text.trim().trim_end_matches('/');
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let is_bare = host.is_some_and(|host| {
            !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "?#@".contains(c))
        });
        if !is_bare {
            bail!("public_url {text:?} is no address; give it as https://onhand.example.com");
        }
        Ok(Some(url.to_owned()))
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
