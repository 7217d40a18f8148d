//! Variances: reported, posted, requested, approved, declined.

use crate::{
    access::Limits,
    ids::MovementId,
    money::Money,
    movement::MovementKind,
    reason::Reason,
    request::{Because, Request, RequestStatus},
    time::Micros,
};

use super::{
    NAME_CHARS_MAX, NOTE_CHARS_MAX, QUANTITY_MAX,
    command::{Authority, Mandate, Variance, Verdict},
    desk::{Desk, Entry, check_fresh, posted, replay, replayed},
    outcome::{Outcome, Refusal},
    view::{Key, Sku},
    within,
};

/// Posts the variance, or makes it a request where the actor may not post that much alone.
pub(super) fn report(
    desk: &mut Desk<'_>,
    authority: &Authority,
    variance: &Variance,
) -> Result<Outcome, Refusal> {
    let fingerprint = variance.fingerprint(authority.actor);
    // The request comes first: after its approval a movement has the same id, but the answer to
    // the reporter's retry is still the request.
    if let Some(request) = desk.request(variance.id) {
        return if request.fingerprint == fingerprint {
            Ok(Outcome::Requested(request.clone()))
        } else {
            Err(Refusal::IdReused(variance.id.0))
        };
    }
    if let Some(movement) = replay(desk, variance.id, &fingerprint)? {
        return Ok(replayed(movement));
    }
    check_fresh(desk, authority, variance.id)?;
    let key = (variance.facility, variance.sku);
    let sku = desk.open_for(key)?;
    check_content(authority, variance)?;
    desk.check_time(variance.facility, variance.effective_at)?;
    check_stock(desk, key, variance.quantity)?;

    let value = value_of(&sku, variance.quantity);
    let because = match authority.mandate {
        Mandate::Report => vec![Because::NoPermission],
        Mandate::Post(limits) => {
            beyond(limits, variance.quantity, value, desk.used_today(authority))
        }
    };
    let draft = Draft {
        id: variance.id,
        key,
        sku,
        quantity: variance.quantity,
        reason: &variance.reason,
        note: variance.note.as_deref(),
        effective_at: variance.effective_at,
        fingerprint,
    };
    if because.is_empty() {
        desk.audit(authority, "variance.post", Some(variance.facility), variance.id.0);
        return post(desk, authority, &draft, value);
    }
    let now = desk.now_at(variance.facility);
    let request = Request {
        id: variance.id,
        facility: variance.facility,
        sku: variance.sku,
        quantity: variance.quantity,
        reason: variance.reason.code.clone(),
        note: variance.note.clone(),
        // The loss was seen now, not when somebody finds the time to approve it.
        effective_at: variance.effective_at.unwrap_or(now).min(now),
        reported_by: authority.actor,
        reported_at: desk.now(),
        device: authority.device.clone(),
        because,
        value,
        fingerprint,
        status: RequestStatus::Pending,
        decided_by: None,
        decided_at: None,
        decision_note: None,
    };
    desk.set_request(request.clone());
    desk.audit(authority, "variance.request", Some(variance.facility), variance.id.0);
    Ok(Outcome::Requested(request))
}

/// Posts what another reported, with the time at which the loss was seen.
pub(super) fn approve(
    desk: &mut Desk<'_>,
    authority: &Authority,
    verdict: &Verdict,
) -> Result<Outcome, Refusal> {
    let request = open_request(desk, authority, verdict, RequestStatus::Approved)?;
    if request.status == RequestStatus::Approved {
        let movement = desk.known(request.id).map(|known| known.movement.clone());
        return movement.map(replayed).ok_or(Refusal::UnknownMovement(request.id));
    }
    let key = (request.facility, request.sku);
    let sku = desk.open_for(key)?;
    check_stock(desk, key, request.quantity)?;
    let value = value_of(&sku, request.quantity);
    let beyond = match authority.mandate {
        Mandate::Report => vec![Because::NoPermission],
        Mandate::Post(limits) => {
            beyond(limits, request.quantity, value, desk.used_today(authority))
        }
    };
    if !beyond.is_empty() {
        return Err(Refusal::AboveLimit(beyond));
    }
    desk.set_request(decided(desk, &request, authority, verdict, RequestStatus::Approved));
    desk.audit(authority, "variance.approve", Some(request.facility), request.id.0);
    let draft = Draft {
        id: request.id,
        key,
        sku,
        quantity: request.quantity,
        reason: &verdict.reason,
        note: request.note.as_deref(),
        effective_at: Some(request.effective_at),
        fingerprint: request.fingerprint,
    };
    post(desk, authority, &draft, value)
}

/// Closes the request without a movement.
pub(super) fn decline(
    desk: &mut Desk<'_>,
    authority: &Authority,
    verdict: &Verdict,
) -> Result<Outcome, Refusal> {
    let request = open_request(desk, authority, verdict, RequestStatus::Declined)?;
    if request.status == RequestStatus::Declined {
        return Ok(Outcome::Declined(request));
    }
    let request = decided(desk, &request, authority, verdict, RequestStatus::Declined);
    desk.set_request(request.clone());
    desk.audit(authority, "variance.decline", Some(request.facility), request.id.0);
    Ok(Outcome::Declined(request))
}

