//! Forgets messages that no repetition can come of any more.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Store, StoreError};

/// Messages that one call forgets; more wait for the next.
const FORGET_MAX: i64 = 1_000;

const FORGET: &str = "
    DELETE FROM channel_deliveries WHERE id IN (
        SELECT id FROM channel_deliveries
        WHERE channel_id = $1 AND received_at < $2 AND status <> 'waiting'
        ORDER BY received_at LIMIT $3)";

impl Store {
    /// Forgets messages that came in before a moment and are over; how many.
    pub async fn forget_deliveries(
        &self,
        channel: ChannelId,
        before: Micros,
    ) -> Result<u64, StoreError> {
        let db = self.writer();
        let values = [channel.0.into(), before.0.into(), FORGET_MAX.into()];
        let ask = Statement::from_sql_and_values(db.get_database_backend(), FORGET, values);
        Ok(db.execute_raw(ask).await?.rows_affected())
    }
}
