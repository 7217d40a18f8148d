//! The inbox: what a shop has told, and what looks at it have found, until it was looked at again.
//!
//! A message says where to look, never what is true: so only the ids of what it is about are
//! kept, and the shop is asked. Any order of messages, doubling or loss of them ends the same.

mod close;
mod echo;
mod forget;
mod ground;
mod list;
mod orders;
mod put;
mod retry;
mod secrets;
mod settle;

use onhand_domain::Micros;
use uuid::Uuid;

pub use ground::{FollowedLine, OrderGround, ShopThing};
pub use list::{DeliveryCursor, DeliveryFilter};
pub use settle::Handled;

use super::rows::word;
use crate::{StoreError, entities::channel_deliveries};

/// Most messages of one page, and of one statement.
pub const DELIVERIES_MAX: usize = 500;
/// Most characters of a problem that is kept.
pub(super) const PROBLEM_CHARS_MAX: usize = 500;

/// What is to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryKind {
    /// An order.
    Order,
    /// Some location's part of an order, known by its own id.
    OrderPart,
    /// A level: an item at a location.
    Level,
    /// An item.
    Item,
    /// A product with its items.
    Product,
    /// The locations.
    Location,
    /// What the app may do.
    Scopes,
    /// Whether the app is there at all.
    Installation,
}

impl DeliveryKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Order,
        Self::OrderPart,
        Self::Level,
        Self::Item,
        Self::Product,
        Self::Location,
        Self::Scopes,
        Self::Installation,
    ];

    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::OrderPart => "order_part",
            Self::Level => "level",
            Self::Item => "item",
            Self::Product => "product",
            Self::Location => "location",
            Self::Scopes => "scopes",
            Self::Installation => "installation",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether an order has to be followed for it.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::Order | Self::OrderPart)
    }
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// It is to be looked at, now or later.
    Waiting,
    /// It was; what had to be left out stands beside it.
    Done,
    /// It was tried as often as makes sense.
    Failed,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Done, Self::Failed];

    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A message that has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The shop's id of it, the same for all its tries.
    pub delivery: String,
    /// The shop's id of what has happened, the same for all messages about it.
    pub event: Option<String>,
    /// What the message calls itself.
    pub topic: String,
    /// What is to be read again.
    pub kind: DeliveryKind,
    /// The shop's id of it.
    pub subject: String,
    /// Of a level, where.
    pub location: Option<String>,
    /// When it happened, as the shop says.
    pub triggered_at: Option<Micros>,
}

/// A message, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Our own id.
    pub id: Uuid,
    /// What the message calls itself.
    pub topic: String,
    /// What is to be read again.
    pub kind: DeliveryKind,
    /// The shop's id of it.
    pub subject: String,
    /// Of a level, where.
    pub location: Option<String>,
    /// When it happened, as the shop says.
    pub triggered_at: Option<Micros>,
    /// When we learned it.
    pub received_at: Micros,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub tries: i64,
    /// When it is looked at next, where it waits.
    pub next_at: Option<Micros>,
    /// What was left out, or why it failed.
    pub problem: Option<String>,
}

fn delivery_of(row: channel_deliveries::Model) -> Result<Delivery, StoreError> {
    let table = "channel_deliveries";
    let status = word(table, DeliveryStatus::from_code, &row.status)?;
    Ok(Delivery {
        kind: word(table, DeliveryKind::from_code, &row.kind)?,
        status,
        next_at: (status == DeliveryStatus::Waiting).then_some(Micros(row.next_at)),
        id: row.id,
        topic: row.topic,
        subject: row.subject,
        location: row.location,
        triggered_at: row.triggered_at.map(Micros),
        received_at: Micros(row.received_at),
        tries: row.tries,
        problem: row.problem,
    })
}
