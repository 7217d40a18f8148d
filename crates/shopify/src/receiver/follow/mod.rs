//! What an order of the shop means for the ledger: no I/O, no clock, no chance.
//!
//! All ids are derived from the shop's own, so that the same order means the same however often
//! and by whomever it is read.

mod back;
mod line;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use onhand_domain::{
    ChannelId, FacilityId, Micros, MovementId, OrderId, OrderLineId, SkuId,
    plan::command::{FollowLine, FollowOrder, FollowReturn, FollowSale},
};
use onhand_store::channels::{OrderGround, ShopThing};
use uuid::Uuid;

use self::line::Line;
use crate::read::Order;

/// What an order is read by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The shop.
    pub channel: ChannelId,
    /// Since when its orders are followed; what was sold before is in the stock that was taken in.
    pub from: Option<Micros>,
    /// What it has to do with here.
    pub ground: &'a OrderGround,
}

/// What an order means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The order, for the ledger.
    pub order: FollowOrder,
    /// What could not be said.
    pub left_out: Vec<LeftOut>,
}

/// A part of an order that means nothing here, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Nobody has said which SKU the item is.
    Item(String),
    /// No facility stands behind the location.
    Location(String),
    /// Units whose location is gone, or was never told.
    Nowhere(String),
    /// Units of which the shop says something that this program does not know.
    Unknown(String),
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(item) => write!(f, "{item} is no SKU"),
            Self::Location(location) => write!(f, "no facility stands behind {location}"),
            Self::Nowhere(line) => write!(f, "where units of {line} are is not known"),
            Self::Unknown(line) => write!(f, "what became of units of {line} is not known"),
        }
    }
}

impl Meaning {
    /// Whether the ledger has anything to do with it.
    pub fn is_empty(&self) -> bool {
        self.order.parts() == 0
    }

    /// What was left out, in words; none where it is nothing.
    pub fn left_out(&self) -> Option<String> {
        let words: Vec<String> = self.left_out.iter().map(ToString::to_string).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// Our id of an order of the shop.
pub fn order_id(channel: ChannelId, order: &str) -> OrderId {
    OrderId(derived(channel, &format!("order {order}")))
}

/// Our id of what a line of the shop's order has at a facility.
fn line_id(channel: ChannelId, line: &str, facility: FacilityId, sku: SkuId) -> OrderLineId {
    OrderLineId(derived(channel, &format!("order line {line} {facility} {sku}")))
}

fn derived(channel: ChannelId, what: &str) -> Uuid {
    MovementId::derived(channel.0, what, 0).0
}

/// What an order means.
pub fn meaning(terms: Terms<'_>, order: &Order) -> Meaning {
    let mut reading = Reading {
        terms,
        order,
        chosen: BTreeMap::new(),
        taken: BTreeMap::new(),
        left_out: Vec::new(),
        sales: Vec::new(),
        returns: Vec::new(),
    };
    let mut lines = Vec::new();
    for line in &order.lines {
        let Some(sku) = reading.sku_of(line) else { continue };
        lines.extend(Line::of(line, sku).read(&mut reading));
    }
    let is_idle = |line: &FollowLine| line.open == 0 && line.dropped == 0;
    let at_a_till = order.head.source_name.as_deref() == Some("pos");
    if at_a_till && terms.ground.lines.is_empty() && lines.iter().all(is_idle) {
        // Handed over at once: nothing of it was ever promised.
        lines.clear();
        reading.sales.iter_mut().for_each(|sale| sale.line = None);
    }
    reading.left_out.sort();
    reading.left_out.dedup();
    let follow = FollowOrder {
        id: order_id(terms.channel, &order.head.id),
        name: order.head.name.clone(),
        channel: terms.channel.to_string(),
        placed_at: micros(order.head.created_at),
        due_at: None,
        version: micros(order.head.updated_at),
        cancelled: order.head.cancelled_at.is_some(),
        lines,
        sales: reading.sales,
        returns: reading.returns,
    };
    Meaning { order: follow, left_out: reading.left_out }
}

fn micros(at: Timestamp) -> Micros {
    Micros(at.as_microsecond())
}

/// The number at the end of a global id.
fn number_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// An order while it is read.
struct Reading<'a> {
    terms: Terms<'a>,
    order: &'a Order,
    /// Which facility of several behind a location a line is at.
    chosen: BTreeMap<(&'a str, &'a str), FacilityId>,
    /// What lines of this order were put down for already.
    taken: BTreeMap<(FacilityId, SkuId), i64>,
    left_out: Vec<LeftOut>,
    sales: Vec<FollowSale>,
    returns: Vec<FollowReturn>,
}

impl<'a> Reading<'a> {
    /// What a line is here; none where it is nothing of ours.
    fn sku_of(&mut self, line: &'a crate::read::OrderLine) -> Option<SkuId> {
        let parts = self.order.assignments.iter().flat_map(|part| &part.lines);
        // The variant may be gone while its units wait to be sent.
        let assigned = parts.filter(|part| part.line == line.id).find_map(|p| p.item.as_deref());
        // Neither: something that was made up for this order, of which nobody keeps stock.
        let item = line.item.as_deref().or(assigned)?;
        match self.terms.ground.items.get(item) {
            Some(ShopThing::Sku(sku)) => return Some(*sku),
            Some(ShopThing::Untracked) => return None,
            Some(ShopThing::Unmatched) | None => {}
        }
        let known = self.known(&line.id).next().map(|(_, known)| known.sku);
        if known.is_none() {
            self.left_out.push(LeftOut::Item(item.to_owned()));
        }
        known
    }

