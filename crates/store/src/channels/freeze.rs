//! Writes a call down before it is sent for the first time: from then on it never changes.

use onhand_domain::channel::{CallStatus, PushStatus};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set, sea_query::Expr};
use uuid::Uuid;

use super::{
    draft::Draft,
    lease::{self, Lease},
    rows,
};
use crate::{
    Store, StoreError,
    entities::{channel_calls, channel_pushes},
};

impl Store {
    /// Writes down a call with its key and the exact body of its request, and takes its pushes, in
    /// one transaction. False, and nothing is written, where another node publishes by now, where
    /// one of the pushes was taken or settled meanwhile, or where the key was used.
    pub async fn freeze_call(
        &self,
        lease: &Lease,
        key: Uuid,
        draft: &Draft,
        payload: String,
    ) -> Result<bool, StoreError> {
        use channel_pushes::Column as P;
        let ids: Vec<Uuid> =
            draft.lines.iter().flat_map(|line| line.pushes.iter().copied()).collect();
        if ids.is_empty() || draft.channel != lease.channel {
            return Ok(false);
        }
        let tx = rows::begin(self).await?;
        if !lease::holds(&tx, lease).await? {
            return Ok(false);
        }
        let now = self.clock().now();
        let taken = channel_pushes::Entity::update_many()
            .col_expr(P::Status, Expr::value(PushStatus::Sending.code()))
            .col_expr(P::CallId, Expr::value(Some(key)))
            .filter(P::Id.is_in(ids.iter().copied()))
            .filter(P::ChannelId.eq(draft.channel.0))
            .filter(P::Status.eq(PushStatus::Pending.code()))
            .exec(&tx)
            .await?;
        if taken.rows_affected != ids.len() as u64 {
            return Ok(false);
        }
        let call = channel_calls::ActiveModel {
            id: Set(key),
            channel_id: Set(draft.channel.0),
            kind: Set(draft.kind.code().to_owned()),
            name: Set(draft.name.code().to_owned()),
            to_name: Set(draft.to_name.map(|name| name.code().to_owned())),
            reason: Set(draft.reason.code().to_owned()),
            payload: Set(payload),
            lines: Set(i64::try_from(draft.lines.len()).unwrap_or(i64::MAX)),
            urgency: Set(draft.urgency.rank()),
            status: Set(CallStatus::Frozen.code().to_owned()),
            attempts: Set(0),
            first_sent_at: Set(None),
            next_at: Set(now.0),
            follows: Set(None),
            problem_code: Set(None),
            problem: Set(None),
            created_at: Set(now.0),
            settled_at: Set(None),
            adjustment: Set(None),
        };
        match channel_calls::Entity::insert(call).exec_without_returning(&tx).await {
            Ok(_) => {}
            Err(error) => {
                return match error.sql_err() {
                    Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Ok(false),
                    _ => Err(error.into()),
                };
            }
        }
        tx.commit().await?;
        Ok(true)
    }
}
