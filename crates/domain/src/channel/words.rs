//! Enums that have a word for each of their values, in the database and the API.

use crate::place::Place;

words!(
    /// The quantities of a shop that are ours to change, by the shop's names. `committed` is the
    /// shop's own, `on_hand` follows from the others, and `incoming` is no stock.
    QuantityName {
        /// Can be sold.
        Available = "available",
        /// Held back for a draft order or a transfer.
        Reserved = "reserved",
        /// Not saleable, still on the premises.
        Damaged = "damaged",
        /// Under inspection.
        QualityControl = "quality_control",
        /// Held back so that the last unit is not sold.
        SafetyStock = "safety_stock",
    }
);

impl QuantityName {
    /// The quantity that holds the units of a place; none where the shop keeps that one by itself
    /// or the place lies outside.
    pub const fn of(place: Place) -> Option<Self> {
        match place {
            Place::Available => Some(Self::Available),
            Place::Reserved => Some(Self::Reserved),
            Place::Damaged => Some(Self::Damaged),
            Place::QualityControl => Some(Self::QualityControl),
            Place::SafetyStock => Some(Self::SafetyStock),
            Place::Committed
            | Place::Supplier
            | Place::Customer
            | Place::Shrink
            | Place::Found
            | Place::Transit
            | Place::Opening => None,
        }
    }

    /// Whether the shop wants the document that holds such units named.
    pub const fn wants_document(self) -> bool {
        !matches!(self, Self::Available)
    }
}
