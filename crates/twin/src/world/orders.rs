//! Online orders, sales at the till, and what becomes of them. Refunds and edits: `refunds.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::State;
use super::returns::{Decided, Return};
use super::stock::{Actor, ItemId, LocationId, Micros, base};
use super::{Refusal, World};

/// Lines of one order.
const LINES_MAX: usize = 250;

/// Something that customers, tills and the warehouse do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    /// Buy online. Refused where nothing is available, unless it may be oversold.
    Order {
        lines: Vec<Wanted>,
        oversell: bool,
    },
    /// Sell at the till: it happened, so it is taken even where the record has nothing.
    Pos {
        location: LocationId,
        lines: Vec<Wanted>,
    },
    Cancel {
        order: u64,
        restock: bool,
    },
    /// Send what is left of an order, or of one of its fulfilment orders.
    Fulfill {
        order: u64,
        fulfillment_order: Option<u64>,
        lines: Vec<(u64, i64)>,
    },
    EditOrder {
        order: u64,
        add: Vec<Wanted>,
        reduce: Vec<(u64, i64)>,
        restock: bool,
    },
    Refund {
        order: u64,
        lines: Vec<RefundLine>,
        /// The return that it pays for, of which the warehouse decides.
        #[serde(default)]
        of_return: Option<u64>,
    },
    /// Announce that units come back.
    Return {
        order: u64,
        lines: Vec<(u64, i64)>,
    },
    /// Decide what becomes of units that came back.
    Dispose {
        order: u64,
        lines: Vec<Decided>,
    },
    /// Assign a fulfilment order to another location.
    Reassign {
        fulfillment_order: u64,
        location: LocationId,
    },
}

/// A line that somebody wants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) item: ItemId,
    pub(crate) quantity: i64,
    /// Where it is to come from; None: where there is some.
    pub(crate) location: Option<LocationId>,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) number: u64,
    /// `web` or `pos`.
    pub(crate) source: &'static str,
    /// Where it was sold, at a till.
    pub(crate) location: Option<LocationId>,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
    pub(crate) cancelled_at: Option<Micros>,
    pub(crate) edited: bool,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) fulfillment_orders: Vec<FulfillmentOrder>,
    pub(crate) fulfillments: Vec<Fulfillment>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) returns: Vec<Return>,
}

