//! Choosing the SKUs of a count by what the record says of them.

use serde::{Deserialize, Serialize};

use crate::{encode::Encoder, money::Money};

/// Which SKUs of a facility to count: those that the facility has or had, are tracked, and of
/// which all of this holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CountFilter {
    /// Of products of this category.
    pub category: Option<String>,
    /// Of this vendor.
    pub vendor: Option<String>,
    /// The record is below zero, on hand or available.
    pub negative: bool,
    /// The record has no unit on hand.
    pub on_hand_zero: bool,
    /// Not counted for so many days, or never.
    pub not_counted_days: Option<u32>,
    /// The units on hand are worth at least so much, at cost or else at their price.
    pub value_min: Option<Money>,
    /// Words of the product or SKU, or the start of them.
    pub q: Option<String>,
    /// At most so many: those that were not counted for the longest time.
    pub limit: Option<u32>,
}

impl CountFilter {
    /// Whether choosing by it tells how many units there are.
    pub const fn tells_of_stock(&self) -> bool {
        self.negative || self.on_hand_zero || self.value_min.is_some()
    }

    /// Writes what is asked for into the hash of a request.
    #[must_use]
    pub fn encode(&self, hash: Encoder) -> Encoder {
        hash.maybe_text(self.category.as_deref())
            .maybe_text(self.vendor.as_deref())
            .int(self.negative.into())
            .int(self.on_hand_zero.into())
            .maybe_int(self.not_counted_days.map(Into::into))
            .maybe_int(self.value_min.map(|value| value.0))
            .maybe_text(self.q.as_deref())
            .maybe_int(self.limit.map(Into::into))
    }
}
