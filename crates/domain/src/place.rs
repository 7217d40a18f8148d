//! Where units are: the six states within a facility and the accounts of the outside world.

use serde::{Deserialize, Serialize};

/// Where units are within a facility. Shopify's quantity names, word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Can be promised to a customer.
    Available,
    /// Promised to an order line, still on the premises.
    Committed,
    /// Held back for a draft order or a transfer.
    Reserved,
    /// Not saleable, still on the premises.
    Damaged,
    /// Under inspection.
    QualityControl,
    /// Held back so that the shop doesn't sell the last unit.
    SafetyStock,
}

/// A state, or an account of the world outside. Every movement has one at each end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// As [`State::Available`].
    Available,
    /// As [`State::Committed`].
    Committed,
    /// As [`State::Reserved`].
    Reserved,
    /// As [`State::Damaged`].
    Damaged,
    /// As [`State::QualityControl`].
    QualityControl,
    /// As [`State::SafetyStock`].
    SafetyStock,
    /// Whoever delivers.
    Supplier,
    /// Whoever buys.
    Customer,
    /// Units that are gone: stolen, lost, written off.
    Shrink,
    /// Units that turned up.
    Found,
    /// Between two facilities.
    Transit,
    /// What was there before the ledger began.
    Opening,
}

impl Place {
    /// All places, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::Available,
        Self::Committed,
        Self::Reserved,
        Self::Damaged,
        Self::QualityControl,
        Self::SafetyStock,
        Self::Supplier,
        Self::Customer,
        Self::Shrink,
        Self::Found,
        Self::Transit,
        Self::Opening,
    ];

    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Committed => "committed",
            Self::Reserved => "reserved",
            Self::Damaged => "damaged",
            Self::QualityControl => "quality_control",
            Self::SafetyStock => "safety_stock",
            Self::Supplier => "supplier",
            Self::Customer => "customer",
            Self::Shrink => "shrink",
            Self::Found => "found",
            Self::Transit => "transit",
            Self::Opening => "opening",
        }
    }

    /// The place with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The state, where the place lies within the facility.
    pub const fn state(self) -> Option<State> {
        match self {
            Self::Available => Some(State::Available),
            Self::Committed => Some(State::Committed),
            Self::Reserved => Some(State::Reserved),
            Self::Damaged => Some(State::Damaged),
            Self::QualityControl => Some(State::QualityControl),
            Self::SafetyStock => Some(State::SafetyStock),
            _ => None,
        }
    }

    /// Whether units here are good: on the shelf or waiting for an order. A count counts these.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Available | Self::Committed | Self::Reserved | Self::SafetyStock)
    }
}

/// The units of one SKU at one facility, by state.
///
/// States may be negative: that is evidence of a wrong record, and is shown as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantities {
    /// Units that can be promised.
    pub available: i64,
    /// Units promised to order lines.
    pub committed: i64,
    /// Units held back.
    pub reserved: i64,
    /// Units on the premises that can't be sold.
    pub damaged: i64,
    /// Units under inspection.
    pub quality_control: i64,
    /// Units kept as a buffer.
    pub safety_stock: i64,
}

/// A quantity left the range of 64 bits: refused before anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the quantity leaves the range that can be recorded")]
pub struct OutOfRange;

impl Quantities {
    /// All that is on the premises: the sum of the six states.
    pub const fn on_hand(&self) -> i64 {
        self.good().saturating_add(self.damaged).saturating_add(self.quality_control)
    }

    /// The good units, those that lie on the shelf or wait for an order.
    pub const fn good(&self) -> i64 {
        self.available
            .saturating_add(self.committed)
            .saturating_add(self.reserved)
            .saturating_add(self.safety_stock)
    }

    /// The quantity in a state.
    pub const fn get(&self, state: State) -> i64 {
        match state {
            State::Available => self.available,
            State::Committed => self.committed,
            State::Reserved => self.reserved,
            State::Damaged => self.damaged,
            State::QualityControl => self.quality_control,
            State::SafetyStock => self.safety_stock,
        }
    }

    /// These quantities after `quantity` units went `from` one place `to` another.
    ///
    /// Places outside the facility have no quantity here. With a negative `quantity` it is the
    /// way back: what was there before.
    pub fn after(&self, quantity: i64, from: Place, to: Place) -> Result<Self, OutOfRange> {
        let mut next = *self;
        let taken = quantity.checked_neg().ok_or(OutOfRange)?;
        next.add(from, taken)?;
        next.add(to, quantity)?;
        Ok(next)
    }

    fn add(&mut self, place: Place, quantity: i64) -> Result<(), OutOfRange> {
        let Some(state) = place.state() else { return Ok(()) };
        let slot = match state {
            State::Available => &mut self.available,
            State::Committed => &mut self.committed,
            State::Reserved => &mut self.reserved,
            State::Damaged => &mut self.damaged,
            State::QualityControl => &mut self.quality_control,
            State::SafetyStock => &mut self.safety_stock,
        };
        *slot = slot.checked_add(quantity).ok_or(OutOfRange)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_own_code() {
        for place in Place::ALL {
            assert_eq!(Place::from_code(place.code()), Some(place));
        }
        assert_eq!(Place::from_code("shelf"), None);
    }

    #[test]
    fn a_move_within_the_facility_keeps_on_hand() {
        let before = Quantities { available: 3, committed: 9, ..Quantities::default() };
        let after = before.after(1, Place::Available, Place::Damaged).expect("in range");
        assert_eq!((after.available, after.damaged, after.on_hand()), (2, 1, before.on_hand()));
        assert_eq!(after.good(), before.good() - 1);
        assert_eq!(after.after(-1, Place::Available, Place::Damaged), Ok(before));
    }

    #[test]
    fn a_quantity_out_of_range_is_refused() {
        let full = Quantities { available: i64::MAX, ..Quantities::default() };
        assert_eq!(full.after(1, Place::Supplier, Place::Available), Err(OutOfRange));
    }
}
