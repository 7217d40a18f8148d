//! Observed facts: sales, receipts, returns, transfers, openings. They happened, so they are
//! accepted, whatever the record said.

use crate::{
    ids::OrderLineId,
    movement::{Movement, MovementKind},
    order::{Order, OrderStatus},
    place::Place,
};

use super::{
    NAME_CHARS_MAX, NOTE_CHARS_MAX, QUANTITY_MAX,
    command::{Authority, Fact},
    desk::{Desk, Entry, check_fresh, replay},
    lines_within,
    outcome::{Outcome, Posted, Refusal},
    within,
};

/// Records the facts, all of them or none. Those that were recorded before are left alone, so
/// that a document that was interrupted can be sent again.
pub(super) fn record(
    desk: &mut Desk<'_>,
    authority: &Authority,
    facts: &[Fact],
) -> Result<Outcome, Refusal> {
    lines_within(facts.len())?;
    let mut all = Posted { movements: Vec::new(), corrections: Vec::new(), replay: true };
    for fact in facts {
        let fingerprint = fact.fingerprint();
        if let Some(movement) = replay(desk, fact.id, &fingerprint)? {
            all.movements.push(movement);
            continue;
        }
        check_fresh(desk, authority, fact.id)?;
        let (movement, corrections) = record_one(desk, authority, fact, fingerprint)?;
        all.movements.push(movement);
        all.corrections.extend(corrections);
        all.replay = false;
    }
    if let (false, Some(first)) = (all.replay, facts.first()) {
        // One line of audit for a document: the movements themselves say who recorded them.
        desk.audit(authority, "movement.record", Some(first.facility), first.id.0);
    }
    Ok(Outcome::Posted(all))
}

fn record_one(
    desk: &mut Desk<'_>,
    authority: &Authority,
    fact: &Fact,
    fingerprint: crate::encode::Hash,
) -> Result<(Movement, Vec<Movement>), Refusal> {
    let key = (fact.facility, fact.sku);
    let sku = desk.open_for(key)?;
    check_content(authority, fact)?;
    desk.check_time(fact.facility, fact.effective_at)?;
    if let Some(line) = fact.order_line {
        let order = desk.order_of_line(line).cloned().ok_or(Refusal::UnknownOrderLine(line))?;
        take_from_line(desk, order, line, fact)?;
    }
    let (from, to) = ends(fact)?;
    let ends = if fact.quantity < 0 { (to, from) } else { (from, to) };
    let entry = Entry {
        id: fact.id,
        key,
        kind: fact.kind,
        quantity: fact.quantity.saturating_abs(),
        ends,
        reason: None,
        effective_at: fact.effective_at,
        origin_key: fact.origin_key.as_deref(),
        note: fact.note.as_deref(),
        reverses: None,
        corrects: None,
        order_line: fact.order_line,
        unit_cost: fact.unit_cost.or(sku.cost),
        fingerprint,
    };
    desk.post(authority, &entry)
}

/// The places that a kind of fact moves units between.
const fn ends(fact: &Fact) -> Result<(Place, Place), Refusal> {
    let shelf = match fact.order_line {
        Some(_) => Place::Committed,
        None => Place::Available,
    };
    Ok(match fact.kind {
        MovementKind::Opening => (Place::Opening, Place::Available),
        MovementKind::Receipt => (Place::Supplier, Place::Available),
        MovementKind::Sale => (shelf, Place::Customer),
        MovementKind::Return => (Place::Customer, Place::Available),
        MovementKind::TransferOut => (Place::Available, Place::Transit),
        MovementKind::TransferIn => (Place::Transit, Place::Available),
        kind => return Err(Refusal::NotAFact { kind: kind.code() }),
    })
}

fn check_content(authority: &Authority, fact: &Fact) -> Result<(), Refusal> {
    if fact.quantity == 0 {
        return Err(Refusal::ZeroQuantity);
    }
    // Only the record before ours may have been negative.
    if fact.quantity < 0 && fact.kind != MovementKind::Opening {
        return Err(Refusal::NegativeQuantity);
    }
    if fact.quantity.saturating_abs() > QUANTITY_MAX {
        return Err(Refusal::OversizedQuantity { max: QUANTITY_MAX });
    }
    if fact.order_line.is_some() && fact.kind != MovementKind::Sale {
        return Err(Refusal::NotAFact { kind: fact.kind.code() });
    }
    within("note", fact.note.as_deref(), NOTE_CHARS_MAX)?;
    within("source key", fact.origin_key.as_deref(), NAME_CHARS_MAX)?;
    within("device", authority.device.as_deref(), NAME_CHARS_MAX)
}

/// A sale that fills an order line uses up what the line has promised.
fn take_from_line(
    desk: &mut Desk<'_>,
    mut order: Order,
    id: OrderLineId,
    fact: &Fact,
) -> Result<(), Refusal> {
    if order.followed.is_some() {
        return Err(Refusal::FollowsShop);
    }
    let line = order
        .lines
        .iter_mut()
        .find(|l| l.id == id && l.sku == fact.sku && l.facility == fact.facility)
        .ok_or(Refusal::UnknownOrderLine(id))?;
    let open = line.open_quantity.saturating_sub(fact.quantity);
    if open < 0 {
        return Err(Refusal::NotPromised { open: line.open_quantity, asked: fact.quantity });
    }
    line.open_quantity = open;
    desk.draft().order_lines.push(line.clone());
    if order.lines.iter().all(|l| l.open_quantity == 0) {
        order.status = OrderStatus::Fulfilled;
        desk.draft().order_statuses.push((order.id, OrderStatus::Fulfilled));
    }
    let fingerprint = desk.order(order.id).map_or([0; 32], |(_, fingerprint)| *fingerprint);
    desk.set_order(order, fingerprint);
    Ok(())
}
