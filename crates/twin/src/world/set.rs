//! `inventorySetQuantities`.

use std::collections::BTreeSet;

use super::World;
use super::change::{ChangeOutcome, Draft, Head, SetLine, UserError, check_stale};
use super::names::{ON_HAND, State};
use super::stock::{Actor, Change, LevelKey};

/// Beyond this on either side a quantity can't be set.
const QUANTITY_MAX: i64 = 1_000_000_000;

impl World {
    pub(super) fn set(&mut self, head: &Head<'_>, name: &str, lines: &[SetLine]) -> ChangeOutcome {
        let mut errors = Vec::new();
        head.check(&mut errors);
        if name != ON_HAND && name != State::Available.name() {
            let message = "The quantity name must be either 'available' or 'on_hand'.";
            errors.push(UserError::new("INVALID_NAME", &["input", "name"], message));
            return ChangeOutcome::refused(errors);
        }
        let mut seen = BTreeSet::new();
        let mut draft = Draft::new(self);
        for (index, line) in lines.iter().enumerate() {
            let index = index.to_string();
            check_line(&mut draft, name, &index, line, &mut errors);
            if !seen.insert((line.item, line.location)) {
                let field = ["input", "quantities", &index, "locationId"];
                let message = "The combination of inventoryItemId and locationId must be unique.";
                let code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR";
                errors.push(UserError::new(code, &field, message));
            }
        }
        if !errors.is_empty() {
            return ChangeOutcome::refused(errors);
        }
        let mut shifts = Vec::new();
        let mut changes = Vec::new();
        for line in lines {
            let key = (line.item, line.location);
            let delta = line.quantity - self.named_quantity(key, name);
            if delta == 0 {
                continue;
            }
            // What is set as on hand goes to what is available: nothing else may change unasked.
            shifts.push((key, State::Available, delta));
            for name in [State::Available.name(), ON_HAND] {
                let (item, location) = key;
                changes.push(Change { name, delta, item, location, ledger: None });
            }
        }
        self.commit(head, Actor::App, shifts, changes)
    }

    fn named_quantity(&self, key: LevelKey, name: &str) -> i64 {
        self.levels.get(&key).and_then(|level| level.named(name)).unwrap_or_default()
    }
}

fn check_line(
    draft: &mut Draft<'_>,
    name: &str,
    index: &str,
    line: &SetLine,
    errors: &mut Vec<UserError>,
) {
    let field = |name| ["input", "quantities", index, name];
    if line.quantity > QUANTITY_MAX {
        let message = "The quantity can't be higher than 1,000,000,000.";
        errors.push(UserError::new("INVALID_QUANTITY_TOO_HIGH", &field("quantity"), message));
    } else if line.quantity < -QUANTITY_MAX {
        let message = "The quantity can't be lower than -1,000,000,000.";
        errors.push(UserError::new("INVALID_QUANTITY_TOO_LOW", &field("quantity"), message));
    } else if name == ON_HAND && line.quantity < 0 {
        let message = "The quantity can't be negative.";
        errors.push(UserError::new("INVALID_QUANTITY_NEGATIVE", &field("quantity"), message));
    }
    let key = (line.item, line.location);
    if draft.check_pair(key, &field("inventoryItemId"), &field("locationId"), errors) {
        let is = draft.level(key).named(name).unwrap_or_default();
        check_stale(line.from, is, &field("changeFromQuantity"), errors);
    }
}