#[derive(Clone, Debug)]
pub(crate) struct OrderLine {
    pub(crate) id: u64,
    pub(crate) item: ItemId,
    /// As ordered.
    pub(crate) quantity: i64,
    /// Less what was removed or refunded.
    pub(crate) current: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct FulfillmentOrder {
    pub(crate) id: u64,
    pub(crate) location: LocationId,
    pub(crate) cancelled: bool,
    pub(crate) created_at: Micros,
    pub(crate) updated_at: Micros,
    pub(crate) lines: Vec<FulfillmentOrderLine>,
}

#[derive(Clone, Debug)]
pub(crate) struct FulfillmentOrderLine {
    pub(crate) id: u64,
    /// The order's line.
    pub(crate) line: u64,
    pub(crate) item: ItemId,
    pub(crate) total: i64,
    pub(crate) remaining: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Fulfillment {
    pub(crate) id: u64,
    /// The fulfilment order that it fulfils.
    pub(crate) of: u64,
    pub(crate) location: LocationId,
    pub(crate) at: Micros,
    /// The order's lines, and how many of each.
    pub(crate) lines: Vec<(u64, i64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: u64,
    /// The return that it pays for.
    pub(crate) of_return: Option<u64>,
    pub(crate) at: Micros,
    pub(crate) lines: Vec<RefundLine>,
}

/// Units of a line that are paid back, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefundLine {
    pub(crate) line: u64,
    pub(crate) quantity: i64,
    pub(crate) restock: Restock,
    /// Where they come back to; None: where they were to come from.
    pub(crate) location: Option<LocationId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Restock {
    #[serde(rename = "no_restock")]
    Nothing,
    /// Never left the location.
    Cancel,
    /// Came back from the customer.
    Return,
}

impl Order {
    pub(crate) fn line(&self, id: u64) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Units of a line that wait to be sent.
    pub(crate) fn unfulfilled(&self, line: u64) -> i64 {
        let all = self.fulfillment_orders.iter().flat_map(|order| &order.lines);
        all.filter(|part| part.line == line).map(|part| part.remaining).sum()
    }

    pub(crate) fn fulfillment_status(&self) -> &'static str {
        let waiting: i64 = self.lines.iter().map(|line| self.unfulfilled(line.id)).sum();
        match (self.fulfillments.is_empty(), waiting) {
            (true, 0) => "RESTOCKED",
            (true, _) => "UNFULFILLED",
            (false, 0) => "FULFILLED",
            (false, _) => "PARTIALLY_FULFILLED",
        }
    }
}

impl FulfillmentOrder {
    pub(crate) fn status(&self) -> &'static str {
        let sent = self.lines.iter().any(|line| line.remaining < line.total);
        let waits = self.lines.iter().any(|line| line.remaining > 0);
        match (self.cancelled, waits, sent) {
            (true, ..) => "CANCELLED",
            (_, true, false) => "OPEN",
            (_, true, true) => "IN_PROGRESS",
            (_, false, _) => "CLOSED",
        }
    }
}

impl World {
    pub(super) fn trade(&mut self, deed: &Deed) -> Result<u64, Refusal> {
        match deed {
            Deed::Order { lines, oversell } => self.place(lines, *oversell),
            Deed::Pos { location, lines } => self.sell(*location, lines),
            Deed::Cancel { order, restock } => self.cancel(*order, *restock),
            Deed::Fulfill { order, fulfillment_order, lines } => {
                self.fulfill(*order, *fulfillment_order, lines)
            }
            Deed::EditOrder { order, add, reduce, restock } => {
                self.edit_order(*order, add, reduce, *restock)
            }
            Deed::Refund { order, lines, of_return } => self.refund(*order, lines, *of_return),
            Deed::Return { order, lines } => self.bring_back(*order, lines),
            Deed::Dispose { order, lines } => self.dispose(*order, lines),
            Deed::Reassign { fulfillment_order, location } => {
                self.reassign(*fulfillment_order, *location)
            }
        }
    }

    pub(super) fn order(&self, id: u64) -> Result<&Order, Refusal> {
        self.orders.get(&id).ok_or_else(|| Refusal::new(404, format!("there is no order {id}")))
    }

    /// Checks what somebody wants, and says where each line comes from.
    pub(super) fn allocate(
        &self,
        lines: &[Wanted],
        oversell: bool,
    ) -> Result<Vec<LocationId>, Refusal> {
        if lines.is_empty() || lines.len() > LINES_MAX {
            return Err(Refusal::new(422, format!("an order has 1 to {LINES_MAX} lines")));
        }
        let mut taken: BTreeMap<(ItemId, LocationId), i64> = BTreeMap::new();
        let mut places = Vec::new();
        for line in lines {
            let place = self.source(line, &taken, oversell)?;
            *taken.entry((line.item, place)).or_default() += line.quantity;
            places.push(place);
        }
        Ok(places)
    }

