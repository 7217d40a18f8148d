//! Forgets messages that nobody needs any more.

use onhand_domain::Micros;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{Store, StoreError};

/// How long what was delivered is kept.
pub const DELIVERED_KEPT_MICROS: i64 = 30 * Micros::DAY;
/// How long everything else is kept: what failed can be replayed until then.
pub const MESSAGES_KEPT_MICROS: i64 = 90 * Micros::DAY;
/// Messages that one call forgets: it holds SQLite's only writer for a moment, not longer.
pub const FORGET_MESSAGES_MAX: i64 = 500;

/// Looks only at what is older than the shorter time, by its index.
const OLD: &str = "
    DELETE FROM webhook_messages WHERE id IN (
        SELECT id FROM webhook_messages
        WHERE created_at < $1 AND (delivered_at < $1 AND status = 'delivered' OR created_at < $2)
        ORDER BY created_at LIMIT $3)";

/// Those of removed endpoints. The endpoints are few, and so are the distinct ids in the index.
const ORPHANS: &str = "
    DELETE FROM webhook_messages WHERE id IN (
        SELECT id FROM webhook_messages
        WHERE endpoint_id NOT IN (SELECT id FROM webhook_endpoints)
        LIMIT $1)";

impl Store {
    /// Forgets messages that were delivered long ago, that are very old, or whose endpoint is no
    /// more; how many. There may be more where it is [`FORGET_MESSAGES_MAX`].
    pub async fn forget_webhook_messages(&self) -> Result<u64, StoreError> {
        let now = self.clock().now();
        let delivered = now.plus(-DELIVERED_KEPT_MICROS).0.into();
        let all = now.plus(-MESSAGES_KEPT_MICROS).0.into();
        let old = self.forget(OLD, vec![delivered, all, FORGET_MESSAGES_MAX.into()]).await?;
        let orphans = self.forget(ORPHANS, vec![FORGET_MESSAGES_MAX.into()]).await?;
        Ok(old.max(orphans))
    }

    async fn forget(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let db = self.writer();
        let ask = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        Ok(db.execute_raw(ask).await?.rows_affected())
    }
}
