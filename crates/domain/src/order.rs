//! Customers' orders, as far as stock is concerned: units promised to lines.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{FacilityId, OrderId, OrderLineId, SkuId},
    time::Micros,
};

/// An order of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Our id of it.
    pub id: OrderId,
    /// What the shop calls it: `#1042`.
    pub name: String,
    /// The channel it came through.
    pub channel: String,
    /// When the customer ordered.
    pub placed_at: Micros,
    /// When it must be filled.
    pub due_at: Option<Micros>,
    /// How it stands.
    pub status: OrderStatus,
    /// The version of the shop's order that was followed last (when the shop had changed it), for
    /// an order that follows a shop: it can only be changed there.
    pub followed: Option<Micros>,
    /// Its lines.
    pub lines: Vec<OrderLine>,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Something of it is still promised.
    Open,
    /// All that was promised went to the customer.
    Fulfilled,
    /// What was promised was released.
    Cancelled,
}

impl OrderStatus {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Fulfilled, Self::Cancelled].into_iter().find(|s| s.code() == code)
    }
}

/// So many units of one SKU, promised from one facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Our id of it.
    pub id: OrderLineId,
    /// Where the units lie.
    pub facility: FacilityId,
    /// What was ordered.
    pub sku: SkuId,
    /// How many were ordered.
    pub quantity: i64,
    /// How many are still promised: reserved, neither released nor sent.
    pub open_quantity: i64,
    /// How many, in all, a shop took off the order without their coming back to stock.
    pub dropped: i64,
}