    fn source(
        &self,
        line: &Wanted,
        taken: &BTreeMap<(ItemId, LocationId), i64>,
        oversell: bool,
    ) -> Result<LocationId, Refusal> {
        let Some(item) = self.items.get(&line.item) else {
            return Err(Refusal::new(422, format!("there is no item {}", line.item)));
        };
        if line.quantity <= 0 {
            return Err(Refusal::new(422, "a quantity is greater than zero"));
        }
        let open = self.locations.values().filter(|location| location.active).map(|it| it.id);
        let candidates: Vec<LocationId> = open
            .filter(|id| line.location.is_none_or(|wanted| wanted == *id))
            .filter(|id| self.levels.get(&(line.item, *id)).is_some_and(|level| level.active))
            .collect();
        let has = |id: &&LocationId| {
            let key = (line.item, **id);
            let available = self.levels.get(&key).map_or(0, |level| level.get(State::Available));
            available - taken.get(&key).copied().unwrap_or_default() >= line.quantity
        };
        let anywhere = || (oversell || !item.tracked).then(|| candidates.first()).flatten();
        let found = candidates.iter().find(has).or_else(anywhere);
        found.copied().ok_or_else(|| Refusal::new(409, format!("item {} is sold out", line.item)))
    }

    fn place(&mut self, wanted: &[Wanted], oversell: bool) -> Result<u64, Refusal> {
        let places = self.allocate(wanted, oversell)?;
        let mut order = self.new_order("web", None);
        self.commit_lines(&mut order, wanted, &places);
        let id = order.id;
        self.orders.insert(id, order);
        self.announce_order(id, "ORDERS_CREATE");
        Ok(id)
    }

    /// Adds lines to an order, and takes their units from what is available.
    pub(super) fn commit_lines(&mut self, order: &mut Order, wanted: &[Wanted], at: &[LocationId]) {
        let now = self.now;
        let mut changes = Vec::new();
        let mut parts: BTreeMap<LocationId, Vec<FulfillmentOrderLine>> = BTreeMap::new();
        for (wanted, location) in wanted.iter().zip(at) {
            let (item, quantity) = (wanted.item, wanted.quantity);
            let line = self.other_id();
            order.lines.push(OrderLine { id: line, item, quantity, current: quantity });
            let id = self.other_id();
            let part =
                FulfillmentOrderLine { id, line, item, total: quantity, remaining: quantity };
            parts.entry(*location).or_default().push(part);
            changes.extend(self.shift((item, *location), State::Available, -quantity));
            changes.extend(self.shift((item, *location), State::Committed, quantity));
        }
        for (location, lines) in parts {
            let id = self.other_id();
            self.fulfillment_orders.insert(id, order.id);
            order.fulfillment_orders.push(FulfillmentOrder {
                id,
                location,
                cancelled: false,
                created_at: now,
                updated_at: now,
                lines,
            });
        }
        self.record(Actor::Order, "reservation_created", changes);
    }

    fn new_order(&mut self, source: &'static str, location: Option<LocationId>) -> Order {
        let count = self.orders.len() as u64;
        Order {
            id: base::ORDER + count,
            number: 1001 + count,
            source,
            location,
            created_at: self.now,
            updated_at: self.now,
            cancelled_at: None,
            edited: false,
            lines: Vec::new(),
            fulfillment_orders: Vec::new(),
            fulfillments: Vec::new(),
            refunds: Vec::new(),
            returns: Vec::new(),
        }
    }

    fn sell(&mut self, location: LocationId, wanted: &[Wanted]) -> Result<u64, Refusal> {
        if wanted.is_empty() || wanted.len() > LINES_MAX {
            return Err(Refusal::new(422, format!("a sale has 1 to {LINES_MAX} lines")));
        }
        if !self.locations.get(&location).is_some_and(|location| location.active) {
            return Err(Refusal::new(422, format!("there is no active location {location}")));
        }
        let sold = |line: &Wanted| line.quantity > 0 && self.items.contains_key(&line.item);
        if !wanted.iter().all(sold) {
            return Err(Refusal::new(422, "a line has an item and a quantity above zero"));
        }
        let mut order = self.new_order("pos", Some(location));
        let mut changes = Vec::new();
        for Wanted { item, quantity, .. } in wanted {
            let id = self.other_id();
            order.lines.push(OrderLine {
                id,
                item: *item,
                quantity: *quantity,
                current: *quantity,
            });
            changes.extend(self.shift((*item, location), State::Available, -quantity));
        }
        let lines = order.lines.iter().map(|line| (line.id, line.quantity)).collect();
        let id = self.other_id();
        let at = self.now;
        // Handed over at once: nothing of it ever waits in a fulfilment order.
        order.fulfillments.push(Fulfillment { id, of: 0, location, at, lines });
        self.record(Actor::Pos, "other", changes);
        let order_id = order.id;
        self.orders.insert(order_id, order);
        self.announce_order(order_id, "ORDERS_CREATE");
        self.announce_fulfillment(order_id, id, "FULFILLMENTS_CREATE");
        Ok(order_id)
    }

