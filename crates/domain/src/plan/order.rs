//! Orders: units promised to lines, released, or sent to the customer.

use crate::{
    ids::{MovementId, OrderId},
    movement::MovementKind,
    order::{Order, OrderLine, OrderStatus},
    place::Place,
    time::Micros,
};

use super::{
    NAME_CHARS_MAX, QUANTITY_MAX,
    command::{Authority, FulfillOrder, OrderDraft},
    desk::{Desk, Entry, check_fresh},
    lines_within,
    outcome::{Outcome, Refusal},
    within,
};

/// Promises the units of every line. The customer has ordered: that happened, so it is accepted
/// even where less is available; the shortfall shows as orders at risk.
pub(super) fn place(
    desk: &mut Desk<'_>,
    authority: &Authority,
    draft: &OrderDraft,
) -> Result<Outcome, Refusal> {
    let fingerprint = draft.fingerprint();
    if let Some((order, first)) = desk.order(draft.id) {
        return if *first == fingerprint {
            Ok(Outcome::Ordered(order.clone()))
        } else {
            Err(Refusal::IdReused(draft.id.0))
        };
    }
    lines_within(draft.lines.len())?;
    within("name", Some(&draft.name), NAME_CHARS_MAX)?;
    within("channel", Some(&draft.channel), NAME_CHARS_MAX)?;
    let placed_at = draft.placed_at.unwrap_or_else(|| desk.now()).min(desk.now());
    let mut lines = Vec::with_capacity(draft.lines.len());
    for line in &draft.lines {
        if line.quantity <= 0 {
            return Err(if line.quantity == 0 {
                Refusal::ZeroQuantity
            } else {
                Refusal::NegativeQuantity
            });
        }
        if line.quantity > QUANTITY_MAX {
            return Err(Refusal::OversizedQuantity { max: QUANTITY_MAX });
        }
        desk.open_for((line.facility, line.sku))?;
        desk.check_time(line.facility, draft.placed_at)?;
        let line = OrderLine {
            id: line.id,
            facility: line.facility,
            sku: line.sku,
            quantity: line.quantity,
            open_quantity: line.quantity,
            dropped: 0,
        };
        let id = MovementId(line.id.0);
        check_fresh(desk, authority, id)?;
        let ends = (Place::Available, Place::Committed);
        let kind = MovementKind::Reservation;
        post(desk, authority, &line, id, kind, ends, draft.placed_at, fingerprint)?;
        lines.push(line);
    }
    let order = Order {
        id: draft.id,
        name: draft.name.clone(),
        channel: draft.channel.clone(),
        placed_at,
        due_at: draft.due_at,
        status: OrderStatus::Open,
        followed: None,
        lines,
    };
    desk.draft().orders.push((order.clone(), fingerprint));
    desk.set_order(order.clone(), fingerprint);
    desk.audit(authority, "order.place", None, order.id.0);
    Ok(Outcome::Ordered(order))
}

/// Releases what is still promised.
pub(super) fn cancel(
    desk: &mut Desk<'_>,
    authority: &Authority,
    id: OrderId,
) -> Result<Outcome, Refusal> {
    let ends = (Place::Committed, Place::Available);
    close(desk, authority, id, OrderStatus::Cancelled, MovementKind::Release, ends, None)
}

/// Sends what is still promised to the customer.
pub(super) fn fulfill(
    desk: &mut Desk<'_>,
    authority: &Authority,
    command: &FulfillOrder,
) -> Result<Outcome, Refusal> {
    let ends = (Place::Committed, Place::Customer);
    let status = OrderStatus::Fulfilled;
    let at = command.effective_at;
    close(desk, authority, command.order, status, MovementKind::Sale, ends, at)
}

fn close(
    desk: &mut Desk<'_>,
    authority: &Authority,
    id: OrderId,
    status: OrderStatus,
    kind: MovementKind,
    ends: (Place, Place),
    at: Option<Micros>,
) -> Result<Outcome, Refusal> {
    let (mut order, fingerprint) = desk.order(id).cloned().ok_or(Refusal::UnknownOrder(id))?;
    if order.followed.is_some() {
        return Err(Refusal::FollowsShop);
    }
    if order.status == status {
        return Ok(Outcome::Ordered(order));
    }
    if order.status != OrderStatus::Open {
        return Err(Refusal::OrderClosed(order.status));
    }
    for line in order.lines.iter_mut().filter(|l| l.open_quantity > 0) {
        desk.check_time(line.facility, at)?;
        let movement = MovementId::derived(line.id.0, kind.code(), 0);
        post(desk, authority, line, movement, kind, ends, at, fingerprint)?;
        line.open_quantity = 0;
        desk.draft().order_lines.push(line.clone());
    }
    order.status = status;
    desk.draft().order_statuses.push((id, status));
    desk.set_order(order.clone(), fingerprint);
    let action = if kind == MovementKind::Sale { "order.fulfill" } else { "order.cancel" };
    desk.audit(authority, action, None, id.0);
    Ok(Outcome::Ordered(order))
}

#[expect(clippy::too_many_arguments, reason = "each is a different fact of the one entry")]
fn post(
    desk: &mut Desk<'_>,
    authority: &Authority,
    line: &OrderLine,
    id: MovementId,
    kind: MovementKind,
    ends: (Place, Place),
    effective_at: Option<Micros>,
    fingerprint: crate::encode::Hash,
) -> Result<(), Refusal> {
    let entry = Entry {
        id,
        key: (line.facility, line.sku),
        kind,
        quantity: line.open_quantity,
        ends,
        reason: None,
        effective_at,
        origin_key: None,
        note: None,
        reverses: None,
        corrects: None,
        order_line: Some(line.id),
        unit_cost: None,
        fingerprint,
    };
    desk.post(authority, &entry).map(|_| ())
}
