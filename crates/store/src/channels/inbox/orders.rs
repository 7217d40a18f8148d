//! From when to when a shop's orders are followed.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Store, StoreError};

/// While an order waits that was told of by that moment, the ledger is not that far.
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
}
