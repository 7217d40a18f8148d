//! What customers bring back: returns, and what the warehouse decides of their units.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::names::State;
use super::orders::{Fulfillment, Order, RefundLine, Restock};
use super::payloads::gid;
use super::stock::{Actor, LocationId, Micros};
use super::{Refusal, World};

/// A return, with its reverse fulfilment order.
#[derive(Clone, Debug)]
pub(crate) struct Return {
    pub(crate) id: u64,
    /// The reverse fulfilment order.
    pub(crate) reverse: u64,
    pub(crate) at: Micros,
    pub(crate) lines: Vec<ReturnLine>,
}

/// Units of a line that come back.
#[derive(Clone, Debug)]
pub(crate) struct ReturnLine {
    pub(crate) id: u64,
    /// The order's line.
    pub(crate) line: u64,
    pub(crate) quantity: i64,
    /// How many of them were paid back.
    pub(crate) refunded: i64,
    pub(crate) dispositions: Vec<Disposition>,
}

#[derive(Clone, Debug)]
pub(crate) struct Disposition {
    pub(crate) id: u64,
    pub(crate) at: Micros,
    pub(crate) kind: Disposed,
    pub(crate) quantity: i64,
    pub(crate) location: Option<LocationId>,
}

/// What became of units that were brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Disposed {
    Restocked,
    NotRestocked,
    Missing,
}

impl Disposed {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Restocked => "RESTOCKED",
            Self::NotRestocked => "NOT_RESTOCKED",
            Self::Missing => "MISSING",
        }
    }
}

/// Units of a line that somebody decides of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) line: u64,
    pub(crate) quantity: i64,
    pub(crate) kind: Disposed,
    /// Where they can be sold again; None: where they were sent from.
    pub(crate) location: Option<LocationId>,
}

impl ReturnLine {
    /// Units that nobody has decided of.
    fn undecided(&self) -> i64 {
        self.quantity - self.dispositions.iter().map(|it| it.quantity).sum::<i64>()
    }
}

impl Return {
    pub(crate) fn is_open(&self) -> bool {
        self.lines.iter().any(|line| line.undecided() > 0)
    }
}

impl Order {
    fn returned(&self, line: u64) -> impl Iterator<Item = &ReturnLine> {
        self.returns.iter().flat_map(|it| &it.lines).filter(move |it| it.line == line)
    }

    /// Units of a line that returns have, and that were not paid back.
    pub(crate) fn in_returns(&self, line: u64) -> i64 {
        self.returned(line).map(|it| it.quantity - it.refunded).sum()
    }

    /// Units of a line that are on their way back.
    pub(crate) fn undecided(&self, line: u64) -> i64 {
        self.returned(line).map(ReturnLine::undecided).sum()
    }

    /// Notes that units of a return are paid back; whether it has that many, and decides of them.
    pub(super) fn pay_for(&mut self, returned: u64, lines: &[RefundLine]) -> bool {
        let Some(returned) = self.returns.iter_mut().find(|it| it.id == returned) else {
            return false;
        };
        lines.iter().all(|refunded| {
            let line = returned.lines.iter_mut().find(|it| it.line == refunded.line);
            refunded.restock == Restock::Nothing
                && line.is_some_and(|line| {
                    line.refunded += refunded.quantity;
                    line.refunded <= line.quantity
                })
        })
    }

    /// Where units of a line were sent from first.
    pub(super) fn sent_from(&self, line: u64) -> Option<LocationId> {
        let of_line = |sent: &&Fulfillment| sent.lines.iter().any(|(it, _)| *it == line);
        self.fulfillments.iter().find(of_line).map(|sent| sent.location)
    }
}

impl World {
    pub(super) fn bring_back(&mut self, id: u64, lines: &[(u64, i64)]) -> Result<u64, Refusal> {
        let mut order = self.order(id)?.clone();
        let mut wanted = BTreeMap::<u64, i64>::new();
        for (line, quantity) in lines {
            let units = wanted.entry(*line).or_default();
            *units += quantity;
            let sent = order.line(*line).map(|it| it.current - order.unfulfilled(*line));
            let fits = sent.is_some_and(|sent| *units <= sent - order.in_returns(*line));
            if *quantity <= 0 || !fits {
                return Err(Refusal::new(422, "fewer units of a line were sent than come back"));
            }
        }
        if wanted.is_empty() {
            return Err(Refusal::new(422, "a return has lines"));
        }
        let reverse = self.other_id();
        let mut brought = Vec::new();
        for (line, quantity) in wanted {
            let id = self.other_id();
            let dispositions = Vec::new();
            brought.push(ReturnLine { id, line, quantity, refunded: 0, dispositions });
        }
        let returned = Return { id: self.other_id(), reverse, at: self.now, lines: brought };
        self.reverse_orders.insert(reverse, order.id);
        order.returns.push(returned);
        self.put(order);
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }

    /// Decides what becomes of units that came back, of the oldest returns first.
    pub(super) fn dispose(&mut self, id: u64, decided: &[Decided]) -> Result<u64, Refusal> {
        let mut order = self.order(id)?.clone();
        let mut wanted = BTreeMap::<u64, i64>::new();
        for one in decided {
            let units = wanted.entry(one.line).or_default();
            *units += one.quantity;
            let known = one.location.is_none_or(|it| self.locations.contains_key(&it));
            if one.quantity <= 0 || *units > order.undecided(one.line) || !known {
                return Err(Refusal::new(422, "a line has fewer such units than are decided of"));
            }
        }
        if wanted.is_empty() {
            return Err(Refusal::new(422, "say of which lines"));
        }
        let mut changes = Vec::new();
        let mut told = BTreeSet::new();
        for one in decided {
            let place = one.location.or_else(|| order.sent_from(one.line));
            told.extend(self.decide(&mut order, one, place));
            let item = order.line(one.line).map(|line| line.item);
            if let (Disposed::Restocked, Some(item), Some(place)) = (one.kind, item, place) {
                changes.extend(self.shift((item, place), State::Available, one.quantity));
            }
        }
        self.record(Actor::Order, "restock", changes);
        self.put(order);
        for reverse in told {
            let payload = json!({
                "id": reverse, "admin_graphql_api_id": gid("ReverseFulfillmentOrder", reverse),
            });
            self.announce("REVERSE_FULFILLMENT_ORDERS_DISPOSE", &payload);
        }
        self.announce_order(id, "ORDERS_UPDATED");
        Ok(id)
    }

    /// Writes a decision down; at which reverse fulfilment orders.
    fn decide(
        &mut self,
        order: &mut Order,
        decided: &Decided,
        location: Option<LocationId>,
    ) -> Vec<u64> {
        let (mut left, mut told) = (decided.quantity, Vec::new());
        for returned in &mut order.returns {
            for line in returned.lines.iter_mut().filter(|line| line.line == decided.line) {
                let quantity = left.min(line.undecided());
                if quantity > 0 {
                    left -= quantity;
                    told.push(returned.reverse);
                    let (id, at, kind) = (self.other_id(), self.now, decided.kind);
                    line.dispositions.push(Disposition { id, at, kind, quantity, location });
                }
            }
        }
        told
    }
}
