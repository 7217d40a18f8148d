//! What is due, for one node each, and what came of it.

use onhand_domain::{
    Micros,
    hook::{HookOff, HookStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait as _},
};
use uuid::Uuid;

use super::{
    Message, PROBLEM_CHARS_MAX,
    rows::{lock, message_of},
};
use crate::{
    Store, StoreError,
    entities::{webhook_endpoints, webhook_messages},
    unit::begin_write,
};

/// An endpoint at which nothing has arrived for so long is switched off.
pub const FAILING_MICROS_MAX: i64 = 3 * Micros::DAY;

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It arrived.
    Delivered {
        /// What was answered.
        http_status: u16,
    },
    /// It did not, or nobody knows.
    Failed {
        /// What was answered, if anything was.
        http_status: Option<u16>,
        /// Why, for a person.
        problem: String,
        /// When it is tried again; none where that was the last time.
        again_at: Option<Micros>,
    },
    /// The other system wants no more messages.
    Gone {
        /// What was answered.
        http_status: u16,
    },
}

impl Store {
    /// Messages of an endpoint that are due, at most `limit`, for this node alone: until
    /// `until` nobody else gets them, nor does this node again. Each counts as tried from here on,
    /// so that a node that ends in the middle can't try for ever.
    pub async fn claim_webhook_messages(
        &self,
        endpoint: Uuid,
        limit: u64,
        until: Micros,
    ) -> Result<Vec<Message>, StoreError> {
        use webhook_messages::Column as C;
        let now = self.clock().now();
        let due = webhook_messages::Entity::find()
            .filter(C::EndpointId.eq(endpoint))
            .filter(Expr::cust("status = 'waiting'"))
            .filter(C::NextAt.lte(now.0))
            .order_by_asc(C::NextAt)
            .order_by_asc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        let mut mine = Vec::with_capacity(due.len());
        for mut row in due {
            let claimed = webhook_messages::Entity::update_many()
                .col_expr(C::NextAt, Expr::value(until.0))
                .col_expr(C::Tries, Expr::value(row.tries.saturating_add(1)))
                .filter(C::Id.eq(row.id))
                .filter(C::Status.eq(HookStatus::Waiting.code()))
                // Whoever was faster has changed it.
                .filter(C::NextAt.eq(row.next_at))
                .filter(C::Tries.eq(row.tries))
                .exec(&self.writer())
                .await?;
            if claimed.rows_affected == 1 {
                row.tries = row.tries.saturating_add(1);
                row.next_at = until.0;
                mine.push(message_of(row)?);
            }
        }
        Ok(mine)
    }

    /// Keeps what came of a claimed message; why its endpoint was switched off thereby, if it was.
    pub async fn settle_webhook_message(
        &self,
        message: &Message,
        sent: Sent,
    ) -> Result<Option<HookOff>, StoreError> {
        let now = self.clock().now();
        let tx = begin_write(self).await?;
        let endpoint = lock(&tx, message.endpoint).await?;
        let delivered = matches!(sent, Sent::Delivered { .. });
        let gone = matches!(sent, Sent::Gone { .. });
        // A try that nobody waits for any more says nothing of how things stand now.
        let counts = settle(&tx, message, sent, now).await? || gone;
        let mut off = None;
        if let Some(row) = endpoint.filter(|_| counts) {
            let failing = match row.failing_since {
                _ if delivered => None,
                Some(since) => Some(since),
                None => Some(now.0),
            };
            let long = failing.is_some_and(|since| now.plus(-FAILING_MICROS_MAX).0 >= since);
            off = match (gone, long) {
                _ if !row.active => None,
                (true, _) => Some(HookOff::Gone),
                (false, true) => Some(HookOff::Failing),
                (false, false) => None,
            };
            if failing != row.failing_since || off.is_some() {
                save(&tx, row.id, failing, off).await?;
            }
        }
        tx.commit().await?;
        Ok(off)
    }
}

/// Whether the message was still waiting for that.
async fn settle(
    tx: &impl ConnectionTrait,
    message: &Message,
    sent: Sent,
    now: Micros,
) -> Result<bool, StoreError> {
    use webhook_messages::Column as C;
    let (status, http_status, problem, again_at) = match sent {
        Sent::Delivered { http_status } => (HookStatus::Delivered, Some(http_status), None, None),
        Sent::Failed { http_status, problem, again_at } => {
            let status = if again_at.is_some() { HookStatus::Waiting } else { HookStatus::Failed };
            (status, http_status, Some(problem), again_at)
        }
        Sent::Gone { http_status } => {
            let problem = "it wants no more messages".to_owned();
            (HookStatus::Failed, Some(http_status), Some(problem), None)
        }
    };
    let problem = problem.map(|text| text.chars().take(PROBLEM_CHARS_MAX).collect::<String>());
    let mut update = webhook_messages::Entity::update_many()
        .col_expr(C::Status, Expr::value(status.code()))
        .col_expr(C::HttpStatus, Expr::value(http_status.map(i64::from)))
        .col_expr(C::Problem, Expr::value(problem))
        .filter(C::Id.eq(message.id));
    update = if status == HookStatus::Delivered {
        update.col_expr(C::DeliveredAt, Expr::value(Some(now.0)))
    } else {
        // What arrived by another try, or was replayed meanwhile, stays so.
        update
            .filter(C::Status.eq(HookStatus::Waiting.code()))
            .filter(C::Tries.eq(message.tries))
            .filter(C::NextAt.eq(message.next_at.0))
    };
    if let Some(at) = again_at {
        update = update.col_expr(C::NextAt, Expr::value(at.0));
    }
    Ok(update.exec(tx).await?.rows_affected > 0)
}

async fn save(
    tx: &impl ConnectionTrait,
    id: Uuid,
    failing: Option<i64>,
    off: Option<HookOff>,
) -> Result<(), StoreError> {
    use webhook_endpoints::Column as C;
    let mut update = webhook_endpoints::Entity::update_many()
        .col_expr(C::FailingSince, Expr::value(failing))
        .filter(C::Id.eq(id));
    if let Some(off) = off {
        update = update
            .col_expr(C::Active, Expr::value(false))
            .col_expr(C::StatusReason, Expr::value(Some(off.code())))
            .col_expr(C::Version, Expr::col(C::Version).add(1));
    }
    update.exec(tx).await?;
    Ok(())
}
