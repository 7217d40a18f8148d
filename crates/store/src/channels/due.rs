//! Calls that are to be sent, for the first time or again.

use onhand_domain::{
    ChannelId, Micros,
    channel::{CallKind, CallStatus, QuantityName, ShopReason, Urgency},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::rows::word;
use crate::{Store, StoreError, entities::channel_calls};

/// A request that never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its idempotency key.
    pub key: Uuid,
    /// The shop.
    pub channel: ChannelId,
    /// What is done.
    pub kind: CallKind,
    /// To which quantity; of a move, the one that units leave.
    pub name: QuantityName,
    /// Of a move, where they go.
    pub to_name: Option<QuantityName>,
    /// Why.
    pub reason: ShopReason,
    /// The body of the request, byte by byte.
    pub payload: String,
    /// How many lines it has.
    pub lines: i64,
    /// How urgent its most urgent line is.
    pub urgency: Urgency,
    /// How it stands.
    pub status: CallStatus,
    /// How often it was sent.
    pub attempts: i64,
    /// When for the first time: the shop forgets its key a day later.
    pub first_sent_at: Option<Micros>,
    /// When it is to be sent (again).
    pub next_at: Micros,
    /// The call that was refused, and which this one is again.
    pub follows: Option<Uuid>,
    /// What went wrong last, as the shop calls it.
    pub problem_code: Option<String>,
    /// The same in words.
    pub problem: Option<String>,
    /// When it was written down.
    pub created_at: Micros,
    /// When it was over.
    pub settled_at: Option<Micros>,
    /// The shop's id of the change.
    pub adjustment: Option<String>,
}

impl Store {
    /// Calls whose outcome is not known and whose time has come, the most urgent first, at most
    /// `limit`.
    pub async fn due_calls(
        &self,
        channel: ChannelId,
        now: Micros,
        limit: u64,
    ) -> Result<Vec<Call>, StoreError> {
        use channel_calls::Column as C;
        let rows = channel_calls::Entity::find()
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::SettledAt.is_null())
            .filter(C::NextAt.lte(now.0))
            .order_by_asc(C::Urgency)
            .order_by_asc(C::CreatedAt)
            .order_by_asc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(call_of).collect()
    }

    /// The call with this key.
    pub async fn find_call(&self, key: Uuid) -> Result<Option<Call>, StoreError> {
        let row = channel_calls::Entity::find_by_id(key).one(&self.reader()).await?;
        row.map(call_of).transpose()
    }
}

pub(super) fn call_of(row: channel_calls::Model) -> Result<Call, StoreError> {
    let table = "channel_calls";
    let name = |text: &str| word(table, QuantityName::from_code, text);
    let urgency = Urgency::from_rank(row.urgency).ok_or_else(|| StoreError::Inconsistent {
        table,
        what: format!("the urgency {}", row.urgency),
    })?;
    Ok(Call {
        key: row.id,
        channel: row.channel_id.into(),
        kind: word(table, CallKind::from_code, &row.kind)?,
        name: name(&row.name)?,
        to_name: row.to_name.as_deref().map(name).transpose()?,
        reason: word(table, ShopReason::from_code, &row.reason)?,
        payload: row.payload,
        lines: row.lines,
        urgency,
        status: word(table, CallStatus::from_code, &row.status)?,
        attempts: row.attempts,
        first_sent_at: row.first_sent_at.map(Micros),
        next_at: Micros(row.next_at),
        follows: row.follows,
        problem_code: row.problem_code,
        problem: row.problem,
        created_at: Micros(row.created_at),
        settled_at: row.settled_at.map(Micros),
        adjustment: row.adjustment,
    })
}
