//! What was found, in words that people compare.

use onhand_domain::{Place, Quantities};

use crate::entities::levels;

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
pub fn hex(bytes: &[u8]) -> String {
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
