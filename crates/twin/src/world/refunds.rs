//! What happens to an order after it was placed: refunds, edits, another location.

use super::names::State;
use super::orders::{FulfillmentOrder, Order, Refund, RefundLine, Restock, Wanted};
use super::stock::{Actor, Change, LocationId};
use super::{Refusal, World};

impl World {
    pub(super) fn refund(
        &mut self,
        id: u64,
        lines: &[RefundLine],
        of_return: Option<u64>,
    ) -> Result<u64, Refusal> {
        let mut order = self.order(id)?.clone();
        if lines.is_empty() {
            return Err(Refusal::new(422, "a refund has lines"));
        }
        if let Some(returned) = of_return
            && !order.pay_for(returned, lines)
        {
            return Err(Refusal::new(422, "a return has fewer such units, and decides of them"));
        }
        let mut wanted = std::collections::BTreeMap::<u64, i64>::new();
        for refunded in lines {
            let line = order.line(refunded.line);
            let units = wanted.entry(refunded.line).or_default();
            *units += refunded.quantity;
            let fits = line.is_some_and(|line| refunded.quantity > 0 && *units <= line.current);
            let waits = order.unfulfilled(refunded.line);
            let kind_fits = match refunded.restock {
                Restock::Cancel => *units <= waits,
                Restock::Return => line.is_some_and(|line| {
                    *units <= line.current - waits - order.in_returns(refunded.line)
                }),
                Restock::Nothing => true,
            };
            let known = refunded.location.is_none_or(|it| self.locations.contains_key(&it));
            if !(fits && kind_fits && known) {
                return Err(Refusal::new(422, "a line has fewer such units than are refunded"));
            }
        }
        let mut changes = Vec::new();
        let mut done = Vec::new();
        for refunded in lines {
            let (more, location) = self.take_back(&mut order, refunded);
            changes.extend(more);
            done.push(RefundLine { location, ..refunded.clone() });
        }
        let refund = self.leave_refund(&mut order, done, of_return);
        self.record(Actor::Order, "restock", changes);
        self.put(order);
        if let Some(refund) = refund {
            self.announce_refund(id, refund);
        }
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }

    /// Whatever takes units off an order leaves a refund, also where no money goes back: that is
    /// how anybody can tell later what became of them.
    pub(super) fn leave_refund(
        &mut self,
        order: &mut Order,
        lines: Vec<RefundLine>,
        of_return: Option<u64>,
    ) -> Option<u64> {
        if lines.is_empty() {
            return None;
        }
        let id = self.other_id();
        order.refunds.push(Refund { id, of_return, at: self.now, lines });
        self.refunds.insert(id, order.id);
        Some(id)
    }

    /// Takes units off a line: from what waits to be sent, or from what was sent.
    fn take_back(
        &mut self,
        order: &mut Order,
        refunded: &RefundLine,
    ) -> (Vec<Change>, Option<LocationId>) {
        let mut changes = Vec::new();
        let mut left = refunded.quantity;
        let mut place = refunded.location;
        if refunded.restock != Restock::Return {
            for part in &mut order.fulfillment_orders {
                for line in part.lines.iter_mut().filter(|line| line.line == refunded.line) {
                    let units = left.min(line.remaining);
                    let key = (line.item, part.location);
                    left -= units;
                    line.remaining -= units;
                    line.total -= units;
                    part.updated_at = self.now;
                    changes.extend(self.shift(key, State::Committed, -units));
                    if refunded.restock == Restock::Cancel {
                        place = Some(part.location);
                        changes.extend(self.shift(key, State::Available, units));
                    }
                }
            }
        }
        let sent_from = order.sent_from(refunded.line);
        if let Some(line) = order.lines.iter_mut().find(|line| line.id == refunded.line) {
            line.current -= refunded.quantity;
            if refunded.restock == Restock::Return {
                place = place.or(sent_from);
                if let Some(place) = place {
                    changes.extend(self.shift((line.item, place), State::Available, left));
                }
            }
        }
        (changes, place)
    }

    pub(super) fn edit_order(
        &mut self,
        id: u64,
        add: &[Wanted],
        reduce: &[(u64, i64)],
        restock: bool,
    ) -> Result<u64, Refusal> {
        let mut order = self.order(id)?.clone();
        if order.cancelled_at.is_some() {
            return Err(Refusal::new(409, "it is cancelled"));
        }
        let places = if add.is_empty() { Vec::new() } else { self.allocate(add, false)? };
        for (line, to) in reduce {
            let waits = order.unfulfilled(*line);
            let fits = |current: i64| (current - waits..=current).contains(to) && *to >= 0;
            if !order.line(*line).is_some_and(|line| fits(line.current)) {
                return Err(Refusal::new(422, "a line can be reduced by what waits to be sent"));
            }
        }
        if add.is_empty() && reduce.is_empty() {
            return Err(Refusal::new(422, "say what to add or to reduce"));
        }
        let restock = if restock { Restock::Cancel } else { Restock::Nothing };
        let mut changes = Vec::new();
        let mut done = Vec::new();
        for (line, to) in reduce {
            let current = order.line(*line).map_or(0, |line| line.current);
            let quantity = current - to;
            let removed = RefundLine { line: *line, quantity, restock, location: None };
            let (more, location) = self.take_back(&mut order, &removed);
            changes.extend(more);
            if quantity > 0 {
                done.push(RefundLine { location, ..removed });
            }
        }
        let refund = self.leave_refund(&mut order, done, None);
        self.record(Actor::Order, "reservation_updated", changes);
        if !add.is_empty() {
            self.commit_lines(&mut order, add, &places);
        }
        order.edited = true;
        self.put(order);
        if let Some(refund) = refund {
            self.announce_refund(id, refund);
        }
        // Unlike other messages about orders it is about the edit.
        let payload = serde_json::json!({ "order_edit": { "order_id": id } });
        self.announce("ORDERS_EDITED", &payload);
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }

    pub(super) fn reassign(&mut self, part: u64, to: LocationId) -> Result<u64, Refusal> {
        let Some(id) = self.fulfillment_orders.get(&part).copied() else {
            return Err(Refusal::new(404, format!("there is no fulfilment order {part}")));
        };
        if !self.locations.get(&to).is_some_and(|location| location.active) {
            return Err(Refusal::new(422, format!("there is no active location {to}")));
        }
        let mut order = self.order(id)?.clone();
        let is_over = |it: &&FulfillmentOrder| ["CANCELLED", "CLOSED"].contains(&it.status());
        let found = order.fulfillment_orders.iter().find(|it| it.id == part);
        if let Some(over) = found.filter(is_over) {
            let status = over.status().to_lowercase();
            return Err(Refusal::new(409, format!("fulfilment order {part} is {status}")));
        }
        let mut changes = Vec::new();
        for part in order.fulfillment_orders.iter_mut().filter(|it| it.id == part) {
            let from = part.location;
            for line in &part.lines {
                let (item, units) = (line.item, line.remaining);
                changes.extend(self.shift((item, from), State::Committed, -units));
                changes.extend(self.shift((item, from), State::Available, units));
                changes.extend(self.shift((item, to), State::Available, -units));
                changes.extend(self.shift((item, to), State::Committed, units));
            }
            part.location = to;
            part.updated_at = self.now;
        }
        self.record(Actor::Order, "reservation_updated", changes);
        self.put(order);
        let payload = serde_json::json!({
            "original_fulfillment_order": { "id": super::payloads::gid("FulfillmentOrder", part) },
            "destination_location_id": super::payloads::gid("Location", to),
        });
        self.announce("FULFILLMENT_ORDERS_MOVED", &payload);
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }
}
