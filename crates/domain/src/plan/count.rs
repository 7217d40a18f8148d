//! An approved count: each line is compared with the book at the moment it was counted.

use crate::{
    count::{CountStatus, Step},
    ids::{FacilityId, MovementId},
    movement::MovementKind,
};

use super::{
    DOCUMENT_LINES_MAX, QUANTITY_MAX,
    command::{Authority, Closing, Count, CountLine},
    desk::{Desk, Entry, check_fresh, variance_moves},
    lines_within,
    outcome::{Outcome, Posted, Refusal},
    view::{Anchor, Known, WorkOrder},
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
    if let Some(closing) = count.closes {
        if close(desk, authority, count.facility, closing)? {
            let replay = true;
            let (movements, corrections) = (Vec::new(), Vec::new());
            return Ok(Outcome::Posted(Posted { movements, corrections, replay }));
        }
        if count.lines.len() > DOCUMENT_LINES_MAX {
            lines_within(count.lines.len())?;
        }
    } else {
        lines_within(count.lines.len())?;
    }
    // To close is to change something, also where no line was accepted.
    let replay = count.closes.is_none();
    let mut all = Posted { movements: Vec::new(), corrections: Vec::new(), replay };
    for line in &count.lines {
        apply_line(desk, authority, count, line, &mut all)?;
    }
    let subject = match (count.closes, count.lines.first()) {
        (Some(closing), _) => Some(closing.count.0),
        (None, first) => first.filter(|_| !all.replay).map(|line| line.id.0),
    };
    if let Some(subject) = subject {
        desk.audit(authority, "count.apply", Some(count.facility), subject);
    }
    Ok(Outcome::Posted(all))
}

/// The work order ends with its lines' posting, and with nobody else's: of many who close it at
/// once, one does. Says whether the same person has closed it before, and this is their retry.
fn close(
    desk: &mut Desk<'_>,
    authority: &Authority,
    facility: FacilityId,
    closing: Closing,
) -> Result<bool, Refusal> {
    let order = desk
        .work_order(closing.count)
        .filter(|order| order.facility == facility)
        .ok_or(Refusal::UnknownCount(closing.count))?;
    if order.status == CountStatus::Closed {
        return match order.closed_by {
            Some(by) if by == authority.actor => Ok(true),
            _ => Err(Refusal::CountStatus(order.status)),
        };
    }
    let status = order.status.after(Step::Close).map_err(|no| Refusal::CountStatus(no.status))?;
    if order.version != closing.version {
        return Err(Refusal::CountChanged);
    }
    let version = order.version.saturating_add(1);
    let closed_by = Some(authority.actor);
    desk.set_work_order(closing.count, WorkOrder { status, version, closed_by, ..order });
    Ok(false)
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
        return if anchor.id != line.id || anchor.voided {
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
    let (id, counted) = (line.id, line.counted);
    let anchor = Anchor { id, counted, variance, fingerprint, voided: false };
    desk.set_anchor(key, at, anchor);
    desk.set_counted(key, at);
    all.replay = false;
    Ok(())
}
