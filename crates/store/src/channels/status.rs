//! Whether a channel runs, and how it became so.

use onhand_domain::{ChannelId, Micros, channel::ChannelStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
    Statement, sea_query::Expr,
};

use super::{
    channel::{Channel, channel_of, lock},
    refusal::{ChannelError, ChannelRefusal},
    rows,
};
use crate::{
    Store, StoreError,
    entities::{channel_cursors, channels},
    unit::{By, Unit},
};

impl Store {
    /// Stops a channel, starts it again, or says that the shop lets nobody in. What happens while
    /// it stands still stays in the ledger and is told afterwards.
    ///
    /// # Errors
    /// [`ChannelRefusal::Status`] for one that was never made equal to the ledger, or has to be
    /// anew: it begins to run by [`Store::go_live`].
    pub async fn set_channel_status(
        &self,
        by: &By,
        id: ChannelId,
        status: ChannelStatus,
        reason: Option<String>,
    ) -> Result<Channel, ChannelError> {
        let unit = Unit::begin(self, by).await?;
        let before = lock(&unit.tx, id).await?;
        let cursors = channel_cursors::Entity::find()
            .filter(channel_cursors::Column::ChannelId.eq(id.0))
            .count(&unit.tx)
            .await?;
        if status == ChannelStatus::Running && cursors == 0 {
            let remedy = "compare the shop with the ledger and take it in first";
            return Err(ChannelRefusal::Status { status: before.status, remedy }.into());
        }
        let mut row = channels::ActiveModel { id: Set(id.0), ..Default::default() };
        row.status = Set(status.code().to_owned());
        row.status_reason = Set(reason);
        row.version = Set(before.version.saturating_add(1));
        if status != ChannelStatus::Running {
            row.in_step_since = Set(None);
        }
        let row = row.update(&unit.tx).await?;
        let subject = format!("channel {id}: {} to {}", before.status.code(), status.code());
        unit.commit_work(None, subject).await?;
        Ok(channel_of(row)?)
    }

    /// Notes that the shop has answered.
    pub async fn note_channel_reply(&self, id: ChannelId, at: Micros) -> Result<(), StoreError> {
        channels::Entity::update_many()
            .col_expr(channels::Column::LastReplyAt, Expr::value(at.0))
            .filter(channels::Column::Id.eq(id.0))
            .exec(&self.writer())
            .await?;
        Ok(())
    }

    /// Notes that nothing waits, if that is so: since now, or since it was noted first. Whether.
    pub async fn note_channel_in_step(&self, id: ChannelId) -> Result<bool, StoreError> {
        let db = self.reader();
        let ask = |sql: &str, values: Vec<sea_orm::Value>| {
            Statement::from_sql_and_values(db.get_database_backend(), sql, values)
        };
        // Most looks find what was found before: nobody's write waits for them.
        let Some(row) = db.query_one_raw(ask(STANDS, vec![id.0.into()])).await? else {
            return Ok(false);
        };
        let (waits, noted): (bool, bool) = (row.try_get("", "waits")?, row.try_get("", "noted")?);
        if waits || noted {
            return Ok(!waits);
        }
        let tx = rows::begin(self).await?;
        // Nobody derives meanwhile.
        rows::lock_cursors(&tx, id.0).await?;
        let now = self.clock().now();
        let done = tx.execute_raw(ask(IN_STEP, vec![id.0.into(), now.0.into()])).await?;
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Whether anything of a running channel waits.
macro_rules! waits {
    () => {
        "(c.status <> 'running'
          OR EXISTS (SELECT 1 FROM channel_pushes p
            WHERE p.channel_id = c.id AND p.settled_at IS NULL)
          OR EXISTS (SELECT 1 FROM channel_cursors k
            JOIN ledger_heads h ON h.facility_id = k.facility_id
            WHERE k.channel_id = c.id AND h.seq > k.seq))"
    };
}

const STANDS: &str = concat!(
    "SELECT ",
    waits!(),
    " AS waits, c.in_step_since IS NOT NULL AS noted FROM channels c WHERE c.id = $1"
);

const IN_STEP: &str = concat!(
    "UPDATE channels AS c SET in_step_since = $2 WHERE c.id = $1 AND c.in_step_since IS NULL \
     AND NOT ",
    waits!()
);
