//! The ledger's entry, as it is shown.

use onhand_domain::{
    Access, Limits, Money, Permission,
    plan::{beyond, check_reversible, value_of},
};
use onhand_store::stock::{MovementDetail, OrderLabel};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, ChannelNames, OnItsWay, Quantities, SkuRef, Ways, codes};
use crate::{
    api::ApiResult,
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// The ledger's entry: so many units from one place to another, at a facility. Immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Movement {
    /// Made by the client.
    pub(crate) id: Uuid,
    /// Where it happened.
    pub(crate) facility_id: Uuid,
    /// Its number in the facility's ledger.
    #[schema(example = 4711)]
    pub(crate) seq: i64,
    /// What moved.
    pub(crate) sku: SkuRef,
    /// What kind of event moved them.
    #[schema(value_type = codes::MovementKind, example = "variance")]
    pub(crate) kind: &'static str,
    /// Units, > 0; the ends say which way.
    #[schema(example = 1)]
    pub(crate) quantity: i64,
    /// Where the units were.
    #[schema(value_type = codes::Place, example = "available")]
    pub(crate) from: &'static str,
    /// Where they are now.
    #[schema(value_type = codes::Place, example = "damaged")]
    pub(crate) to: &'static str,
    /// Why, for variances and their reversals.
    #[schema(example = "damaged")]
    pub(crate) reason: Option<String>,
    /// What people read for it.
    #[schema(example = "Damaged")]
    pub(crate) reason_label: Option<String>,
    /// When the units moved.
    pub(crate) effective_at: ApiTime,
    /// When we learned it.
    pub(crate) recorded_at: ApiTime,
    /// Who said so; for an approved request whoever approved it.
    pub(crate) actor: Actor,
    /// Who saw it, where that was somebody else: for an approved request.
    pub(crate) reported_by: Option<Actor>,
    /// The device, as it names itself.
    pub(crate) device: Option<String>,
    /// What kind of system told of it.
    #[schema(value_type = codes::Origin, example = "ui")]
    pub(crate) origin: &'static str,
    /// The event's key in the system that it comes from.
    pub(crate) origin_key: Option<String>,
    /// What the person wrote.
    #[schema(example = "sole torn")]
    pub(crate) note: Option<String>,
    /// The movement that this one undoes.
    pub(crate) reverses: Option<Uuid>,
    /// The count line that this one corrects.
    pub(crate) corrects: Option<Uuid>,
    /// The movement that undid this one.
    pub(crate) reversed_by: Option<Uuid>,
    /// The order line that the units are promised or sold to.
    pub(crate) order_line_id: Option<Uuid>,
    /// The order of that line. Null in answers to writes, where nothing is looked up twice.
    pub(crate) order: Option<MovementOrder>,
    /// What one unit was worth: its cost, or for a variance its price where the cost was unknown.
    pub(crate) unit_cost: Option<ApiMoney>,
    /// The change of on hand.
    #[schema(example = 0)]
    pub(crate) on_hand_change: i64,
    /// The change of available.
    #[schema(example = -1)]
    pub(crate) available_change: i64,
    /// The level after it.
    pub(crate) level_after: Quantities,
    /// The hash that chains it to the facility's previous entry.
    #[schema(example = "5c0f")]
    pub(crate) hash: String,
    /// Whether the caller may undo it. Stock may still stand against it.
    pub(crate) may_reverse: bool,
    /// How far it is on its way, in each shop that is told of the facility. Null in answers to
    /// writes, which are the same at each retry: ask `GET /variances/{id}`.
    pub(crate) channels: Option<Vec<OnItsWay>>,
}

/// The customer's order that units are promised or sold to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MovementOrder {
    /// The order.
    id: Uuid,
    /// What the shop calls it.
    #[schema(example = "#1042")]
    name: String,
    /// Where it came from: the shop's name where that is a connected one.
    #[schema(example = "web")]
    channel: String,
    /// The connected shop that it came from.
    channel_id: Option<Uuid>,
}

impl Movement {
    /// The movement as this caller sees it.
    pub(crate) fn seen_by(access: &Access, detail: MovementDetail) -> Self {
        let may_reverse = may_reverse(access, &detail);
        let movement = detail.movement;
        Self {
            id: movement.id.0,
            facility_id: movement.facility.0,
            seq: movement.seq,
            sku: detail.sku.sku.into(),
            kind: movement.kind.code(),
            quantity: movement.quantity,
            from: movement.from.code(),
            to: movement.to.code(),
            reason_label: detail.reason_label,
            effective_at: movement.effective_at.into(),
            recorded_at: movement.recorded_at.into(),
            actor: detail.actor.into(),
            reported_by: detail.reported_by.map(Into::into),
            origin: movement.origin.code(),
            reverses: movement.reverses.map(|id| id.0),
            corrects: movement.corrects.map(|id| id.0),
            reversed_by: detail.reversed_by.map(|id| id.0),
            order_line_id: movement.order_line.map(|id| id.0),
            unit_cost: movement.unit_cost.map(ApiMoney),
            on_hand_change: movement.on_hand_change(),
            available_change: movement.available_change(),
            level_after: movement.after.into(),
            hash: hex(&movement.hash),
            may_reverse,
            order: None,
            channels: None,
            reason: movement.reason,
            device: movement.device,
            origin_key: movement.origin_key,
            note: movement.note,
        }
    }
}

/// Movements of a page as this caller sees them, with their orders, and with how far they are on
/// their way.
pub(crate) async fn movements_seen(
    state: &AppState,
    access: &Access,
    details: Vec<MovementDetail>,
) -> ApiResult<Vec<Movement>> {
    let ways = Ways::of(state, details.iter().map(|detail| detail.movement.id)).await?;
    let channels =
        details.iter().filter_map(|detail| Some(detail.order.as_ref()?.channel.as_str()));
    let names = ChannelNames::of(state, channels).await?;
    let seen = |mut detail: MovementDetail| {
        let channels = Some(ways.get(detail.movement.id));
        let order = detail.order.take().map(|label| order_of(label, &names));
        Movement { order, channels, ..Movement::seen_by(access, detail) }
    };
    Ok(details.into_iter().map(seen).collect())
}

fn order_of(label: OrderLabel, names: &ChannelNames) -> MovementOrder {
    let (channel, channel_id) = names.name(label.channel);
    MovementOrder { id: label.id.0, name: label.name, channel, channel_id }
}

/// As the ledger will decide, as far as it lies in the kind and in the caller.
fn may_reverse(access: &Access, detail: &MovementDetail) -> bool {
    let movement = &detail.movement;
    let Some(limits) = access.limits(Permission::VariancePost, movement.facility) else {
        return false;
    };
    let value = value_of(&detail.sku.worth, movement.quantity);
    // An undo uses up nothing of a day's limit.
    let limits = Limits { day_value_max: None, ..limits };
    detail.reversed_by.is_none()
        && check_reversible(movement).is_ok()
        && beyond(limits, movement.quantity, value, Money::default()).is_empty()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
