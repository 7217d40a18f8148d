//! `inventoryAdjustQuantities`.

use super::World;
use super::change::{
    ChangeOutcome, Draft, Head, Line, UserError, check_ledger, check_stale, distinct,
};
use super::names::{ON_HAND, State};
use super::stock::{Actor, Change};

/// Beyond this on either side an adjusted quantity is refused.
const RESULT_MAX: i64 = 2_000_000_000;

impl World {
    pub(super) fn adjust(&mut self, head: &Head<'_>, name: &str, lines: &[Line]) -> ChangeOutcome {
        let mut errors = Vec::new();
        head.check(&mut errors);
        let Some(state) = State::parse_adjustable(name) else {
            let message = "The specified quantity name is invalid.";
            errors.push(UserError::new("INVALID_QUANTITY_NAME", &["input", "name"], message));
            return ChangeOutcome::refused(errors);
        };
        if distinct(lines.iter().map(|line| line.ledger.as_deref())) > 1 {
            let message = "All changes must have the same ledger document URI.";
            let field = ["input", "changes"];
            errors.push(UserError::new("MAX_ONE_LEDGER_DOCUMENT", &field, message));
        }
        let mut draft = Draft::new(self);
        for (index, line) in lines.iter().enumerate() {
            check_line(&mut draft, state, &index.to_string(), line, &mut errors);
        }
        if !errors.is_empty() {
            return ChangeOutcome::refused(errors);
        }
        let mut shifts = Vec::new();
        let mut changes = Vec::new();
        for line in lines.iter().filter(|line| line.delta != 0) {
            shifts.push(((line.item, line.location), state, line.delta));
            let row = |name, ledger| Change {
                name,
                delta: line.delta,
                item: line.item,
                location: line.location,
                ledger,
            };
            changes.push(row(state.name(), line.ledger.clone()));
            if state.is_on_hand() {
                changes.push(row(ON_HAND, None));
            }
        }
        self.commit(head, Actor::App, shifts, changes)
    }
}

fn check_line(
    draft: &mut Draft<'_>,
    state: State,
    index: &str,
    line: &Line,
    errors: &mut Vec<UserError>,
) {
    let field = |name| ["input", "changes", index, name];
    let key = (line.item, line.location);
    check_ledger(state, line.ledger.as_deref(), &field("ledgerDocumentUri"), errors);
    if !draft.check_pair(key, &field("inventoryItemId"), &field("locationId"), errors) {
        return;
    }
    let at = 0;
    let level = draft.level(key);
    check_stale(line.from, level.get(state), &field("changeFromQuantity"), errors);
    level.add(state, line.delta, at);
    if level.get(state) > RESULT_MAX {
        let message = "The quantity can't be higher than 2,000,000,000.";
        errors.push(UserError::new("INVALID_QUANTITY_TOO_HIGH", &field("delta"), message));
    } else if level.get(state) < -RESULT_MAX {
        let message = "The quantity can't be lower than -2,000,000,000.";
        errors.push(UserError::new("INVALID_QUANTITY_TOO_LOW", &field("delta"), message));
    }
}
