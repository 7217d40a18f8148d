//! Keeps the token of the moment.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    channel::Sealed,
    refusal::{ChannelError, ChannelRefusal},
    rows,
};
use crate::{Store, entities::channels};

/// A token that the shop has given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub token: Sealed,
    /// When it ends.
    pub expires_at: Option<Micros>,
}

impl Store {
    /// Keeps a token that was had by the credentials `by`. It is on the disk when this answers, so
    /// that it may be used: the shop has forgotten the one before.
    ///
    /// # Errors
    /// [`ChannelRefusal::Outdated`] where the channel has other credentials by now: a renewal that
    /// was under way meanwhile must not put the old app's token over the new one's.
    pub async fn save_channel_token(
        &self,
        id: ChannelId,
        by: &Sealed,
        token: Token,
    ) -> Result<(), ChannelError> {
        use channels::Column as C;
        let tx = rows::begin(self).await?;
        let update = channels::Entity::update_many()
            .col_expr(C::Token, Expr::value(token.token.0))
            .col_expr(C::TokenExpiresAt, Expr::value(token.expires_at.map(|at| at.0)))
            .filter(C::Id.eq(id.0))
            // What is sealed is never the same twice, so equal bytes are the same credentials.
            .filter(C::Credentials.eq(by.0.clone()));
        if update.exec(&tx).await?.rows_affected == 0 {
            return Err(ChannelRefusal::Outdated.into());
        }
        Ok(tx.commit().await?)
    }
}
