//! Something that a shop has told.

use onhand_store::channels as store;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{api::shapes::codes, wire::ApiTime};

/// Something that a shop has told, and what became of it. Nothing is kept of it but where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ChannelDelivery {
    /// Id.
    id: Uuid,
    /// What the shop calls it; what was found by asking, `poll`.
    #[schema(example = "orders/updated")]
    topic: String,
    /// What is read again for it.
    #[schema(value_type = codes::DeliveryKind, example = "order")]
    kind: &'static str,
    /// The shop's id of that.
    #[schema(example = "gid://shopify/Order/1")]
    subject: String,
    /// Of a level, the shop's id of where.
    location: Option<String>,
    /// When it happened, as the shop says.
    triggered_at: Option<ApiTime>,
    /// When it was learned.
    received_at: ApiTime,
    /// How it stands.
    #[schema(value_type = codes::DeliveryStatus, example = "failed")]
    status: &'static str,
    /// How often it was tried.
    tries: i64,
    /// When it is tried next, where it waits.
    next_at: Option<ApiTime>,
    /// What was left out, or why it failed.
    problem: Option<String>,
    /// Whether the caller may have it looked at again.
    may_retry: bool,
}

impl ChannelDelivery {
    /// The message for somebody who manages the shops, or only sees them.
    pub(super) fn seen(delivery: store::Delivery, manages: bool) -> Self {
        Self {
            id: delivery.id,
            topic: delivery.topic,
            kind: delivery.kind.code(),
            subject: delivery.subject,
            location: delivery.location,
            triggered_at: delivery.triggered_at.map(ApiTime),
            received_at: delivery.received_at.into(),
            status: delivery.status.code(),
            tries: delivery.tries,
            next_at: delivery.next_at.map(ApiTime),
            may_retry: manages && delivery.problem.is_some(),
            problem: delivery.problem,
        }
    }
}

/// An order of which a line could not be followed.
pub(super) fn example() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000d1", "topic": "orders/create", "kind": "order",
        "subject": "gid://shopify/Order/1", "location": null,
        "triggered_at": "2026-03-01T09:31:00Z", "received_at": "2026-03-01T09:31:01Z",
        "status": "done", "tries": 1, "next_at": null,
        "problem": "gid://shopify/InventoryItem/9 is no SKU", "may_retry": true,
    })
}
