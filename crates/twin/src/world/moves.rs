//! `inventoryMoveQuantities`.

use super::World;
use super::change::{
    ChangeOutcome, Draft, Head, MoveLine, Terminal, UserError, check_ledger, check_stale, distinct,
};
use super::names::{ON_HAND, State};
use super::stock::{Actor, Change};

/// Beyond this a moved quantity, or one that it leads to, is refused.
const RESULT_MAX: i64 = 2_000_000_000;
const DOCUMENTS_MAX: usize = 2;

impl World {
    pub(super) fn move_quantities(&mut self, head: &Head<'_>, lines: &[MoveLine]) -> ChangeOutcome {
        let mut errors = Vec::new();
        head.check(&mut errors);
        let ledgers = lines.iter().flat_map(|line| [&line.from, &line.to]);
        if distinct(ledgers.map(|terminal| terminal.ledger.as_deref())) > DOCUMENTS_MAX {
            let message = "The maximum number of ledger document URIs is 2.";
            let field = ["input", "changes"];
            errors.push(UserError::new("MAXIMUM_LEDGER_DOCUMENT_URIS", &field, message));
        }
        let mut draft = Draft::new(self);
        let mut checked = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if let Some(states) = check_line(&mut draft, &index.to_string(), line, &mut errors) {
                checked.push((line, states));
            }
        }
        if !errors.is_empty() {
            return ChangeOutcome::refused(errors);
        }
        let mut shifts = Vec::new();
        let mut changes = Vec::new();
        for (line, (from, to)) in checked.into_iter().filter(|(line, _)| line.quantity != 0) {
            let key = (line.item, line.from.location);
            let row = |name, delta, ledger: &Option<String>| Change {
                name,
                delta,
                item: key.0,
                location: key.1,
                ledger: ledger.clone(),
            };
            shifts.push((key, from, -line.quantity));
            shifts.push((key, to, line.quantity));
            changes.push(row(from.name(), -line.quantity, &line.from.ledger));
            changes.push(row(to.name(), line.quantity, &line.to.ledger));
            // Within what is on hand its sum stays as it is.
            match (from.is_on_hand(), to.is_on_hand()) {
                (true, false) => changes.push(row(ON_HAND, -line.quantity, &None)),
                (false, true) => changes.push(row(ON_HAND, line.quantity, &None)),
                _ => {}
            }
        }
        self.commit(head, Actor::App, shifts, changes)
    }
}

fn check_line(
    draft: &mut Draft<'_>,
    index: &str,
    line: &MoveLine,
    errors: &mut Vec<UserError>,
) -> Option<(State, State)> {
    let before = errors.len();
    let from = check_terminal(index, "from", &line.from, errors);
    let to = check_terminal(index, "to", &line.to, errors);
    let change = ["input", "changes", index];
    if line.from.location != line.to.location {
        let message = "The quantities can't be moved between different locations.";
        errors.push(UserError::new("DIFFERENT_LOCATIONS", &change, message));
    }
    if line.from.name == line.to.name {
        let message = "The quantity names for each change can't be the same.";
        errors.push(UserError::new("SAME_QUANTITY_NAME", &change, message));
    }
    let quantity = ["input", "changes", index, "quantity"];
    if line.quantity < 0 {
        let message = "The quantity can't be negative.";
        errors.push(UserError::new("INVALID_QUANTITY_NEGATIVE", &quantity, message));
    }
    let key = (line.item, line.from.location);
    let item = ["input", "changes", index, "inventoryItemId"];
    let location = ["input", "changes", index, "from", "locationId"];
    draft.check_pair(key, &item, &location, errors);
    if errors.len() > before {
        return None;
    }
    let states = from.zip(to)?;
    let level = draft.level(key);
    let stale = |end| ["input", "changes", index, end, "changeFromQuantity"];
    check_stale(line.from.from, level.get(states.0), &stale("from"), errors);
    check_stale(line.to.from, level.get(states.1), &stale("to"), errors);
    level.add(states.0, -line.quantity, 0);
    level.add(states.1, line.quantity, 0);
    let results = [level.get(states.0), level.get(states.1)];
    if line.quantity > RESULT_MAX || results.iter().any(|result| result.abs() > RESULT_MAX) {
        let message = "The quantity can't be higher than 2,000,000,000.";
        errors.push(UserError::new("INVALID_QUANTITY_TOO_HIGH", &quantity, message));
    }
    Some(states)
}

fn check_terminal(
    index: &str,
    end: &str,
    terminal: &Terminal,
    errors: &mut Vec<UserError>,
) -> Option<State> {
    let field = |name| ["input", "changes", index, end, name];
    let Some(state) = State::parse_adjustable(&terminal.name) else {
        let message = "The specified quantity name is invalid.";
        errors.push(UserError::new("INVALID_QUANTITY_NAME", &field("name"), message));
        return None;
    };
    check_ledger(state, terminal.ledger.as_deref(), &field("ledgerDocumentUri"), errors);
    Some(state)
}