    /// What is followed of a line of the shop already.
    fn known(
        &self,
        line: &'a str,
    ) -> impl Iterator<Item = (OrderLineId, onhand_store::channels::FollowedLine)> + use<'a> {
        let channel = self.terms.channel;
        let all = self.terms.ground.lines.iter().map(|(id, known)| (*id, *known));
        all.filter(move |(id, known)| line_id(channel, line, known.facility, known.sku) == *id)
    }

    /// The facility where units of a line are that the shop has at a location. Where several stand
    /// behind it: the one that has the line already, else the one that has most.
    fn place(
        &mut self,
        line: &'a str,
        sku: SkuId,
        location: Option<&'a str>,
        units: i64,
    ) -> Option<FacilityId> {
        let Some(location) = location else {
            self.left_out.push(LeftOut::Nowhere(line.to_owned()));
            return None;
        };
        let behind = self.terms.ground.locations.get(location).map_or(&[][..], Vec::as_slice);
        match behind {
            [] => {
                self.left_out.push(LeftOut::Location(location.to_owned()));
                None
            }
            [only] => Some(*only),
            several => {
                if let Some(chosen) = self.chosen.get(&(line, location)) {
                    return Some(*chosen);
                }
                let chosen = self.choose(line, sku, several)?;
                *self.taken.entry((chosen, sku)).or_default() += units;
                self.chosen.insert((line, location), chosen);
                Some(chosen)
            }
        }
    }

    fn choose(&self, line: &'a str, sku: SkuId, several: &[FacilityId]) -> Option<FacilityId> {
        let known = self.known(line).filter(|(_, known)| several.contains(&known.facility));
        // Of two that had it, the one that has some of it now.
        if let Some((_, known)) = known.max_by_key(|(_, known)| (known.open, known.dropped)) {
            return Some(known.facility);
        }
        let has = |facility: &FacilityId| {
            let key = (*facility, sku);
            let available = self.terms.ground.available.get(&key).copied().unwrap_or_default();
            let taken = self.taken.get(&key).copied().unwrap_or_default();
            available.saturating_sub(taken)
        };
        // The first of those that have as many.
        several.iter().rev().max_by_key(|facility| has(facility)).copied()
    }

    /// Whether something happened since the shop's orders are followed.
    fn is_ours(&self, at: Timestamp) -> bool {
        self.terms.from.is_none_or(|from| micros(at) >= from)
    }

    fn key(&self, what: &str, id: &str) -> String {
        let order = number_of(&self.order.head.id);
        format!("{}/orders/{order}/{what}/{}", self.terms.channel, number_of(id))
    }
}
