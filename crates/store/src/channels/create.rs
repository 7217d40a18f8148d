//! Makes a channel.

use onhand_domain::{
    ChannelId,
    channel::{ChannelStatus, CredentialKind},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::{
    channel::{Channel, Sealed, channel_of},
    refusal::ChannelError,
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
        check_name("/name", &new.name)?;
        let length = new.shop.chars().count();
        let plain = |text: &str| !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if length == 0 || length > SHOP_CHARS_MAX || !plain(&new.shop) {
            return Err(Refusal::invalid("/shop", "must be the shop's address").into());
        }
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = channels::Entity::find_by_id(new.id.0).one(&unit.tx).await? {
            let same = row.shop == new.shop && row.name == new.name;
            return if same { Ok(channel_of(row)?) } else { Err(Refusal::IdReused.into()) };
        }
        let taken = channels::Entity::find().filter(channels::Column::Shop.eq(&new.shop));
        let refusal = Refusal::CodeTaken(new.shop.clone());
        if taken.count(&unit.tx).await? > 0 {
            return Err(refusal.into());
        }
        let subject = format!("channel {} to {}", new.id, new.shop);
        let row = channels::ActiveModel {
            id: Set(new.id.0),
            name: Set(new.name),
            shop: Set(new.shop),
            api_version: Set(new.api_version),
            credential_kind: Set(new.credential_kind.code().to_owned()),
            credentials: Set(new.credentials.0),
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
