//! Endpoints and messages as the API shows them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onhand_domain::hook::{HookEvent, HookOff, HookStatus};
use onhand_shopify::sealed::Key;
use onhand_store::webhooks::{self as store, HookError, HookRefusal};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use uuid::Uuid;

use crate::{Problem, api::ApiResult, hooks::check_url, state::AppState, wire::ApiTime};

/// Another system that is told what happens here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WebhookEndpoint {
    /// Made by the client.
    id: Uuid,
    /// What people call it.
    #[schema(example = "ERP")]
    name: String,
    /// Where messages go.
    #[schema(example = "https://erp.example.com/hooks")]
    url: String,
    /// What it is told of.
    #[schema(value_type = Vec<WebhookEvent>)]
    events: Vec<&'static str>,
    /// Whether it is told anything.
    active: bool,
    /// Why it is not, where nobody asked for that.
    #[schema(value_type = Option<WebhookOff>)]
    off_because: Option<&'static str>,
    /// Since when nothing arrives there.
    failing_since: Option<ApiTime>,
    /// When it was made.
    created_at: ApiTime,
    /// What messages are signed with: only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) secret: Option<String>,
}

impl From<store::Endpoint> for WebhookEndpoint {
    fn from(stored: store::Endpoint) -> Self {
        Self {
            id: stored.id,
            name: stored.name,
            url: stored.url,
            events: stored.events.iter().map(|event| event.code()).collect(),
            active: stored.active,
            off_because: stored.off_because.map(HookOff::code),
            failing_since: stored.failing_since.map(ApiTime),
            created_at: stored.created_at.into(),
            secret: None,
        }
    }
}

/// A message: one event for one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WebhookMessage {
    /// The header `webhook-id`, the same each time it is sent.
    id: Uuid,
    /// What happened.
    #[schema(value_type = WebhookEvent, example = "variance.posted")]
    event: &'static str,
    /// How it stands.
    #[schema(value_type = WebhookMessageStatus, example = "delivered")]
    status: &'static str,
    /// How often it was sent since it was made or replayed.
    tries: i64,
    /// When it is sent next; null where it is not.
    next_at: Option<ApiTime>,
    /// When it was made.
    created_at: ApiTime,
    /// When it arrived.
    delivered_at: Option<ApiTime>,
    /// What the other system answered last.
    http_status: Option<u16>,
    /// Why the last try failed.
    problem: Option<String>,
    /// The body, the same each time it is sent.
    #[schema(value_type = Object)]
    body: Value,
}

impl From<store::Message> for WebhookMessage {
    fn from(stored: store::Message) -> Self {
        let waits = stored.status == HookStatus::Waiting;
        Self {
            id: stored.id,
            event: stored.event.code(),
            status: stored.status.code(),
            tries: stored.tries,
            next_at: waits.then_some(ApiTime(stored.next_at)),
            created_at: stored.created_at.into(),
            delivered_at: stored.delivered_at.map(ApiTime),
            http_status: stored.http_status,
            problem: stored.problem,
            // What this program wrote can be read.
            body: serde_json::from_str(&stored.payload).unwrap_or_default(),
        }
    }
}

/// Types that exist for the description alone; the values are written as their words.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $codes:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let listed = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc, "\n",)*).trim()))
                    .enum_values(Some($codes));
                listed.into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

codes! {
    /// What other systems can be told of; `ping` is sent where somebody tries.
    WebhookEvent = HookEvent::ALL.iter().map(|word| word.code());
    /// How a message stands.
    WebhookMessageStatus = HookStatus::ALL.iter().map(|word| word.code());
    /// Why an endpoint was switched off: it wants no more messages, or for days none arrived.
    WebhookOff = HookOff::ALL.iter().map(|word| word.code());
}

/// What secrets are sealed with.
pub(super) fn key(state: &AppState) -> ApiResult<&Key> {
    state.config.secret_key.as_ref().ok_or_else(|| {
        Problem::conflict("no-secret-key", "The server has no key to seal secrets with").detail(
            "name a file with 32 random bytes in ONHAND_SECRET_KEY_FILE and start the server again; \
             keep it where the database and its backups are not",
        )
    })
}

/// An address that messages may go to.
pub(super) fn read_url(text: &str) -> ApiResult<()> {
    check_url(text).map_err(|detail| Problem::invalid("/url", detail))
}

/// Events by their words.
pub(super) fn read_events(words: &[String]) -> ApiResult<BTreeSet<HookEvent>> {
    let read = |(index, word): (usize, &String)| {
        HookEvent::from_code(word).filter(|event| event.can_be_chosen()).ok_or_else(|| {
            let all = HookEvent::ALL.iter().filter(|event| event.can_be_chosen());
            let all: Vec<&str> = all.map(|event| event.code()).collect();
            Problem::invalid(format!("/events/{index}"), format!("one of {}", all.join(", ")))
        })
    };
    words.iter().enumerate().map(read).collect()
}

impl From<HookError> for Problem {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Store(error) => error.into(),
            HookError::Refused(HookRefusal::Other(refusal)) => refusal.into(),
            HookError::Refused(refusal) => {
                let detail = refusal.to_string();
                match refusal {
                    HookRefusal::TooMany(max) => {
                        let status = StatusCode::UNPROCESSABLE_ENTITY;
                        Self::new(status, "too-many", "There are too many")
                            .detail(detail)
                            .with("max", max)
                    }
                    _ => Self::conflict("endpoint-off", "The endpoint is switched off")
                        .detail(detail),
                }
            }
        }
    }
}

pub(super) fn endpoint_example() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000e1", "name": "ERP",
        "url": "https://erp.example.com/hooks", "events": ["variance.posted", "count.closed"],
        "active": true, "off_because": null, "failing_since": null,
        "created_at": "2026-01-15T12:00:00Z",
    })
}

pub(super) fn message_example() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000e2", "event": "ping", "status": "waiting",
        "tries": 0, "next_at": "2026-01-15T12:00:00Z", "created_at": "2026-01-15T12:00:00Z",
        "delivered_at": null, "http_status": null, "problem": null,
        "body": {
            "type": "ping", "timestamp": "2026-01-15T12:00:00Z",
            "data": {"endpoint_id": "01900000-0000-7000-8000-0000000000e1", "endpoint": "ERP"},
        },
    })
}
