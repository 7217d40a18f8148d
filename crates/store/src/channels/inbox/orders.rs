//! From when to when a shop's orders are followed.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, sea_query::Expr};

use crate::{Store, StoreError, entities::channel_deliveries};

/// Whatever still waits was learned before that moment only if it stands in here.
const FOLLOWED: &str = "
    UPDATE channels SET orders_until = $2
    WHERE id = $1 AND (orders_until IS NULL OR orders_until < $2) AND NOT EXISTS (
        SELECT 1 FROM channel_deliveries d
        WHERE d.channel_id = $1 AND d.status = 'waiting' AND d.kind IN ('order', 'order_part')
            AND d.received_at <= $2)";

/// One that has lanes was taken in with its stock, and what it sold since then is not in it.
const FROM: &str = "
    UPDATE channels SET orders_from = $2, orders_until = $2
    WHERE id = $1 AND (orders_from IS NULL OR NOT EXISTS (
        SELECT 1 FROM channel_lanes l WHERE l.channel_id = $1))";

impl Store {
    /// The shop's orders are followed from this moment on: what it sold before is in the stock
    /// that is taken in. Once a shop was taken in, it stays.
    pub async fn follow_orders_from(
        &self,
        channel: ChannelId,
        from: Micros,
    ) -> Result<(), StoreError> {
        let db = self.writer();
        let values = [channel.0.into(), from.0.into()];
        let ask = Statement::from_sql_and_values(db.get_database_backend(), FROM, values);
        db.execute_raw(ask).await?;
        Ok(())
    }

    /// All changes of orders that the shop had made by `until` are known here. Whether they are
    /// followed, too: while one of them waits, it is not noted.
    pub async fn note_orders_until(
        &self,
        channel: ChannelId,
        until: Micros,
    ) -> Result<bool, StoreError> {
        let db = self.writer();
        let values = [channel.0.into(), until.0.into()];
        let ask = Statement::from_sql_and_values(db.get_database_backend(), FOLLOWED, values);
        Ok(db.execute_raw(ask).await?.rows_affected() > 0)
    }

    /// Whether messages about an order wait that came in by `until`.
    pub async fn orders_wait(&self, channel: ChannelId, until: Micros) -> Result<bool, StoreError> {
        use channel_deliveries::Column as C;
        let waiting = channel_deliveries::Entity::find()
            .filter(C::ChannelId.eq(channel.0))
            .filter(Expr::cust("status = 'waiting'"))
            .filter(C::Kind.is_in(["order", "order_part"]))
            .filter(C::ReceivedAt.lte(until.0));
        Ok(waiting.one(&self.reader()).await?.is_some())
    }
}
