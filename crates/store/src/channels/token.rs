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
    /// What the next one is had by, where it has changed with this one.
    pub credentials: Option<Sealed>,
    /// What it allows, where the shop has said so.
    pub scopes: Option<Vec<String>>,
}

impl Store {
    /// Keeps a token, in one transaction with what the next one is had by. It is on the disk when
    /// this answers, so that it may be used: the shop has forgotten the one before.
    ///
    /// # Errors
    /// [`ChannelRefusal::Unknown`] where the channel is gone.
    pub async fn save_channel_token(
        &self,
        id: ChannelId,
        token: Token,
    ) -> Result<(), ChannelError> {
        use channels::Column as C;
        let tx = rows::begin(self).await?;
        let mut update = channels::Entity::update_many()
            .col_expr(C::Token, Expr::value(token.token.0))
            .col_expr(C::TokenExpiresAt, Expr::value(token.expires_at.map(|at| at.0)))
            .filter(C::Id.eq(id.0));
        if let Some(credentials) = token.credentials {
            update = update.col_expr(C::Credentials, Expr::value(credentials.0));
        }
        if let Some(scopes) = token.scopes {
            update = update.col_expr(C::Scopes, Expr::value(scopes.join(" ")));
        }
        if update.exec(&tx).await?.rows_affected == 0 {
            return Err(ChannelRefusal::Unknown("channel").into());
        }
        Ok(tx.commit().await?)
    }
}
