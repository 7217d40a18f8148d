//! Why a quantity changes, in the words that a shop takes.

use crate::{movement::MovementKind, place::Place};

words!(
    /// The reasons that the shop knows. It takes a text and refuses every other one
    /// (`INVALID_REASON`).
    ShopReason {
        /// The record was wrong.
        Correction = "correction",
        /// A count differed.
        CycleCount = "cycle_count_available",
        /// Damaged.
        Damaged = "damaged",
        /// A transfer does not take place.
        MovementCanceled = "movement_canceled",
        /// Units leave for another facility.
        MovementCreated = "movement_created",
        /// Units have come from another facility.
        MovementReceived = "movement_received",
        /// A transfer was changed.
        MovementUpdated = "movement_updated",
        /// None of the others.
        Other = "other",
        /// Given away.
        Promotion = "promotion",
        /// Goes to or comes from inspection.
        QualityControl = "quality_control",
        /// Delivered.
        Received = "received",
        /// Promised.
        ReservationCreated = "reservation_created",
        /// Promised no more.
        ReservationDeleted = "reservation_deleted",
        /// Promised in another number.
        ReservationUpdated = "reservation_updated",
        /// Brought back.
        Restock = "restock",
        /// Held back, or no more.
        SafetyStock = "safety_stock",
        /// Lost or stolen.
        Shrinkage = "shrinkage",
    }
);

/// The shop's reason for a movement between two places of ours, with the reason that a person
/// chose for a variance.
pub fn reason_of(
    kind: MovementKind,
    reason: Option<&str>,
    (from, to): (Place, Place),
) -> ShopReason {
    match kind {
        MovementKind::Opening | MovementKind::Reversal => ShopReason::Correction,
        MovementKind::Receipt => ShopReason::Received,
        MovementKind::Sale => ShopReason::Other,
        MovementKind::Return => ShopReason::Restock,
        MovementKind::TransferOut => ShopReason::MovementCreated,
        MovementKind::TransferIn => ShopReason::MovementReceived,
        MovementKind::Reservation => ShopReason::ReservationCreated,
        MovementKind::Release => ShopReason::ReservationDeleted,
        MovementKind::Count | MovementKind::LateCorrection => ShopReason::CycleCount,
        MovementKind::Variance => of_variance(reason, (from, to)),
    }
}

/// By the shipped reasons, which a retailer may have renamed the labels of but not the codes; one
/// of the retailer's own by where the units are now.
fn of_variance(reason: Option<&str>, (from, to): (Place, Place)) -> ShopReason {
    match reason {
        Some("display") => return ShopReason::Damaged,
        Some("sample") => return ShopReason::Promotion,
        Some("data_correction") => return ShopReason::Correction,
        _ => {}
    }
    let gain = matches!(to, Place::Available);
    match if gain { from } else { to } {
        Place::Damaged => ShopReason::Damaged,
        Place::QualityControl => ShopReason::QualityControl,
        Place::SafetyStock => ShopReason::SafetyStock,
        Place::Reserved | Place::Committed if gain => ShopReason::ReservationDeleted,
        Place::Reserved | Place::Committed => ShopReason::ReservationCreated,
        Place::Supplier => ShopReason::Received,
        Place::Customer if gain => ShopReason::Restock,
        Place::Customer => ShopReason::Other,
        Place::Transit if gain => ShopReason::MovementReceived,
        Place::Transit => ShopReason::MovementCreated,
        Place::Shrink if !gain => ShopReason::Shrinkage,
        Place::Shrink | Place::Found | Place::Opening | Place::Available => ShopReason::Correction,
    }
}
