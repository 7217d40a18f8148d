//! The way to a channel's shop: its credentials opened, its tokens kept sealed in the database.

use std::sync::Arc;

use async_trait::async_trait;
use onhand_domain::{ChannelId, Micros};
use onhand_store::{
    Store,
    channels::{self, Channel, Sealed},
    clock::System,
};

use crate::{
    auth::{Credentials, Endpoint, KeepError, Token, TokenKeeper, Tokens},
    client::{Base, BaseError, Limits, OpenError, Shop},
    sealed::{Key, OpenError as SealedError},
};

/// Why there is no way to a shop.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// Its credentials can't be read.
    #[error("the credentials can't be read: {0}")]
    Sealed(#[from] SealedError),
    /// Its address is none.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// It can't be spoken to.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The way to the shop of a channel. Nothing is sent yet.
pub fn open(store: &Store, channel: &Channel, key: &Key) -> Result<Shop, ConnectionError> {
    let credentials: Credentials = key.open_value(channel.id.0, &channel.credentials.0)?;
    let by = channel.credentials.clone();
    let keeper = Kept { store: store.clone(), channel: channel.id, by, key: key.clone() };
    shop(&channel.shop, &channel.api_version, credentials, Arc::new(keeper))
}

/// The way to a shop, with tokens kept wherever.
pub(crate) fn shop(
    address: &str,
    version: &str,
    credentials: Credentials,
    keeper: Arc<dyn TokenKeeper>,
) -> Result<Shop, ConnectionError> {
    let base = Base::parse(address)?;
    let limits = Limits::default();
    let endpoint = Endpoint::open(&base, limits)?;
    let tokens = Tokens::new(credentials, endpoint, keeper, Arc::new(System));
    Ok(Shop::open(&base, version, Arc::new(tokens), limits)?)
}

/// Credentials, as the database keeps them.
pub(crate) fn seal(key: &Key, channel: ChannelId, credentials: &Credentials) -> Sealed {
    Sealed(key.seal_value(channel.0, credentials))
}

/// Tokens in the database, sealed.
struct Kept {
    store: Store,
    channel: ChannelId,
    /// The credentials that the tokens are had by.
    by: Sealed,
    key: Key,
}

fn failed(error: impl std::fmt::Display) -> KeepError {
    KeepError(error.to_string())
}

#[async_trait]
impl TokenKeeper for Kept {
    async fn load(&self) -> Result<Option<Token>, KeepError> {
        let channel = self.store.find_channel(self.channel).await.map_err(failed)?;
        let Some(sealed) = channel.and_then(|channel| channel.token) else { return Ok(None) };
        self.key.open_value(self.channel.0, &sealed.0).map(Some).map_err(failed)
    }

    async fn keep(&self, token: &Token) -> Result<(), KeepError> {
        let kept = sealed_token(&self.key, self.channel, token);
        self.store.save_channel_token(self.channel, &self.by, kept).await.map_err(failed)
    }
}

/// A token, as the database keeps it.
pub(crate) fn sealed_token(key: &Key, channel: ChannelId, token: &Token) -> channels::Token {
    channels::Token {
        token: Sealed(key.seal_value(channel.0, token)),
        expires_at: token.expires_at.map(Micros),
    }
}
