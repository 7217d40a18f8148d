//! Makes a channel.

use onhand_domain::{
    ChannelId,
    channel::{ChannelStatus, CredentialKind},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
};

use super::{
    channel::{Channel, Sealed, channel_of},
    refusal::ChannelError,
    token::Token,
};
use crate::{
    Store,
    entities::channels,
    refusal::{Refusal, check_name},
    unit::{By, Unit, or_taken},
};

/// Most characters of a shop's address.
const SHOP_CHARS_MAX: usize = 255;

/// A shop to be connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// Made by the client.
    pub id: ChannelId,
    /// What people call it.
    pub name: String,
    /// The shop's base address, without a slash at its end.
    pub shop: String,
    /// Which version of its API to speak.
    pub api_version: String,
    /// How it knows who we are.
    pub credential_kind: CredentialKind,
    /// What that takes.
    pub credentials: Sealed,
    /// What we may do there.
    pub scopes: Vec<String>,
}

impl Store {
    /// Makes a channel; the same once more answers the one that is there.
    ///
    /// # Errors
    /// [`Refusal::IdReused`], [`Refusal::CodeTaken`] where the shop has a channel already.
    pub async fn create_channel(&self, by: &By, new: NewChannel) -> Result<Channel, ChannelError> {
        self.create_channel_with(by, new, None).await
    }

    /// As [`Store::create_channel`], with the token that the shop has given already: both or
    /// neither, since a refresh token that is lost can't be had again without a person.
    ///
    /// # Errors
    /// As [`Store::create_channel`].
    pub async fn create_channel_with(
        &self,
        by: &By,
        new: NewChannel,
        token: Option<Token>,
    ) -> Result<Channel, ChannelError> {
        check_name("/name", &new.name)?;
        check_shop(&new.shop)?;
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = channels::Entity::find_by_id(new.id.0).one(&unit.tx).await? {
            let same = row.shop == new.shop && row.name == new.name;
            return if same { Ok(channel_of(row)?) } else { Err(Refusal::IdReused.into()) };
        }
        let refusal = not_connected(&unit.tx, new.id, &new.shop).await?;
        let subject = format!("channel {} to {}", new.id, new.shop);
        let row = channels::ActiveModel {
            id: Set(new.id.0),
            name: Set(new.name),
            shop: Set(new.shop),
            api_version: Set(new.api_version),
            credential_kind: Set(new.credential_kind.code().to_owned()),
            credentials: Set(new.credentials.0),
            token_expires_at: Set(token.as_ref().and_then(|token| Some(token.expires_at?.0))),
            token: Set(token.map(|token| token.token.0)),
            scopes: Set(new.scopes.join(" ")),
            status: Set(ChannelStatus::Connected.code().to_owned()),
            threshold: Set(0),
            corrects: Set(false),
            lease_term: Set(0),
            lease_until: Set(0),
            version: Set(1),
            created_at: Set(unit.now.0),
            ..Default::default()
        };
        let row = or_taken(row.insert(&unit.tx).await, refusal)?;
        unit.commit_work(None, subject).await?;
        Ok(channel_of(row)?)
    }
}

/// Fails where the id or the shop is a channel's already; else the refusal for another node that
/// is faster.
pub(super) async fn not_connected(
    db: &impl ConnectionTrait,
    id: ChannelId,
    shop: &str,
) -> Result<Refusal, ChannelError> {
    if channels::Entity::find_by_id(id.0).one(db).await?.is_some() {
        return Err(Refusal::IdReused.into());
    }
    let refusal = Refusal::CodeTaken(shop.to_owned());
    let taken = channels::Entity::find().filter(channels::Column::Shop.eq(shop));
    if taken.count(db).await? > 0 { Err(refusal.into()) } else { Ok(refusal) }
}

pub(super) fn check_shop(shop: &str) -> Result<(), Refusal> {
    let length = shop.chars().count();
    let plain = !shop.chars().any(|c| c.is_control() || c.is_whitespace());
    if length == 0 || length > SHOP_CHARS_MAX || !plain {
        return Err(Refusal::invalid("/shop", "must be the shop's address"));
    }
    Ok(())
}
