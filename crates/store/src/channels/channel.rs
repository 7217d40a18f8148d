//! A channel as it stands, and how it is found.

use onhand_domain::{
    ChannelId, Micros,
    channel::{ChannelStatus, CredentialKind},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

use super::{
    refusal::{ChannelError, ChannelRefusal},
    rows::word,
};
use crate::{Store, StoreError, entities::channels};

/// Most channels that are listed: a retailer has a handful.
const CHANNELS_MAX: u64 = 200;

/// Bytes that only who holds the key can read. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// A shop that is kept equal to the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Id.
    pub id: ChannelId,
    /// What people call it.
    pub name: String,
    /// The shop's base address.
    pub shop: String,
    /// Which version of its API we speak.
    pub api_version: String,
    /// How it knows who we are.
    pub credential_kind: CredentialKind,
    /// What that takes.
    pub credentials: Sealed,
    /// The token of the moment.
    pub token: Option<Sealed>,
    /// When it ends; none for one that doesn't.
    pub token_expires_at: Option<Micros>,
    /// What we may do there.
    pub scopes: Vec<String>,
    /// How it stands.
    pub status: ChannelStatus,
    /// Why, in words.
    pub status_reason: Option<String>,
    /// At or below it the shop is told that there are none.
    pub threshold: i64,
    /// Changes of more units wait for a person.
    pub push_limit: Option<i64>,
    /// Whether drift is corrected without asking.
    pub corrects: bool,
    /// Grows with each change of its settings.
    pub version: i64,
    /// When it was made.
    pub created_at: Micros,
    /// Since when nothing waits.
    pub in_step_since: Option<Micros>,
    /// When the shop answered last.
    pub last_reply_at: Option<Micros>,
    /// Since when its orders are followed: what was sold before is in the stock that was taken in.
    /// None before it was taken in.
    pub orders_from: Option<Micros>,
    /// Up to when its orders are followed.
    pub orders_until: Option<Micros>,
    /// What its messages are signed with, besides the app's own secret.
    pub webhook_secrets: Option<Sealed>,
}

impl Store {
    /// The channels, by name.
    pub async fn list_channels(&self) -> Result<Vec<Channel>, StoreError> {
        let query = channels::Entity::find()
            .order_by_asc(channels::Column::Name)
            .order_by_asc(channels::Column::Id)
            .limit(CHANNELS_MAX);
        query.all(&self.reader()).await?.into_iter().map(channel_of).collect()
    }

    /// The channel with this id.
    pub async fn find_channel(&self, id: ChannelId) -> Result<Option<Channel>, StoreError> {
        let row = channels::Entity::find_by_id(id.0).one(&self.reader()).await?;
        row.map(channel_of).transpose()
    }
}

/// The channel, kept from others until the transaction ends.
pub(super) async fn lock(
    tx: &impl ConnectionTrait,
    id: ChannelId,
) -> Result<Channel, ChannelError> {
    let row = channels::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?;
    Ok(channel_of(row.ok_or(ChannelRefusal::Unknown("channel"))?)?)
}

pub(super) fn channel_of(row: channels::Model) -> Result<Channel, StoreError> {
    let table = "channels";
    Ok(Channel {
        id: row.id.into(),
        credential_kind: word(table, CredentialKind::from_code, &row.credential_kind)?,
        status: word(table, ChannelStatus::from_code, &row.status)?,
        name: row.name,
        shop: row.shop,
        api_version: row.api_version,
        credentials: Sealed(row.credentials),
        token: row.token.map(Sealed),
        token_expires_at: row.token_expires_at.map(Micros),
        scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
        status_reason: row.status_reason,
        threshold: row.threshold,
        push_limit: row.push_limit,
        corrects: row.corrects,
        version: row.version,
        created_at: Micros(row.created_at),
        in_step_since: row.in_step_since.map(Micros),
        last_reply_at: row.last_reply_at.map(Micros),
        orders_from: row.orders_from.map(Micros),
        orders_until: row.orders_until.map(Micros),
        webhook_secrets: row.webhook_secrets.map(Sealed),
    })
}
