//! Items that the shop has no more.

use onhand_domain::{ChannelId, Micros, channel::ItemProblem};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::super::{lanes, rows};
use crate::{Store, StoreError, entities::channel_items};

/// Items that one call puts away; more wait for the next.
const GONE_MAX: u64 = 5_000;

impl Store {
    /// After all items were read, from `began` on: puts away those that were not among them, at
    /// most so many; how many. Their lanes are closed.
    pub async fn close_unseen_items(
        &self,
        channel: ChannelId,
        began: Micros,
    ) -> Result<u64, StoreError> {
        use channel_items::Column as C;
        let tx = rows::begin(self).await?;
        rows::lock_cursors(&tx, channel.0).await?;
        let gone: Vec<String> = channel_items::Entity::find()
            .select_only()
            .column(C::Item)
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::SeenAt.lt(began.0))
            .filter(Expr::cust("(problem IS NULL OR problem <> 'gone')"))
            .limit(GONE_MAX)
            .into_tuple()
            .all(&tx)
            .await?;
        if gone.is_empty() {
            return Ok(0);
        }
        let why = ItemProblem::Gone.code();
        lanes::close(&tx, channel, Some(&gone), why, self.clock().now()).await?;
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
        tx.commit().await?;
        Ok(gone.len() as u64)
    }
}
