//! What one line of an order means.

use std::collections::BTreeMap;

use jiff::Timestamp;
use onhand_domain::{
    FacilityId, MovementId, SkuId,
    plan::command::{FollowLine, FollowReturn, FollowSale},
};

use super::{
    LeftOut, Reading,
    back::{Back, CameBack, Record},
    derived, line_id, micros,
};
use crate::read::{Fulfillment, FulfillmentStatus, OrderLine, Refund, Restock};

/// A line while it is read.
pub(super) struct Line<'a> {
    bought: &'a OrderLine,
    sku: SkuId,
    /// What of it is where.
    parts: BTreeMap<(FacilityId, SkuId), Part>,
    /// Units that wait to be sent, wherever.
    remaining: i64,
    /// Units that left and were not called back, whenever.
    sent: i64,
    /// Units that were taken off before they were sent, and went back to stock.
    put_back: i64,
    /// Units that were taken off and did not: before the order was followed, and since.
    gone_before: i64,
    gone: i64,
    gone_at: Option<Timestamp>,
}

#[derive(Default)]
struct Part {
    open: i64,
    sold: i64,
    dropped: i64,
}

impl<'a> Line<'a> {
    pub(super) const fn of(bought: &'a OrderLine, sku: SkuId) -> Self {
        Self {
            bought,
            sku,
            parts: BTreeMap::new(),
            remaining: 0,
            sent: 0,
            put_back: 0,
            gone_before: 0,
            gone: 0,
            gone_at: None,
        }
    }

    /// What of the line is where; what was sold and came back is added to the order's.
    pub(super) fn read(mut self, order: &mut Reading<'a>) -> Vec<FollowLine> {
        self.read_assignments(order);
        self.read_fulfillments(order);
        self.read_back(order);
        self.read_dropped(order);
        let channel = order.terms.channel;
        let whole = (self.parts.len() == 1).then_some(self.bought.quantity);
        let line = |((facility, sku), part): ((FacilityId, SkuId), Part)| FollowLine {
            id: line_id(channel, &self.bought.id, facility, sku),
            facility,
            sku,
            ordered: whole.unwrap_or_else(|| {
                part.open.saturating_add(part.sold).saturating_add(part.dropped)
            }),
            open: part.open,
            dropped: part.dropped,
            dropped_at: self.gone_at.map(micros),
        };
        self.parts.into_iter().map(line).collect()
    }

    fn part(&mut self, facility: FacilityId) -> &mut Part {
        self.parts.entry((facility, self.sku)).or_default()
    }

    fn read_assignments(&mut self, order: &mut Reading<'a>) {
        let line = self.bought.id.as_str();
        for assignment in order.order.assignments.iter().filter(|one| one.is_open()) {
            let units = assignment.lines.iter().filter(|part| part.line == line);
            let units: i64 = units.map(|part| part.remaining.max(0)).sum();
            if units == 0 {
                continue;
            }
            self.remaining = self.remaining.saturating_add(units);
            let location = assignment.location.as_deref();
            if let Some(facility) = order.place(line, self.sku, location, units) {
                let open = &mut self.part(facility).open;
                *open = open.saturating_add(units);
            }
        }
    }

    fn read_fulfillments(&mut self, order: &mut Reading<'a>) {
        let line = self.bought.id.as_str();
        for fulfillment in &order.order.fulfillments {
            let units = fulfillment.lines.iter().filter(|sent| sent.line == line);
            let units: i64 = units.map(|sent| sent.quantity.max(0)).sum();
            let left = match fulfillment.status {
                // They never left, and are still promised.
                FulfillmentStatus::Error | FulfillmentStatus::Failure => continue,
                FulfillmentStatus::Cancelled => false,
                FulfillmentStatus::Success
                | FulfillmentStatus::Open
                | FulfillmentStatus::Pending
                | FulfillmentStatus::Other => true,
            };
            if units == 0 {
                continue;
            }
            if left {
                self.sent = self.sent.saturating_add(units);
            }
            let sold = order.is_ours(fulfillment.created_at);
            let called_back = !left && order.is_ours(fulfillment.updated_at);
            if !sold && !called_back {
                continue;
            }
            let location = fulfillment.location.as_deref();
            let Some(facility) = order.place(line, self.sku, location, units) else { continue };
            if sold {
                let id = line_id(order.terms.channel, line, facility, self.sku);
                let part = self.part(facility);
                part.sold = part.sold.saturating_add(if left { units } else { 0 });
                let sale = Self::sale(order, fulfillment, (line, facility, self.sku), units);
                order.sales.push(FollowSale { line: Some(id), ..sale });
            }
            if called_back {
                let back = CameBack {
                    by: Record::Fulfillment,
                    at: fulfillment.updated_at,
                    location,
                    units,
                    what: of(fulfillment, line, "called back"),
                    origin_key: order.key("fulfillments", &fulfillment.id),
                };
                self.comes_back(order, facility, back);
            }
        }
    }

