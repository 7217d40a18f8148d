//! Notes that a call is about to be sent.

use onhand_domain::{
    Micros,
    channel::{CallStatus, PushStatus},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait as _},
};
use uuid::Uuid;

use super::{
    due::{Call, call_of},
    rows,
};
use crate::{
    Store, StoreError,
    entities::{channel_calls, channel_pushes},
};

/// So long after it was sent a call is due again where nobody has settled it: its node is gone.
/// Longer than a request may take.
pub const SENT_PATIENCE_MICROS: i64 = 60 * Micros::SECOND;

impl Store {
    /// Notes that a call is about to be sent, before it goes out: whatever happens then, the shop
    /// may have it. Answers the call as it stands now; none where it is settled and must not be
    /// sent.
    pub async fn mark_sent(&self, key: Uuid, now: Micros) -> Result<Option<Call>, StoreError> {
        use channel_calls::Column as C;
        let tx = rows::begin(self).await?;
        let found = channel_calls::Entity::find_by_id(key).lock_exclusive().one(&tx).await?;
        let Some(found) = found.map(call_of).transpose()? else { return Ok(None) };
        if found.status.is_final() {
            return Ok(None);
        }
        let again_at = now.plus(SENT_PATIENCE_MICROS);
        let first_sent_at = found.first_sent_at.unwrap_or(now);
        channel_calls::Entity::update_many()
            .col_expr(C::Status, Expr::value(CallStatus::Unknown.code()))
            .col_expr(C::Attempts, Expr::col(C::Attempts).add(1))
            .col_expr(C::FirstSentAt, Expr::value(Some(first_sent_at.0)))
            .col_expr(C::NextAt, Expr::value(again_at.0))
            .filter(C::Id.eq(key))
            .exec(&tx)
            .await?;
        if found.attempts == 0 {
            channel_pushes::Entity::update_many()
                .col_expr(channel_pushes::Column::SentAt, Expr::value(Some(now.0)))
                .filter(channel_pushes::Column::CallId.eq(key))
                .filter(channel_pushes::Column::Status.eq(PushStatus::Sending.code()))
                .filter(channel_pushes::Column::SentAt.is_null())
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        let attempts = found.attempts.saturating_add(1);
        Ok(Some(Call {
            status: CallStatus::Unknown,
            attempts,
            first_sent_at: Some(first_sent_at),
            next_at: again_at,
            ..found
        }))
    }
}
