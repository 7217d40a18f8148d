//! What a shop is to be told of a movement.

use super::{
    life::{CallKind, Urgency},
    reason::{ShopReason, reason_of},
    words::QuantityName,
};
use crate::{
    movement::{Movement, MovementKind, Origin},
    place::{OutOfRange, Place},
};

/// A movement, as far as a shop has to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<'a> {
    /// What kind of event.
    pub kind: MovementKind,
    /// How many units, > 0.
    pub quantity: i64,
    /// Where the units were.
    pub from: Place,
    /// Where they are now.
    pub to: Place,
    /// Why, for variances.
    pub reason: Option<&'a str>,
    /// Whether the shop has done it itself and knows of it ([`shop_did_it`]).
    pub own: bool,
}

impl<'a> Moved<'a> {
    /// A movement as a shop sees it that may have done it.
    pub fn of(movement: &'a Movement) -> Self {
        Self {
            kind: movement.kind,
            quantity: movement.quantity,
            from: movement.from,
            to: movement.to,
            reason: movement.reason.as_deref(),
            own: shop_did_it(movement.kind, movement.origin),
        }
    }

    /// The change of available.
    pub const fn available_change(&self) -> i64 {
        match (self.from, self.to) {
            (Place::Available, Place::Available) => 0,
            (Place::Available, _) => self.quantity.saturating_neg(),
            (_, Place::Available) => self.quantity,
            _ => 0,
        }
    }
}

/// Whether the shop that a movement was learned from has changed its own quantities already: it
/// sold, took back, promised or received by itself. What follows from it in our ledger alone (a
/// late correction, an undo, a variance) it does not know of.
pub const fn shop_did_it(kind: MovementKind, origin: Origin) -> bool {
    use MovementKind::{Receipt, Release, Reservation, Return, Sale};
    matches!(origin, Origin::Shopify)
        && matches!(kind, Sale | Return | Reservation | Release | Receipt)
}

/// Something that a shop is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub kind: CallKind,
    /// To which quantity; of a move, the one that the units leave.
    pub name: QuantityName,
    /// Of a move, where they go.
    pub to: Option<QuantityName>,
    /// By how many units; of a move, how many (> 0).
    pub delta: i64,
    /// Why.
    pub reason: ShopReason,
    /// Whether it may wait.
    pub urgency: Urgency,
}

/// What follows from a movement for one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What the shop has as available once the changes are confirmed: the target.
    pub expected: i64,
    /// What it is to be told, in this order. Empty where it knows, or nothing changes.
    pub changes: Vec<Change>,
}

/// Takes a lane from one movement to the next.
///
/// `expected` is what the shop has once everything before is confirmed, `target_after` what it
/// should have after the movement. In an exact lane the quantities beside available follow as
/// well, except `committed`, which belongs to the shop: units there are outside for it.
///
/// # Errors
/// [`OutOfRange`] where a quantity leaves 64 bits.
pub fn derive(
    moved: &Moved<'_>,
    expected: i64,
    target_after: i64,
    exact: bool,
) -> Result<Derived, OutOfRange> {
    let mut changes = Vec::new();
    let known = if moved.own {
        moved.available_change()
    } else if exact && let Some(change) = beside_available(moved, target_after)? {
        changes.push(change);
        if change.kind == CallKind::Move { moved.available_change() } else { 0 }
    } else {
        0
    };
    let expected = expected.checked_add(known).ok_or(OutOfRange)?;
    let delta = target_after.checked_sub(expected).ok_or(OutOfRange)?;
    if delta != 0 {
        let ends = (moved.from, moved.to);
        // What the shop did itself left it with another number than we offer through it.
        let reason = if moved.own {
            ShopReason::Correction
        } else {
            reason_of(moved.kind, moved.reason, ends)
        };
        changes.push(Change {
            kind: CallKind::Adjust,
            name: QuantityName::Available,
            to: None,
            delta,
            reason,
            urgency: Urgency::of(delta, target_after),
        });
    }
    Ok(Derived { expected: target_after, changes })
}

/// What a movement means for the quantities beside available; none where it touches none of them.
fn beside_available(moved: &Moved<'_>, target_after: i64) -> Result<Option<Change>, OutOfRange> {
    let reason = reason_of(moved.kind, moved.reason, (moved.from, moved.to));
    let adjust = |name, delta| Change {
        kind: CallKind::Adjust,
        name,
        to: None,
        delta,
        reason,
        urgency: Urgency::Rise,
    };
    Ok(match (QuantityName::of(moved.from), QuantityName::of(moved.to)) {
        (Some(from), Some(to)) if from != to => Some(Change {
            kind: CallKind::Move,
            name: from,
            to: Some(to),
            delta: moved.quantity,
            reason,
            urgency: Urgency::of(moved.available_change(), target_after),
        }),
        (Some(from), None) if from != QuantityName::Available => {
            Some(adjust(from, moved.quantity.checked_neg().ok_or(OutOfRange)?))
        }
        (None, Some(to)) if to != QuantityName::Available => Some(adjust(to, moved.quantity)),
        _ => None,
    })
}