    fn sale(
        order: &Reading<'_>,
        fulfillment: &Fulfillment,
        (line, facility, sku): (&str, FacilityId, SkuId),
        quantity: i64,
    ) -> FollowSale {
        FollowSale {
            // Without the facility: where several could have sent it, another may seem the better
            // choice the next time, and it is still the same units.
            id: MovementId(derived(order.terms.channel, &of(fulfillment, line, "sent"))),
            line: None,
            facility,
            sku,
            quantity,
            at: micros(fulfillment.created_at),
            origin_key: order.key("fulfillments", &fulfillment.id),
        }
    }

    /// What came back of it, each unit once.
    fn read_back(&mut self, order: &mut Reading<'a>) {
        let line = self.bought.id.as_str();
        let mut back = Back::default();
        for refund in &order.order.refunds {
            self.read_refund(order, refund, &mut back);
        }
        back.by_dispositions(order, line);
        for it in back.once().filter(|it| it.units > 0) {
            if !order.is_ours(it.at) {
                continue;
            }
            let location = it.location.or_else(|| self.sent_from(order));
            let Some(facility) = order.place(line, self.sku, location, 0) else { continue };
            self.comes_back(order, facility, it);
        }
    }

    fn comes_back(&self, order: &mut Reading<'a>, facility: FacilityId, it: CameBack<'a>) {
        order.returns.push(FollowReturn {
            id: MovementId(derived(order.terms.channel, &it.what)),
            facility,
            sku: self.sku,
            quantity: it.units,
            at: micros(it.at),
            origin_key: it.origin_key,
        });
    }

    fn read_refund(&mut self, order: &mut Reading<'a>, refund: &'a Refund, back: &mut Back<'a>) {
        let line = self.bought.id.as_str();
        let at = refund.created_at.unwrap_or(order.order.head.updated_at);
        let mut returned: BTreeMap<Option<&'a str>, i64> = BTreeMap::new();
        for refunded in refund.lines.iter().filter(|refunded| refunded.line == line) {
            let units = refunded.quantity.max(0);
            let slot = match refunded.restock {
                Restock::Return => returned.entry(refunded.location.as_deref()).or_default(),
                Restock::LegacyRestock if self.sent > 0 => {
                    returned.entry(refunded.location.as_deref()).or_default()
                }
                Restock::Cancel | Restock::LegacyRestock => &mut self.put_back,
                Restock::NoRestock if order.is_ours(at) => {
                    self.gone_at = self.gone_at.max(Some(at));
                    &mut self.gone
                }
                Restock::NoRestock => &mut self.gone_before,
                Restock::Other => {
                    order.left_out.push(LeftOut::Unknown(line.to_owned()));
                    continue;
                }
            };
            *slot = slot.saturating_add(units);
        }
        for (location, units) in returned {
            let location = location.or_else(|| self.sent_from(order));
            let what = format!("{} {line} at {location:?} brought back", refund.id);
            let origin_key = order.key("refunds", &refund.id);
            let by = Record::Refund;
            back.by_refund(order, refund, CameBack { by, at, location, units, what, origin_key });
        }
    }

    /// The location that units of the line were sent from first.
    fn sent_from(&self, order: &Reading<'a>) -> Option<&'a str> {
        let sent = order.order.fulfillments.iter();
        let mut of_line = sent.filter(|one| one.lines.iter().any(|l| l.line == self.bought.id));
        of_line.find_map(|one| one.location.as_deref())
    }

    /// Units that are neither sent nor waiting nor back in stock, as far as a refund says so. The
    /// refund alone does not: one that pays for units that were sent reads the same.
    fn read_dropped(&mut self, order: &mut Reading<'a>) {
        let accounted = self.sent.saturating_add(self.remaining).saturating_add(self.put_back);
        let missing = self.bought.quantity.saturating_sub(accounted);
        let mut left = missing.saturating_sub(self.gone_before).clamp(0, self.gone);
        // What was written down somewhere stays there, whatever is where now.
        for (_, known) in order.known(&self.bought.id) {
            let kept = known.dropped.min(left);
            left = left.saturating_sub(kept);
            if kept > 0 || known.sku == self.sku {
                self.parts.entry((known.facility, known.sku)).or_default().dropped = kept;
            }
        }
        if left == 0 {
            return;
        }
        let known = order.known(&self.bought.id).filter(|(_, known)| known.sku == self.sku);
        let promised = known.max_by_key(|(_, known)| known.open).map(|(_, known)| known.facility);
        let facility = promised.or_else(|| {
            let location = self.assigned_to(order).or_else(|| self.sent_from(order));
            order.place(&self.bought.id, self.sku, location, 0)
        });
        if let Some(facility) = facility {
            let dropped = &mut self.part(facility).dropped;
            *dropped = dropped.saturating_add(left);
        }
    }

    /// The location that was to send the line, as far as that is still to be read.
    fn assigned_to(&self, order: &Reading<'a>) -> Option<&'a str> {
        let parts = order.order.assignments.iter();
        let mut of_line = parts.filter(|one| one.lines.iter().any(|l| l.line == self.bought.id));
        of_line.find_map(|one| one.location.as_deref())
    }
}

fn of(fulfillment: &Fulfillment, line: &str, what: &str) -> String {
    format!("{} {line} {what}", fulfillment.id)
}
