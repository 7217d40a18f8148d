//! A shop's orders: a row says what the state of its version said, and the movements add up to it.

use std::collections::BTreeMap;

use onhand_domain::{
    Movement, MovementId, MovementKind, OrderId, Place,
    order::{Order, OrderStatus},
    plan::{
        command::{FollowOrder, FollowReturn, FollowSale},
        outcome::Followed,
    },
};

use super::{Checked, asked::Asked, ledger::Books, must};
use crate::{client::Op, store::Tables, world::OPENED};

/// An order against the state that it followed, and against its movements.
pub(super) fn check(
    order: &Order,
    tables: &Tables,
    books: &Books,
    asked: &Asked,
    ops: &[Op],
) -> Checked {
    let id = order.id;
    let mut read = asked.states(id, ops);
    let Some(state) = read.find(|state| Some(state.version) == order.followed) else {
        must!(false, "the order {id} follows {:?}, which nobody read", order.followed);
        return Ok(());
    };
    let wanted: BTreeMap<_, _> = state.lines.iter().map(|line| (line.id, line)).collect();
    for row in &order.lines {
        let says = (row.quantity, row.open_quantity, row.dropped);
        let wants = wanted.get(&row.id).map_or((0, 0, 0), |w| (w.ordered, w.open, w.dropped));
        must!(says == wants, "the line {} says {says:?}, its shop {wants:?}", row.id);
        let moved = books.lines.get(&row.id).copied().unwrap_or_default();
        let left = moved.promised - moved.released - moved.sold;
        must!(row.open_quantity == left, "the line {} has {says:?} after {moved:?}", row.id);
    }
    let rows = order.lines.iter().filter(|row| wanted.contains_key(&row.id)).count();
    must!(rows == wanted.len(), "the order {id} has {rows} of the lines of {state:?}");
    check_events(state, tables)?;
    let open = order.lines.iter().any(|row| row.open_quantity > 0);
    let status = match (open, state.cancelled) {
        (true, _) => OrderStatus::Open,
        (false, true) => OrderStatus::Cancelled,
        (false, false) => OrderStatus::Fulfilled,
    };
    must!(order.status == status, "the order {id} is {:?} after {state:?}", order.status);
    must!(order.name == state.name, "the order {id} is called {:?}", order.name);
    Ok(())
}

/// What was sold and what came back stands in the ledger once.
fn check_events(state: &FollowOrder, tables: &Tables) -> Checked {
    let units = |id: MovementId| tables.movement(id).map_or(0, |m| m.quantity);
    for FollowSale { id, quantity, .. } in &state.sales {
        let sold = units(*id) + units(MovementId::derived(id.0, "sale", 1));
        must!(sold == *quantity, "of the sale {id} of {quantity}, {sold} are in the ledger");
    }
    for FollowReturn { id, quantity, .. } in &state.returns {
        let back = units(*id);
        must!(back == *quantity, "of the return {id} of {quantity}, {back} are in the ledger");
    }
    Ok(())
}

/// Whether a movement is one of the events that a state names.
pub(super) fn happened(state: &FollowOrder, m: &Movement) -> bool {
    let at = |at: onhand_domain::Micros| at.max(OPENED).min(m.recorded_at) == m.effective_at;
    let sold = state.sales.iter().any(|sale| {
        (sale.id, sale.facility, sale.sku) == (m.id, m.facility, m.sku)
            && m.quantity <= sale.quantity
            && at(sale.at)
            && m.kind == MovementKind::Sale
            && matches!(m.from, Place::Available | Place::Committed)
            && m.to == Place::Customer
            && m.origin_key.as_ref() == Some(&sale.origin_key)
    });
    let back = state.returns.iter().any(|back| {
        (back.id, back.facility, back.sku) == (m.id, m.facility, m.sku)
            && m.quantity == back.quantity
            && at(back.at)
            && m.kind == MovementKind::Return
            && (m.from, m.to) == (Place::Customer, Place::Available)
    });
    sold || back
}

/// Whether following a state could have made the movement.
pub(super) fn leads_to(state: &FollowOrder, m: &Movement) -> bool {
    use Place::{Available, Committed, Customer, Shrink};
    match (m.kind, m.from, m.to) {
        (MovementKind::Reservation, Available | Shrink, Committed)
        | (MovementKind::Release, Committed, Available | Shrink) => m.order_line.is_some(),
        // What was dropped of a line that had not so much promised.
        (MovementKind::Release, Available, Shrink) => m.order_line.is_none(),
        // The second part of a sale: what its line had not promised.
        (MovementKind::Sale, Available, Customer) => state.sales.iter().any(|sale| {
            MovementId::derived(sale.id.0, "sale", 1) == m.id
                && m.order_line.is_none()
                && (sale.facility, sale.sku) == (m.facility, m.sku)
                && m.quantity < sale.quantity
        }),
        _ => false,
    }
}

/// What was told of an order stands, and never goes back.
pub(super) fn check_told(state: &FollowOrder, told: &Followed, tables: &Tables) -> Checked {
    for m in told.movements.iter().chain(&told.corrections) {
        let row = tables.movement(m.id);
        must!(row == Some(m), "told of {m:?}, in the ledger is {row:?}");
    }
    let Some(order) = &told.order else {
        must!(!told.outdated && state.lines.is_empty(), "{state:?} left no order: {told:?}");
        return check_events(state, tables);
    };
    let newer = order.followed > Some(state.version);
    let right = order.id == state.id
        && order.followed >= Some(state.version)
        && told.outdated == newer
        && (!told.outdated || told.movements.is_empty());
    must!(right, "asked to follow {state:?}, told {told:?}");
    let row = tables.orders.get(&order.id).and_then(|(row, _)| row.followed);
    must!(row >= order.followed, "told of {order:?}, the row follows {row:?}");
    check_events(state, tables)
}

/// Whether the order follows a shop.
pub(super) fn is_shops(id: OrderId, tables: &Tables) -> bool {
    tables.orders.get(&id).is_some_and(|(order, _)| order.followed.is_some())
}
