//! Pushes, for people: what was sent of a movement, what waits and why.

use onhand_domain::{
    ChannelId, FacilityId, FacilityScope, Micros, MovementId, SkuId,
    channel::{CallKind, PushStatus, QuantityName, ShopReason, Urgency},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{draft::LaneKey, rows::word};
use crate::{Store, StoreError, entities::channel_pushes};

/// One change of a quantity that a shop is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Id.
    pub id: Uuid,
    /// The shop.
    pub channel: ChannelId,
    /// The lane.
    pub lane: LaneKey,
    /// What the item is here.
    pub sku: SkuId,
    /// Its number in its lane.
    pub ordinal: i64,
    /// Where it comes from; none where a location with several facilities was taken in.
    pub facility: Option<FacilityId>,
    /// The movement; none where the shop was made equal at first.
    pub movement: Option<MovementId>,
    /// What is done.
    pub kind: CallKind,
    /// To which quantity; of a move, the one that units leave.
    pub name: QuantityName,
    /// Of a move, where they go.
    pub to_name: Option<QuantityName>,
    /// By how many units.
    pub delta: i64,
    /// What the shop must have for it to be done.
    pub compare: Option<i64>,
    /// Why.
    pub reason: ShopReason,
    /// Whether it may wait.
    pub urgency: Urgency,
    /// How it stands.
    pub status: PushStatus,
    /// The call that carries it.
    pub call: Option<Uuid>,
    /// Why not, as the shop calls it.
    pub problem_code: Option<String>,
    /// The same in words.
    pub problem: Option<String>,
    /// When its movement was recorded.
    pub recorded_at: Micros,
    /// When it was sent first.
    pub sent_at: Option<Micros>,
    /// When it was over.
    pub settled_at: Option<Micros>,
    /// The shop's id of the change.
    pub adjustment: Option<String>,
}

/// Which pushes to list. The facilities are the scope's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushFilter {
    /// Of this shop.
    pub channel: Option<ChannelId>,
    /// That stand like this.
    pub status: Option<PushStatus>,
    /// Of this SKU.
    pub sku: Option<SkuId>,
    /// Of these movements, at most a thousand.
    pub movements: Option<Vec<MovementId>>,
    /// Only what is not over.
    pub open: bool,
}

/// Most movements of one question.
const MOVEMENTS_MAX: usize = 1_000;

/// Where the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushCursor(Uuid);

impl PushCursor {
    /// The cursor of whatever comes after this push.
    pub const fn after(push: &Push) -> Self {
        Self(push.id)
    }
}

impl Store {
    /// Pushes of the caller's facilities, newest first, at most `limit`. Those that belong to no
    /// single facility are shown to whoever may see all of them.
    pub async fn list_pushes(
        &self,
        scope: &FacilityScope,
        filter: &PushFilter,
        after: Option<PushCursor>,
        limit: u64,
    ) -> Result<Vec<Push>, StoreError> {
        use channel_pushes::Column as C;
        let within = match scope {
            FacilityScope::All => None,
            FacilityScope::Only(ids) => Some(C::FacilityId.is_in(ids.iter().map(|id| id.0))),
        };
        let movements = filter.movements.as_ref().map(|movements| {
            C::MovementId.is_in(movements.iter().take(MOVEMENTS_MAX).map(|id| id.0))
        });
        // What is not over is found by an index that has nothing else in it.
        let is_open = filter.open || filter.status.is_some_and(|status| !status.is_final());
        let condition = Condition::all()
            .add_option(within)
            .add_option(movements)
            .add_option(filter.channel.map(|channel| C::ChannelId.eq(channel.0)))
            .add_option(filter.status.map(|status| C::Status.eq(status.code())))
            .add_option(filter.sku.map(|sku| C::SkuId.eq(sku.0)))
            .add_option(is_open.then(|| C::SettledAt.is_null()))
            .add_option(after.map(|after| C::Id.lt(after.0)));
        let rows = channel_pushes::Entity::find()
            .filter(condition)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(push_of).collect()
    }
}

impl Store {
    /// A push of a shop, as whoever sees the shop may see it.
    pub async fn find_push(
        &self,
        channel: ChannelId,
        id: Uuid,
    ) -> Result<Option<Push>, StoreError> {
        let row = channel_pushes::Entity::find_by_id(id)
            .filter(channel_pushes::Column::ChannelId.eq(channel.0))
            .one(&self.reader())
            .await?;
        row.map(push_of).transpose()
    }
}

pub(super) fn push_of(row: channel_pushes::Model) -> Result<Push, StoreError> {
    let table = "channel_pushes";
    let name = |text: &str| word(table, QuantityName::from_code, text);
    let urgency = Urgency::from_rank(row.urgency).ok_or_else(|| StoreError::Inconsistent {
        table,
        what: format!("the urgency {}", row.urgency),
    })?;
    Ok(Push {
        id: row.id,
        channel: row.channel_id.into(),
        lane: LaneKey { item: row.item, location: row.location },
        sku: row.sku_id.into(),
        ordinal: row.ordinal,
        facility: row.facility_id.map(Into::into),
        movement: row.movement_id.map(Into::into),
        kind: word(table, CallKind::from_code, &row.kind)?,
        name: name(&row.name)?,
        to_name: row.to_name.as_deref().map(name).transpose()?,
        delta: row.delta,
        compare: row.compare,
        reason: word(table, ShopReason::from_code, &row.reason)?,
        urgency,
        status: word(table, PushStatus::from_code, &row.status)?,
        call: row.call_id,
        problem_code: row.problem_code,
        problem: row.problem,
        recorded_at: Micros(row.recorded_at),
        sent_at: row.sent_at.map(Micros),
        settled_at: row.settled_at.map(Micros),
        adjustment: row.adjustment,
    })
}
