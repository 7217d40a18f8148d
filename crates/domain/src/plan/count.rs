//! An approved count: each line is compared with the book at the moment it was counted.

use crate::{ids::MovementId, movement::MovementKind};

use super::{
    QUANTITY_MAX,
    command::{Authority, Count, CountLine},
    desk::{Desk, Entry, check_fresh, variance_moves},
    lines_within,
    outcome::{Outcome, Posted, Refusal},
    view::{Anchor, Known},
};

/// Posts every line's variance with the time of the count, all lines or none.
///
/// V = C − B(τ), over good units (DESIGN section 3, rule 7; inventory-accuracy section 2.1).
/// What moved after τ stays as it is: nothing is ever set absolutely.
pub(super) fn apply(
    desk: &mut Desk<'_>,
    authority: &Authority,
    count: &Count,
) -> Result<Outcome, Refusal> {
    lines_within(count.lines.len())?;
    let mut all = Posted { movements: Vec::new(), corrections: Vec::new(), replay: true };
    for line in &count.lines {
        apply_line(desk, authority, count, line, &mut all)?;
    }
    if let (false, Some(first)) = (all.replay, count.lines.first()) {
        desk.audit(authority, "count.apply", Some(count.facility), first.id.0);
    }
    Ok(Outcome::Posted(all))
}

fn apply_line(
    desk: &mut Desk<'_>,
    authority: &Authority,
    count: &Count,
    line: &CountLine,
    all: &mut Posted,
) -> Result<(), Refusal> {
    let key = (count.facility, line.sku);
    let fingerprint = line.fingerprint(count.facility);
    if let Some(anchor) = desk.anchor(key, line.at) {
        return if anchor.id != line.id {
            Err(Refusal::CountedTwice(anchor.id))
        } else if anchor.fingerprint == fingerprint {
            // A count that found no difference has no movement, and another may have its id by now.
            let own = |known: &&Known| known.movement.fingerprint == fingerprint;
            let posted = desk.known(MovementId(line.id.0)).filter(own);
            all.movements.extend(posted.map(|known| known.movement.clone()));
            Ok(())
        } else {
            Err(Refusal::IdReused(line.id.0))
        };
    }
    let id = MovementId(line.id.0);
    check_fresh(desk, authority, id)?;
    // Also where this count, or the one that has the id, finds no difference and posts nothing.
    if desk.known(id).is_some() || desk.is_anchor(line.id) {
        return Err(Refusal::IdReused(line.id.0));
    }
    let sku = desk.open_for(key)?;
    if line.counted < 0 {
        return Err(Refusal::NegativeQuantity);
    }
    if line.counted > QUANTITY_MAX {
        return Err(Refusal::OversizedQuantity { max: QUANTITY_MAX });
    }
    let at = line.at;
    desk.check_time(count.facility, Some(at))?;
    // No allowance for fast clocks here: an anchor's time is its key and can't be bent.
    if at > desk.now() {
        return Err(Refusal::InTheFuture);
    }
    let variance = line.counted.checked_sub(desk.book(key, at)).ok_or(Refusal::OutOfRange)?;
    for (quantity, ends) in variance_moves(0, variance) {
        let entry = Entry {
            id,
            key,
            kind: MovementKind::Count,
            quantity,
            ends,
            reason: Some("count"),
            effective_at: Some(at),
            origin_key: None,
            note: None,
            reverses: None,
            corrects: None,
            order_line: None,
            unit_cost: sku.unit_value(),
            fingerprint,
        };
        let (movement, corrections) = desk.post(authority, &entry)?;
        all.movements.push(movement);
        all.corrections.extend(corrections);
    }
    // After its own variance was posted: that must look past this anchor, not at it.
    let anchor = Anchor { id: line.id, counted: line.counted, variance, fingerprint };
    desk.set_anchor(key, at, anchor);
    desk.set_counted(key, at);
    all.replay = false;
    Ok(())
}
