//! An undo of approved count lines: as if they had never been counted.

use crate::ids::MovementId;

use super::{
    NOTE_CHARS_MAX,
    command::{Authority, Mandate, UndoCount, UndoLine},
    desk::Desk,
    lines_within,
    outcome::{Outcome, Posted, Refusal},
    variance::{beyond, value_of},
    view::Key,
    within,
};

/// Takes every line back, all or none.
///
/// What a line posted, corrections included, is posted the other way at the line's time, and the
/// count after it takes that in as it takes in whatever is learned of late. So the ledger is what
/// it would be without the count, whatever came in between (inventory-accuracy section 3, pain
/// 11: the order of undoing does not matter).
pub(super) fn undo(
    desk: &mut Desk<'_>,
    authority: &Authority,
    command: &UndoCount,
) -> Result<Outcome, Refusal> {
    lines_within(command.lines.len())?;
    within("note", command.note.as_deref(), NOTE_CHARS_MAX)?;
    let mut all = Posted { movements: Vec::new(), corrections: Vec::new(), replay: true };
    for line in &command.lines {
        undo_line(desk, authority, command, line, &mut all)?;
    }
    if let (false, Some(first)) = (all.replay, command.lines.first()) {
        desk.audit(authority, "count.undo", Some(command.facility), first.id.0);
    }
    Ok(Outcome::Posted(all))
}

fn undo_line(
    desk: &mut Desk<'_>,
    authority: &Authority,
    command: &UndoCount,
    line: &UndoLine,
    all: &mut Posted,
) -> Result<(), Refusal> {
    let (key, at) = ((command.facility, line.sku), line.at);
    let anchor = desk
        .anchor(key, at)
        .filter(|anchor| anchor.id == line.id)
        .ok_or(Refusal::UnknownMovement(MovementId(line.id.0)))?;
    if anchor.voided {
        return Ok(());
    }
    check_limits(desk, authority, key, anchor.variance)?;
    let later = desk.anchor_from(key, at.plus(1));
    let level = desk.level(key);
    // Undoing a surplus that was sold since would say that fewer than none are there. Where the
    // SKU was counted again, that count has found what is there, and keeps it.
    if later.is_none() && anchor.variance > 0 && level.good() < anchor.variance {
        return Err(Refusal::BelowZero {
            good: level.good(),
            asked: anchor.variance,
            on_hand: level.on_hand(),
        });
    }
    let note = command.note.as_deref();
    let (movements, corrections) = desk.take_back_anchor(authority, key, at, anchor, note)?;
    all.movements.extend(movements);
    all.corrections.extend(corrections);
    all.replay = false;
    Ok(())
}

/// Undoing needs the right to have done it; it uses up no day's limit.
fn check_limits(
    desk: &Desk<'_>,
    authority: &Authority,
    key: Key,
    variance: i64,
) -> Result<(), Refusal> {
    let sku = desk.open_for(key)?;
    let Mandate::Post(limits) = authority.mandate else {
        return Err(Refusal::AboveLimit(Vec::new()));
    };
    let limits = crate::access::Limits { day_value_max: None, ..limits };
    let beyond = beyond(limits, variance, value_of(&sku, variance), crate::Money::default());
    if beyond.is_empty() { Ok(()) } else { Err(Refusal::AboveLimit(beyond)) }
}
