//! A push, as the API shows it.

use onhand_domain::{
    ChannelId,
    channel::{PushStatus, Urgency},
};
use onhand_store::channels as store;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        ApiResult,
        channels::{Skus, location_names},
        shapes::{SkuRef, codes},
    },
    state::AppState,
    wire::ApiTime,
};

/// One change of a quantity that a shop is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Push {
    /// Id.
    id: Uuid,
    /// What.
    sku: Option<SkuRef>,
    /// The shop's id of the item.
    #[schema(example = "gid://shopify/InventoryItem/1")]
    item: String,
    /// The shop's id of the location.
    #[schema(example = "gid://shopify/Location/1")]
    location: String,
    /// What that is called.
    #[schema(example = "Main Street")]
    location_name: String,
    /// Where it comes from; null for what belongs to no single facility.
    facility_id: Option<Uuid>,
    /// The movement; null where the shop was made equal.
    movement_id: Option<Uuid>,
    /// What is done.
    #[schema(value_type = codes::PushKind, example = "adjust")]
    kind: &'static str,
    /// To which quantity, by the shop's word; of a move, the one that units leave.
    #[schema(example = "available")]
    name: &'static str,
    /// Of a move, where they go.
    to_name: Option<&'static str>,
    /// By how many units.
    #[schema(example = -1)]
    delta: i64,
    /// What the shop must have for it to be done.
    compare: Option<i64>,
    /// Why, by the shop's word.
    #[schema(example = "shrinkage")]
    reason: &'static str,
    /// Whether it may wait.
    #[schema(value_type = codes::PushUrgency, example = "fall")]
    urgency: &'static str,
    /// How it stands.
    #[schema(value_type = codes::PushStatus, example = "confirmed")]
    status: &'static str,
    /// The call that carries it.
    call_id: Option<Uuid>,
    /// Why not, as the shop calls it.
    problem_code: Option<String>,
    /// The same in words.
    problem: Option<String>,
    /// When its movement was recorded.
    recorded_at: ApiTime,
    /// When it was sent first.
    sent_at: Option<ApiTime>,
    /// When it was over.
    settled_at: Option<ApiTime>,
    /// The shop's id of the change.
    adjustment: Option<String>,
    /// What the caller may do with it as it stands.
    may: MayPush,
}

/// What the caller may do with a push as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MayPush {
    /// Let it go though it is large.
    release: bool,
    /// Send it again.
    retry: bool,
    /// Give it up.
    skip: bool,
}

/// Pushes with the names of what they are about: one query for each kind of thing.
pub(super) async fn pushes(
    state: &AppState,
    channel: ChannelId,
    manages: bool,
    rows: Vec<store::Push>,
) -> ApiResult<Vec<Push>> {
    let skus = Skus::of(state, rows.iter().map(|row| row.sku)).await?;
    let names = location_names(state, channel).await?;
    let push = |row: store::Push| Push {
        id: row.id,
        sku: skus.get(row.sku),
        location_name: names.get(&row.lane.location).cloned().unwrap_or_default(),
        item: row.lane.item,
        location: row.lane.location,
        facility_id: row.facility.map(|id| id.0),
        movement_id: row.movement.map(|id| id.0),
        kind: row.kind.code(),
        name: row.name.code(),
        to_name: row.to_name.map(onhand_domain::channel::QuantityName::code),
        delta: row.delta,
        compare: row.compare,
        reason: row.reason.code(),
        urgency: urgency(row.urgency),
        status: row.status.code(),
        call_id: row.call,
        problem_code: row.problem_code,
        problem: row.problem,
        recorded_at: row.recorded_at.into(),
        sent_at: row.sent_at.map(ApiTime),
        settled_at: row.settled_at.map(ApiTime),
        adjustment: row.adjustment,
        may: may(manages, row.status),
    };
    Ok(rows.into_iter().map(push).collect())
}

const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Oversell => "oversell",
        Urgency::Fall => "fall",
        Urgency::Rise => "rise",
    }
}

fn may(manages: bool, status: PushStatus) -> MayPush {
    use PushStatus as P;
    MayPush {
        release: manages && status == P::Held,
        retry: manages && status == P::Rejected,
        skip: manages && matches!(status, P::Held | P::Rejected | P::Pending),
    }
}

/// A shoe less.
pub(crate) fn example() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000e1",
        "sku": {
            "id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
            "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
            "product_title": "Trail Runner", "image_url": null,
        },
        "item": "gid://shopify/InventoryItem/1", "location": "gid://shopify/Location/1",
        "location_name": "Main Street", "facility_id": "01900000-0000-7000-8000-00000000000a",
        "movement_id": "01900000-0000-7000-8000-000000000001", "kind": "adjust",
        "name": "available", "to_name": null, "delta": -1, "compare": null,
        "reason": "shrinkage", "urgency": "fall", "status": "confirmed",
        "call_id": "01900000-0000-7000-8000-0000000000e2", "problem_code": null, "problem": null,
        "recorded_at": "2026-03-01T09:30:00Z", "sent_at": "2026-03-01T09:30:00.3Z",
        "settled_at": "2026-03-01T09:30:00.6Z",
        "adjustment": "gid://shopify/InventoryAdjustmentGroup/1",
        "may": {"release": false, "retry": false, "skip": false},
    })
}