/// The request, if it waits for a decision or has this very one by this very person.
fn open_request(
    desk: &Desk<'_>,
    authority: &Authority,
    verdict: &Verdict,
    wanted: RequestStatus,
) -> Result<Request, Refusal> {
    within("note", verdict.note.as_deref(), NOTE_CHARS_MAX)?;
    let request = desk.request(verdict.request).ok_or(Refusal::UnknownRequest(verdict.request))?;
    if request.reported_by == authority.actor {
        return Err(Refusal::OwnRequest);
    }
    let same = request.status == wanted && request.decided_by == Some(authority.actor);
    if request.status != RequestStatus::Pending && !same {
        return Err(Refusal::AlreadyDecided(Box::new(request.clone())));
    }
    Ok(request.clone())
}

fn decided(
    desk: &Desk<'_>,
    request: &Request,
    authority: &Authority,
    verdict: &Verdict,
    status: RequestStatus,
) -> Request {
    Request {
        status,
        decided_by: Some(authority.actor),
        decided_at: Some(desk.now()),
        decision_note: verdict.note.clone(),
        ..request.clone()
    }
}

/// A variance that may be posted.
struct Draft<'a> {
    id: MovementId,
    key: Key,
    sku: Sku,
    quantity: i64,
    reason: &'a Reason,
    note: Option<&'a str>,
    effective_at: Option<Micros>,
    fingerprint: crate::encode::Hash,
}

fn post(
    desk: &mut Desk<'_>,
    authority: &Authority,
    draft: &Draft<'_>,
    value: Option<Money>,
) -> Result<Outcome, Refusal> {
    desk.use_up(authority, value);
    let entry = Entry {
        id: draft.id,
        key: draft.key,
        kind: MovementKind::Variance,
        quantity: draft.quantity.saturating_abs(),
        ends: draft.reason.ends(draft.quantity),
        reason: Some(&draft.reason.code),
        effective_at: draft.effective_at,
        origin_key: None,
        note: draft.note,
        reverses: None,
        corrects: None,
        order_line: None,
        unit_cost: draft.sku.unit_value(),
        fingerprint: draft.fingerprint,
    };
    desk.post(authority, &entry).map(posted)
}

fn check_content(authority: &Authority, variance: &Variance) -> Result<(), Refusal> {
    let (quantity, reason) = (variance.quantity, &variance.reason);
    if quantity == 0 {
        return Err(Refusal::ZeroQuantity);
    }
    if quantity.saturating_abs() > QUANTITY_MAX {
        return Err(Refusal::OversizedQuantity { max: QUANTITY_MAX });
    }
    if !(reason.selectable && reason.active) {
        return Err(Refusal::ReasonNotSelectable { label: reason.label.clone() });
    }
    if !reason.direction.allows(quantity) {
        let (label, adds) = (reason.label.clone(), quantity > 0);
        return Err(Refusal::WrongDirection { label, adds });
    }
    let has_note = variance.note.as_deref().is_some_and(|note| !note.trim().is_empty());
    if reason.note_required && !has_note {
        return Err(Refusal::NoteMissing { label: reason.label.clone() });
    }
    within("note", variance.note.as_deref(), NOTE_CHARS_MAX)?;
    within("device", authority.device.as_deref(), NAME_CHARS_MAX)
}

/// A variance says what somebody saw; nobody sees fewer than no units. A record that has too few
/// is wrong in more than this one unit, so the answer is to count.
fn check_stock(desk: &Desk<'_>, key: Key, quantity: i64) -> Result<(), Refusal> {
    let level = desk.level(key);
    let good = level.good();
    if quantity < 0 && good.saturating_add(quantity) < 0 {
        let asked = quantity.saturating_abs();
        return Err(Refusal::BelowZero { good, asked, on_hand: level.on_hand() });
    }
    Ok(())
}

/// What a variance of so many units is worth, always positive; `None` where neither cost nor
/// price is known.
pub fn value_of(sku: &Sku, quantity: i64) -> Option<Money> {
    let unit = sku.unit_value()?;
    // A value beyond 64 bits is above every limit, which is all that matters of it.
    Some(unit.times(quantity.saturating_abs()).unwrap_or(Money(i64::MAX)))
}

/// The limits that a variance of so many units and so much value goes beyond, for somebody who
/// has `used` so much value of their day. Lists ask it, too, to offer only what will be done.
pub fn beyond(limits: Limits, quantity: i64, value: Option<Money>, used: Money) -> Vec<Because> {
    let above = |max: Option<Money>, value: Money| max.is_some_and(|max| value > max);
    let units = limits.variance_units_max.is_some_and(|max| quantity.saturating_abs() > max);
    let value = value.unwrap_or_default();
    let day = above(limits.day_value_max, used.saturating_add(value));
    [
        (units, Because::Units),
        (above(limits.variance_value_max, value), Because::Value),
        (day, Because::DayValue),
    ]
    .into_iter()
    .filter_map(|(is_beyond, because)| is_beyond.then_some(because))
    .collect()
}
