//! People on their way to a shop and back, where they let the app in. What they come back with is
//! stored hashed, and so is the session that they left with: whoever reads the database can come
//! back in nobody's place.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set,
};
use uuid::Uuid;

use super::{
    channel::Sealed,
    create::{check_shop, not_connected},
    refusal::ChannelError,
    rows,
};
use crate::{
    Store, StoreError,
    entities::channel_authorizations::{ActiveModel, Column, Entity, Model},
    refusal::{Refusal, check_name},
    sessions::digest,
    unit::{By, Unit, or_taken},
};

/// How long somebody may be away at the shop, in microseconds: ten minutes, to read what the app
/// wants and perhaps to sign in there.
pub const AUTHORIZATION_MICROS_MAX: i64 = 600 * Micros::SECOND;
/// Shops that one session may be on its way to at once; the oldest way is given up for a new one.
pub const AUTHORIZATIONS_A_SESSION_MAX: u64 = 8;

/// Somebody is to be sent to a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuthorization {
    /// Made by the client.
    pub id: Uuid,
    /// The channel that is made or renewed.
    pub channel: ChannelId,
    /// Whether it is there already.
    pub renews: bool,
    /// The shop's base address, without a slash at its end.
    pub shop: String,
    /// What people are to call it.
    pub name: Option<String>,
    /// The app's id and secret.
    pub app: Sealed,
}

/// Somebody is back from a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The channel that is made or renewed.
    pub channel: ChannelId,
    /// Whether it is there already.
    pub renews: bool,
    /// The shop's base address.
    pub shop: String,
    /// What people are to call it.
    pub name: Option<String>,
    /// The app's id and secret.
    pub app: Sealed,
    /// Whether they were away too long: nothing may come of it.
    pub late: bool,
}

impl Store {
    /// Notes that somebody is sent to a shop, and until when they may come back with `state`, in
    /// the session with this token alone. The same id once more is a new way: the one before leads
    /// nowhere any more.
    ///
    /// # Errors
    /// [`Refusal::IdReused`] where the id is another session's or a channel's,
    /// [`Refusal::CodeTaken`] where the shop has a channel already, [`Refusal::Invalid`].
    pub async fn begin_channel_authorization(
        &self,
        by: &By,
        new: NewAuthorization,
        state: &[u8],
        session: &[u8],
    ) -> Result<Micros, ChannelError> {
        if let Some(name) = &new.name {
            check_name("/name", name)?;
        }
        check_shop(&new.shop)?;
        let unit = Unit::begin(self, by).await?;
        let session = digest(session);
        let before = Entity::find_by_id(new.id).one(&unit.tx).await?;
        if before.is_some_and(|row| row.session_hash != session) {
            return Err(Refusal::IdReused.into());
        }
        if !new.renews {
            not_connected(&unit.tx, new.channel, &new.shop).await?;
        }
        let gone = Condition::any()
            .add(Column::Id.eq(new.id))
            .add(Column::ExpiresAt.lte(unit.now.0))
            .add(Column::Id.is_in(oldest(&unit, &session).await?));
        Entity::delete_many().filter(gone).exec(&unit.tx).await?;
        let expires_at = unit.now.plus(AUTHORIZATION_MICROS_MAX);
        let subject = format!("channel {} at {}", new.channel, new.shop);
        let row = ActiveModel {
            id: Set(new.id),
            state_hash: Set(digest(state)),
            session_hash: Set(session),
            principal_id: Set(by.actor.0),
            channel_id: Set(new.channel.0),
            renews: Set(new.renews),
            shop: Set(new.shop),
            name: Set(new.name),
            app: Set(new.app.0),
            created_at: Set(unit.now.0),
            expires_at: Set(expires_at.0),
        };
        or_taken(row.insert(&unit.tx).await, Refusal::IdReused)?;
        unit.commit_work(None, subject).await?;
        Ok(expires_at)
    }

    /// Takes somebody who comes back with `state` in the session with this token, once: whoever
    /// comes with it again finds nothing, and neither does anybody in another session.
    pub async fn take_channel_authorization(
        &self,
        state: &[u8],
        session: &[u8],
    ) -> Result<Option<Authorization>, StoreError> {
        let tx = rows::begin(self).await?;
        let now = self.clock().now();
        let found = Entity::find()
            .filter(Column::StateHash.eq(digest(state)))
            .filter(Column::SessionHash.eq(digest(session)))
            .one(&tx)
            .await?;
        let Some(row) = found else { return Ok(None) };
        // On PostgreSQL two may have read it; one of them deletes it.
        let taken = Entity::delete_by_id(row.id).exec(&tx).await?.rows_affected == 1;
        tx.commit().await?;
        Ok(taken.then(|| authorization(row, now)))
    }
}

/// The ways of a session that a new one leaves no room for.
async fn oldest(unit: &Unit, session: &[u8]) -> Result<Vec<Uuid>, StoreError> {
    let ids = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::SessionHash.eq(session))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .offset(AUTHORIZATIONS_A_SESSION_MAX.saturating_sub(1))
        .limit(AUTHORIZATIONS_A_SESSION_MAX);
    Ok(ids.into_tuple().all(&unit.tx).await?)
}

fn authorization(row: Model, now: Micros) -> Authorization {
    Authorization {
        channel: ChannelId(row.channel_id),
        renews: row.renews,
        shop: row.shop,
        name: row.name,
        app: Sealed(row.app),
        late: row.expires_at <= now.0,
    }
}

/// Forgets who did not come back in time: an app's secret stays no longer than it is needed.
pub(crate) async fn forget_late(store: &Store, now: Micros) -> Result<(), StoreError> {
    let late = Entity::delete_many().filter(Column::ExpiresAt.lte(now.0));
    late.exec(&store.writer()).await?;
    Ok(())
}
