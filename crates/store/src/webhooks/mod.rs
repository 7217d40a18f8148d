//! Other systems that are told what happens here: to whom, of what, and each message with its
//! tries. Nothing here speaks HTTP.
//!
//! The ledger is the outbox (ADR 1): its movements are read by their numbers, behind a cursor for
//! each endpoint and facility, and the cursor moves in one transaction with the messages that come
//! of it. Requests, decisions and counts have no number; they are found by their time, a little
//! overlapping, and a unique key makes one message of each.

mod endpoints;
mod forget;
mod messages;
mod rows;
mod send;
mod tell;

use std::collections::BTreeSet;

use onhand_domain::{
    Micros,
    hook::{HookEvent, HookOff, HookStatus},
};
use uuid::Uuid;

pub use crate::channels::Sealed;
use crate::{
    error::StoreError,
    refusal::{Refusal, WriteError},
};

pub use endpoints::{EndpointChange, NewEndpoint};
pub use forget::{DELIVERED_KEPT_MICROS, FORGET_MESSAGES_MAX, MESSAGES_KEPT_MICROS};
pub use messages::MessageCursor;
pub use send::{FAILING_MICROS_MAX, Sent};
pub use tell::{PAYLOAD_BYTES_MAX, Told};

/// Most endpoints: each reads the ledger for itself.
pub const ENDPOINTS_MAX: u64 = 20;
/// Longest address, in characters.
pub const URL_CHARS_MAX: usize = 2_000;
/// Longest text that says why a try failed, in characters.
pub const PROBLEM_CHARS_MAX: usize = 500;
/// How far behind the last look news without a number is looked for again: longer than any
/// transaction takes, and more than the clocks of two nodes differ.
pub const OVERLAP_MICROS: i64 = 600 * Micros::SECOND;

/// Another system that is told what happens here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Made by the client.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where messages go.
    pub url: String,
    /// What they are signed with.
    pub secret: Sealed,
    /// What it is told of.
    pub events: BTreeSet<HookEvent>,
    /// Whether it is told anything.
    pub active: bool,
    /// Why it is not, where nobody asked for that.
    pub off_because: Option<HookOff>,
    /// Since when nothing arrives.
    pub failing_since: Option<Micros>,
    /// When it was made.
    pub created_at: Micros,
    /// Grows with each change of its settings.
    pub version: i64,
}

/// A message: one event for one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same each time it is sent.
    pub id: Uuid,
    /// To whom.
    pub endpoint: Uuid,
    /// What happened.
    pub event: HookEvent,
    /// What it happened to.
    pub subject: Uuid,
    /// The body, the same each time it is sent.
    pub payload: String,
    /// How it stands.
    pub status: HookStatus,
    /// How often it was sent since it was made or replayed.
    pub tries: i64,
    /// When it is sent next, while it waits.
    pub next_at: Micros,
    /// When it was made.
    pub created_at: Micros,
    /// When it arrived.
    pub delivered_at: Option<Micros>,
    /// What the other system answered last.
    pub http_status: Option<u16>,
    /// Why the last try failed.
    pub problem: Option<String>,
}

/// Why something about webhooks was not done. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookRefusal {
    /// It is switched off; nothing is sent to it.
    #[error("the endpoint is switched off: switch it on first")]
    Off,
    /// There are as many as there may be.
    #[error("there are {0} endpoints already")]
    TooMany(u64),
    /// As settings are refused.
    #[error(transparent)]
    Other(#[from] Refusal),
}

/// It was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] HookRefusal),
}

impl From<sea_orm::DbErr> for HookError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<Refusal> for HookError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<WriteError> for HookError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => Self::Store(error),
            WriteError::Refused(refusal) => refusal.into(),
        }
    }
}
