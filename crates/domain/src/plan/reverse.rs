//! Undo: a movement the other way, which names what it undoes.

use crate::movement::{Movement, MovementKind};

use super::{
    NOTE_CHARS_MAX,
    command::{Authority, Mandate, Reverse},
    desk::{Desk, Entry, check_fresh, posted, replay, replayed},
    outcome::{Outcome, Refusal},
    variance::{beyond, value_of},
    within,
};

/// Undoes a movement, once.
///
/// The reversal is effective when the movement was: in the history of events it is as if neither
/// had happened. A count that came in between has already found what was really there, so it
/// absorbs both, by the same rule as any late movement.
pub(super) fn reverse(
    desk: &mut Desk<'_>,
    authority: &Authority,
    command: &Reverse,
) -> Result<Outcome, Refusal> {
    let fingerprint = command.fingerprint(authority.actor);
    if let Some(movement) = replay(desk, command.id, &fingerprint)? {
        return Ok(replayed(movement));
    }
    check_fresh(desk, authority, command.id)?;
    within("note", command.note.as_deref(), NOTE_CHARS_MAX)?;
    let known = desk.known(command.target).ok_or(Refusal::UnknownMovement(command.target))?;
    if let Some(by) = known.reversed_by {
        return Err(Refusal::AlreadyReversed { by });
    }
    let target = known.movement.clone();
    check_kind(&target)?;
    let key = (target.facility, target.sku);
    let sku = desk.open_for(key)?;
    check_stock(desk, &target)?;
    let value = value_of(&sku, target.quantity);
    let beyond = match authority.mandate {
        Mandate::Report => Vec::new(),
        // Undoing needs the right to have done it; it uses up no day's limit, so that a slip can
        // be taken back however late it is noticed.
        Mandate::Post(limits) => {
            let limits = crate::access::Limits { day_value_max: None, ..limits };
            beyond(limits, target.quantity, value, crate::money::Money::default())
        }
    };
    if !beyond.is_empty() || authority.mandate == Mandate::Report {
        return Err(Refusal::AboveLimit(beyond));
    }
    desk.audit(authority, "movement.reverse", Some(target.facility), target.id.0);
    let entry = Entry {
        id: command.id,
        key,
        kind: MovementKind::Reversal,
        quantity: target.quantity,
        ends: (target.to, target.from),
        reason: target.reason.as_deref(),
        effective_at: Some(target.effective_at),
        origin_key: None,
        note: command.note.as_deref(),
        reverses: Some(target.id),
        corrects: None,
        order_line: None,
        unit_cost: target.unit_cost,
        fingerprint,
    };
    desk.post(authority, &entry).map(posted)
}

/// Whether a movement of this kind can be undone by itself.
///
/// # Errors
/// [`Refusal::NotReversible`] with what to do instead.
pub fn check_kind(target: &Movement) -> Result<(), Refusal> {
    let remedy = match target.kind {
        MovementKind::Reversal => "post the variance again",
        MovementKind::Count | MovementKind::LateCorrection => {
            "undo the line in its count, or count the SKU again"
        }
        MovementKind::Opening => "log a variance or count the SKU",
        MovementKind::Reservation | MovementKind::Release => "change the order instead",
        MovementKind::Sale if target.order_line.is_some() => "record the customer's return",
        _ => return Ok(()),
    };
    Err(Refusal::NotReversible { kind: target.kind.code(), remedy })
}

/// Undoing a gain after the units were sold would say that fewer than none are there.
fn check_stock(desk: &Desk<'_>, target: &Movement) -> Result<(), Refusal> {
    let level = desk.level((target.facility, target.sku));
    let good = level.good();
    let change = target.good_change();
    if target.kind == MovementKind::Variance && change > 0 && good < change {
        return Err(Refusal::BelowZero { good, asked: change, on_hand: level.on_hand() });
    }
    Ok(())
}
