//! Orders: what a line has open is what was promised and neither released nor sold.

use std::collections::BTreeMap;

use onhand_domain::{
    OrderId,
    order::{OrderLine, OrderStatus},
    plan::view::Key,
};

use super::{Checked, asked::Asked, ledger::Books, must, shop};
use crate::{client::Op, store::Tables};

/// An order against its movements.
pub(super) fn check(
    id: OrderId,
    tables: &Tables,
    books: &Books,
    asked: &Asked,
    ops: &[Op],
) -> Checked {
    let Some((order, _)) = tables.orders.get(&id) else {
        must!(false, "the order {id} is gone");
        return Ok(());
    };
    if order.followed.is_some() {
        return shop::check(order, tables, books, asked, ops);
    }
    let (mut open, mut released) = (0, 0);
    for line in &order.lines {
        let moved = books.lines.get(&line.id).copied().unwrap_or_default();
        let OrderLine { id, quantity, open_quantity, .. } = line;
        must!(moved.promised == *quantity, "the line {id} of {quantity} promised {moved:?}");
        let left = moved.promised - moved.released - moved.sold;
        let same = *open_quantity == left && left >= 0;
        must!(same, "the line {id} has {open_quantity} open after {moved:?}");
        open += open_quantity;
        released += moved.released;
    }
    let right = match order.status {
        OrderStatus::Open => open > 0,
        OrderStatus::Fulfilled => open == 0 && released == 0,
        OrderStatus::Cancelled => open == 0,
    };
    must!(right, "the order {id} is {:?} with {open} units open", order.status);
    Ok(())
}

/// What is committed at a key is what order lines have promised there, and nothing else.
pub(super) fn check_committed(key: Key, books: &Books) -> Checked {
    let Some(shelf) = books.shelf(key) else { return Ok(()) };
    let (is, open) = (shelf.states[1], shelf.open);
    must!(is == open, "{key:?} has {is} units committed, its order lines {open} open");
    Ok(())
}

/// All orders, and all that is committed.
pub(super) fn check_all(tables: &Tables, books: &Books, asked: &Asked, ops: &[Op]) -> Checked {
    let mut open: BTreeMap<Key, i64> = BTreeMap::new();
    for (id, (order, _)) in &tables.orders {
        check(*id, tables, books, asked, ops)?;
        for line in &order.lines {
            *open.entry((line.facility, line.sku)).or_default() += line.open_quantity;
        }
    }
    for key in books.keys() {
        let is = books.shelf(key).map_or(0, |shelf| shelf.states[1]);
        let open = open.get(&key).copied().unwrap_or_default();
        must!(is == open, "{key:?} has {is} units committed, its order lines {open} open");
    }
    for line in books.lines.keys() {
        must!(tables.lines.contains_key(line), "the line {line} has movements and no row");
    }
    Ok(())
}
