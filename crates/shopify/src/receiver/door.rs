//! Where the shop's messages come in.

use http::HeaderMap;
use onhand_domain::ChannelId;
use onhand_store::{
    By, Store, StoreError,
    channels::{Channel, ChannelError, Sealed},
};
use serde_json::Value;

use super::intake;
use crate::{
    auth::{Credentials, Secret},
    sealed::{Key, OpenError},
    webhook::{Delivery, WebhookError, verify},
};

/// The largest message that is read, in bytes: an order of hundreds of lines, with every field.
pub const WEBHOOK_BYTES_MAX: usize = 2 << 20;
/// The most secrets that are kept for a shop: the newest, and the one before while it is replaced.
pub const SECRETS_KEPT_MAX: usize = 2;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// There is no such channel.
    #[error("there is no such channel")]
    Unknown,
    /// It is not signed by the shop.
    #[error("the signature doesn't fit")]
    Forged,
    /// It is the shop's, and not in the form of its messages.
    #[error("the message can't be read: {0}")]
    Unreadable(String),
    /// The secrets can't be read, so nobody can say whose it is.
    #[error("the channel's secrets can't be read: {0}")]
    Sealed(OpenError),
    /// The database failed; the shop sends it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes messages in.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// The database.
    pub store: &'a Store,
    /// What the shops' secrets are sealed with; without it none can be told from a forged one.
    pub key: Option<&'a Key>,
}

impl Door<'_> {
    /// Checks a message and keeps where it says to look. Whether that is news. Nothing is done
    /// about it here: the shop waits for the answer.
    ///
    /// # Errors
    /// [`DoorError`]; after [`DoorError::Store`] and [`DoorError::Sealed`] the same may come again.
    pub async fn take_in(
        &self,
        channel: ChannelId,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<bool, DoorError> {
        let found = self.store.find_channel(channel).await?;
        let secrets = match &found {
            Some(channel) => self.secrets(channel)?,
            // So that nobody learns by the time it takes which channels there are.
            None => vec![Secret::new("no channel has this secret")],
        };
        let verified = verify(headers, body, &secrets);
        if found.is_none() {
            return Err(DoorError::Unknown);
        }
        verified.map_err(|_| DoorError::Forged)?;
        let unreadable = |error: WebhookError| DoorError::Unreadable(error.to_string());
        let delivery = Delivery::read(headers).map_err(unreadable)?;
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| DoorError::Unreadable(error.to_string()))?;
        let Some(new) = intake::read(&delivery, &body) else { return Ok(false) };
        if let Some((lane, available)) = intake::level(&new, &body)
            && self.store.is_echo(channel, &lane, available).await?
        {
            return Ok(false);
        }
        Ok(self.store.put_deliveries(channel, &[new]).await? > 0)
    }

    /// What the shop may have signed with.
    fn secrets(&self, channel: &Channel) -> Result<Vec<Secret>, DoorError> {
        let Some(key) = self.key else { return Ok(Vec::new()) };
        let opened = key.open_value::<Credentials>(channel.id.0, &channel.credentials.0);
        let credentials = opened.map_err(DoorError::Sealed)?;
        let mut secrets: Vec<Secret> = credentials.client_secret().cloned().into_iter().collect();
        secrets.extend(kept(key, channel).map_err(DoorError::Sealed)?);
        Ok(secrets)
    }
}

/// The secrets that were given for a channel, the newest first.
fn kept(key: &Key, channel: &Channel) -> Result<Vec<Secret>, OpenError> {
    match &channel.webhook_secrets {
        Some(sealed) => key.open_value(channel.id.0, &sealed.0),
        None => Ok(Vec::new()),
    }
}

/// Adds a secret that the shop signs its messages with. The one before stays good beside it: the
/// shop signs with the old one for a while after it was replaced.
///
/// # Errors
/// As [`Store::keep_webhook_secrets`]. Secrets that can't be opened any more are given up.
pub async fn add_secret(
    store: &Store,
    key: &Key,
    by: &By,
    channel: &Channel,
    secret: Secret,
) -> Result<Channel, ChannelError> {
    let mut secrets = kept(key, channel).unwrap_or_default();
    secrets.retain(|known| *known != secret);
    secrets.insert(0, secret);
    secrets.truncate(SECRETS_KEPT_MAX);
    let sealed = Sealed(key.seal_value(channel.id.0, &secrets));
    store.keep_webhook_secrets(by, channel.id, sealed).await
}
