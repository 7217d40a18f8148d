//! Items that the shop says it has no more.

use onhand_domain::{ChannelId, channel::ItemProblem};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};

use super::super::{lanes, rows};
use crate::{Store, StoreError, entities::channel_items};

impl Store {
    /// Puts items away that the shop has no more, as [`Store::close_unseen_items`] does.
    pub async fn close_items(&self, channel: ChannelId, gone: &[String]) -> Result<(), StoreError> {
        use channel_items::Column as C;
        if gone.is_empty() {
            return Ok(());
        }
        let tx = rows::begin(self).await?;
        rows::lock_cursors(&tx, channel.0).await?;
        let why = ItemProblem::Gone.code();
        lanes::close(&tx, channel, Some(gone), why, self.clock().now()).await?;
        let them = || {
            let items = C::Item.is_in(gone.iter().map(String::as_str));
            Condition::all().add(C::ChannelId.eq(channel.0)).add(items)
        };
        channel_items::Entity::update_many()
            .col_expr(C::Problem, Expr::value(Some(why)))
            .filter(them())
            .exec(&tx)
            .await?;
        // Another item may be the SKU from now on, unless a person has said otherwise.
        channel_items::Entity::update_many()
            .col_expr(C::SkuId, Expr::value(None::<uuid::Uuid>))
            .col_expr(C::MatchedBy, Expr::value(None::<String>))
            .filter(them())
            .filter(Expr::cust("(matched_by IS NULL OR matched_by <> 'person')"))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }
}