    fn cancel(&mut self, id: u64, restock: bool) -> Result<u64, Refusal> {
        let order = self.order(id)?;
        if order.cancelled_at.is_some() || !order.fulfillments.is_empty() {
            return Err(Refusal::new(409, "it is cancelled, or partly sent, already"));
        }
        let mut order = order.clone();
        let mut changes = Vec::new();
        let mut removed = Vec::new();
        let kind = if restock { Restock::Cancel } else { Restock::Nothing };
        for part in &mut order.fulfillment_orders {
            part.cancelled = true;
            part.updated_at = self.now;
            for line in part.lines.iter_mut().filter(|line| line.remaining > 0) {
                let key = (line.item, part.location);
                removed.push(RefundLine {
                    line: line.line,
                    quantity: line.remaining,
                    restock: kind,
                    location: restock.then_some(part.location),
                });
                changes.extend(self.shift(key, State::Committed, -line.remaining));
                if restock {
                    changes.extend(self.shift(key, State::Available, line.remaining));
                }
                line.remaining = 0;
            }
        }
        order.lines.iter_mut().for_each(|line| line.current = 0);
        order.cancelled_at = Some(self.now);
        let refund = self.leave_refund(&mut order, removed, None);
        self.record(Actor::Order, "reservation_deleted", changes);
        self.put(order);
        if let Some(refund) = refund {
            self.announce_refund(id, refund);
        }
        self.announce_order(id, "ORDERS_CANCELLED");
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }

    /// Puts an order back that was changed.
    pub(super) fn put(&mut self, mut order: Order) {
        order.updated_at = self.now;
        self.orders.insert(order.id, order);
    }

    fn fulfill(
        &mut self,
        id: u64,
        only: Option<u64>,
        lines: &[(u64, i64)],
    ) -> Result<u64, Refusal> {
        let mut order = self.order(id)?.clone();
        let mut changes = Vec::new();
        let mut made = Vec::new();
        for part in &mut order.fulfillment_orders {
            if part.cancelled || only.is_some_and(|only| only != part.id) {
                continue;
            }
            let mut sent = Vec::new();
            for line in &mut part.lines {
                let wanted = if lines.is_empty() {
                    line.remaining
                } else {
                    lines.iter().filter(|(id, _)| *id == line.line).map(|(_, units)| units).sum()
                };
                let units = wanted.clamp(0, line.remaining);
                if units > 0 {
                    line.remaining -= units;
                    sent.push((line.line, units));
                    let key = (line.item, part.location);
                    changes.extend(self.shift(key, State::Committed, -units));
                }
            }
            if !sent.is_empty() {
                part.updated_at = self.now;
                made.push((part.id, part.location, sent));
            }
        }
        if made.is_empty() {
            return Err(Refusal::new(409, "nothing of it waits to be sent"));
        }
        let mut announced = Vec::new();
        for (of, location, lines) in made {
            let id = self.other_id();
            announced.push(id);
            let at = self.now;
            order.fulfillments.push(Fulfillment { id, of, location, at, lines });
        }
        self.record(Actor::Order, "other", changes);
        self.put(order);
        for fulfillment in announced {
            self.announce_fulfillment(id, fulfillment, "FULFILLMENTS_CREATE");
        }
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }
}
