//! A row of the ledger as the domain knows it, and what can't be read of it.

use onhand_domain::{
    Micros, Money, Movement, MovementId, MovementKind, Origin, Place, Quantities, encode::Hash,
};

use crate::entities::{levels, movements};

/// The movement that a row holds.
///
/// # Errors
/// What of it nobody can have written.
pub(super) fn movement(row: movements::Model) -> Result<Movement, String> {
    let unknown = |column: &str, code: &str| format!("{column} {code:?}");
    Ok(Movement {
        id: row.id.into(),
        facility: row.facility_id.into(),
        seq: row.seq,
        sku: row.sku_id.into(),
        kind: MovementKind::from_code(&row.kind).ok_or_else(|| unknown("kind", &row.kind))?,
        quantity: row.quantity,
        from: Place::from_code(&row.from_place)
            .ok_or_else(|| unknown("from_place", &row.from_place))?,
        to: Place::from_code(&row.to_place).ok_or_else(|| unknown("to_place", &row.to_place))?,
        reason: row.reason,
        effective_at: Micros(row.effective_at),
        recorded_at: Micros(row.recorded_at),
        actor: row.actor_id.into(),
        device: row.device,
        origin: Origin::from_code(&row.origin).ok_or_else(|| unknown("origin", &row.origin))?,
        origin_key: row.origin_key,
        note: row.note,
        reverses: row.reverses.map(MovementId),
        corrects: row.corrects.map(Into::into),
        order_line: row.order_line_id.map(Into::into),
        unit_cost: row.unit_cost.map(Money),
        after: Quantities {
            available: row.after_available,
            committed: row.after_committed,
            reserved: row.after_reserved,
            damaged: row.after_damaged,
            quality_control: row.after_quality_control,
            safety_stock: row.after_safety_stock,
        },
        fingerprint: hash("fingerprint", &row.fingerprint)?,
        hash: hash("hash", &row.hash)?,
    })
}

/// A hash of the right length.
pub(super) fn hash(column: &str, bytes: &[u8]) -> Result<Hash, String> {
    bytes.try_into().map_err(|_| format!("{column} of {} bytes", bytes.len()))
}

/// The quantities of a level.
pub(super) const fn quantities(row: &levels::Model) -> Quantities {
    Quantities {
        available: row.available,
        committed: row.committed,
        reserved: row.reserved,
        damaged: row.damaged,
        quality_control: row.quality_control,
        safety_stock: row.safety_stock,
    }
}

/// Bytes as people compare them.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Two levels in words, by the states in which they differ: what was expected, what was found.
pub(super) fn apart(expected: &Quantities, found: &Quantities) -> (String, String) {
    let states = Place::ALL.into_iter().filter_map(|place| Some((place, place.state()?)));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (place, state) in states.filter(|(_, s)| expected.get(*s) != found.get(*s)) {
        left.push(format!("{} {}", place.code(), expected.get(state)));
        right.push(format!("{} {}", place.code(), found.get(state)));
    }
    (left.join(", "), right.join(", "))
}
