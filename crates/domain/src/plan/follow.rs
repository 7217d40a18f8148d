//! Orders of a shop: the ledger follows what the shop says, and posts the difference.
//!
//! A shop tells of its orders in messages that come twice, late, in any order or not at all. So
//! nothing here rests on messages: [`FollowOrder`] is an order as it was read at one moment. Two
//! kinds of things make it up. What *happened* (units sold, units brought back) has an id for
//! ever, and is posted once. What *is* (units promised, units that were taken off the order and
//! are gone) is a number, and the newest state says which. A state that is older than the one
//! followed last changes nothing.
//!
//! So the ledger is a function of the newest state, whatever was read before it, how often and in
//! which order: wherever a unit is taken from on the way, `committed` ends as what is open,
//! `customer` as what was sold less what came back, `shrink` as what is gone, and `available` pays
//! for all of them.
//!
//! What the shop says has happened. It is accepted even where the record goes negative, and is
//! never refused for its time.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    encode::Hash,
    ids::{MovementId, OrderLineId},
    money::Money,
    movement::MovementKind,
    order::{Order, OrderLine, OrderStatus},
    place::Place,
    time::Micros,
};

use super::{
    DOCUMENT_LINES_MAX, NAME_CHARS_MAX, QUANTITY_MAX,
    command::{Authority, FollowLine, FollowOrder},
    desk::{Desk, Entry, replay},
    outcome::{Followed, Outcome, Refusal},
    view::Key,
    within,
};

/// Takes the ledger to where the shop has the order.
pub(super) fn follow(
    desk: &mut Desk<'_>,
    authority: &Authority,
    asked: &FollowOrder,
) -> Result<Outcome, Refusal> {
    check_form(asked)?;
    let fingerprint = asked.fingerprint();
    let before = match desk.order(asked.id) {
        None => None,
        Some((order, first)) if *first == fingerprint => Some(order.clone()),
        Some(_) => return Err(Refusal::IdReused(asked.id.0)),
    };
    if before.as_ref().is_some_and(|order| order.followed > Some(asked.version)) {
        let outdated = Followed { order: before, outdated: true, ..Followed::default() };
        return Ok(Outcome::Followed(outdated));
    }
    let mut work = Following::new(desk, authority, asked, fingerprint, before)?;
    // What gives units back comes before what takes them: a record that is right must not look
    // wrong in between, or somebody is sent to count for nothing.
    work.take_back()?;
    work.sell()?;
    work.drop_units()?;
    work.release()?;
    work.promise()?;
    Ok(Outcome::Followed(work.finish()))
}

/// What can't be the state of any order.
fn check_form(asked: &FollowOrder) -> Result<(), Refusal> {
    if asked.parts() > DOCUMENT_LINES_MAX {
        return Err(Refusal::Lines { lines: asked.parts(), max: DOCUMENT_LINES_MAX });
    }
    within("name", Some(&asked.name), NAME_CHARS_MAX)?;
    within("channel", Some(&asked.channel), NAME_CHARS_MAX)?;
    for line in &asked.lines {
        for quantity in [line.ordered, line.open, line.dropped] {
            check_quantity(quantity)?;
        }
    }
    let sales = asked.sales.iter().map(|sale| (sale.id, sale.quantity, &sale.origin_key));
    let returns = asked.returns.iter().map(|back| (back.id, back.quantity, &back.origin_key));
    let mut ids = BTreeSet::new();
    for (id, quantity, origin_key) in sales.chain(returns) {
        check_quantity(quantity)?;
        if quantity == 0 {
            return Err(Refusal::ZeroQuantity);
        }
        within("source key", Some(origin_key), NAME_CHARS_MAX)?;
        // The second of two with one id would be taken for the first, and be lost.
        if !ids.insert(id) {
            return Err(Refusal::IdReused(id.0));
        }
    }
    Ok(())
}

const fn check_quantity(quantity: i64) -> Result<(), Refusal> {
    match quantity {
        i64::MIN..0 => Err(Refusal::NegativeQuantity),
        0..=QUANTITY_MAX => Ok(()),
        _ => Err(Refusal::OversizedQuantity { max: QUANTITY_MAX }),
    }
}

/// An order on its way to where the shop has it.
struct Following<'d, 'v> {
    desk: &'d mut Desk<'v>,
    authority: &'d Authority,
    asked: &'d FollowOrder,
    fingerprint: Hash,
    /// The order as it was; none the first time.
    before: Option<Order>,
    /// Its lines as they are by now.
    lines: BTreeMap<OrderLineId, OrderLine>,
    done: Followed,
}

/// Units that leave the facility.
struct Leaving<'a> {
    id: MovementId,
    key: Key,
    line: Option<OrderLineId>,
    quantity: i64,
    kind: MovementKind,
    to: Place,
    at: Micros,
    origin_key: Option<&'a str>,
    unit_cost: Option<Money>,
}

impl<'d, 'v> Following<'d, 'v> {
    fn new(
        desk: &'d mut Desk<'v>,
        authority: &'d Authority,
        asked: &'d FollowOrder,
        fingerprint: Hash,
        before: Option<Order>,
    ) -> Result<Self, Refusal> {
        let known = before.iter().flat_map(|order| &order.lines);
        let mut lines: BTreeMap<_, _> =
            known.map(|line| (line.id, OrderLine { quantity: 0, ..line.clone() })).collect();
        let mut named = BTreeSet::new();
        for FollowLine { id, facility, sku, ordered, .. } in asked.lines.iter().copied() {
            if !named.insert(id) {
                return Err(Refusal::IdReused(id.0));
            }
            if !lines.contains_key(&id) {
                desk.open_for((facility, sku))?;
            }
            let new = OrderLine { id, facility, sku, quantity: 0, open_quantity: 0, dropped: 0 };
            let line = lines.entry(id).or_insert(new);
            if (line.facility, line.sku) != (facility, sku) {
                return Err(Refusal::UnknownOrderLine(id));
            }
            line.quantity = ordered;
        }
        let done = Followed::default();
        Ok(Self { desk, authority, asked, fingerprint, before, lines, done })
    }

    /// What came back and is not in the ledger yet.
    fn take_back(&mut self) -> Result<(), Refusal> {
        for back in &self.asked.returns {
            if self.has_happened(back.id)? {
                continue;
            }
            let key = (back.facility, back.sku);
            let unit_cost = self.desk.open_for(key)?.cost;
            let at = self.desk.since_opening(back.facility, back.at);
            let ends = (Place::Customer, Place::Available);
            let entry = self.entry(back.id, key, MovementKind::Return, back.quantity, ends);
            let (effective_at, origin_key) = (Some(at), Some(back.origin_key.as_str()));
            self.post(&Entry { effective_at, origin_key, unit_cost, ..entry })?;
        }
        Ok(())
    }

    /// What was sold and is not in the ledger yet.
    fn sell(&mut self) -> Result<(), Refusal> {
        for sale in &self.asked.sales {
            if self.has_happened(sale.id)? {
                continue;
            }
            let key = (sale.facility, sale.sku);
            let unit_cost = self.desk.open_for(key)?.cost;
            self.leave(&Leaving {
                id: sale.id,
                key,
                line: sale.line,
                quantity: sale.quantity,
                kind: MovementKind::Sale,
                to: Place::Customer,
                at: sale.at,
                origin_key: Some(&sale.origin_key),
                unit_cost,
            })?;
        }
        Ok(())
    }

    /// Units that the shop took off the order without taking them back to stock: to the shop,
    /// too, they are promised no more and not available again. Those that it was mistaken about
    /// are promised again.
    fn drop_units(&mut self) -> Result<(), Refusal> {
        let lines: Vec<OrderLine> = self.lines.values().cloned().collect();
        let wanted = self.wanted();
        for line in lines {
            let wanted = wanted.get(&line.id);
            let dropped = wanted.map_or(0, |wanted| wanted.dropped);
            let at = wanted.and_then(|wanted| wanted.dropped_at).unwrap_or(self.asked.version);
            let key = (line.facility, line.sku);
            // Both are within 0..=QUANTITY_MAX.
            let more = dropped.saturating_sub(line.dropped);
            if more > 0 {
                self.leave(&Leaving {
                    id: self.fresh_id(&line),
                    key,
                    line: Some(line.id),
                    quantity: more,
                    kind: MovementKind::Release,
                    to: Place::Shrink,
                    at,
                    origin_key: None,
                    unit_cost: None,
                })?;
            } else if more < 0 {
                let ends = (Place::Shrink, Place::Committed);
                let effective_at = Some(self.desk.since_opening(line.facility, at));
                self.change_promise(&line, more.saturating_neg(), ends, effective_at)?;
            }
            if let Some(line) = self.lines.get_mut(&line.id) {
                line.dropped = dropped;
            }
        }
        Ok(())
    }

    /// Lines that have more promised than the shop says.
    fn release(&mut self) -> Result<(), Refusal> {
        for (line, less) in self.apart(i64::saturating_sub) {
            self.change_promise(&line, less, (Place::Committed, Place::Available), None)?;
        }
        Ok(())
    }

    /// Lines that have less promised than the shop says.
    fn promise(&mut self) -> Result<(), Refusal> {
        for (line, more) in self.apart(|has, wants| wants.saturating_sub(has)) {
            self.desk.open_for((line.facility, line.sku))?;
            self.change_promise(&line, more, (Place::Available, Place::Committed), None)?;
        }
        Ok(())
    }

    /// The lines that are apart from what the shop says, and how far.
    fn apart(&self, by: impl Fn(i64, i64) -> i64) -> Vec<(OrderLine, i64)> {
        let wanted = self.wanted();
        let open = |line: &OrderLine| wanted.get(&line.id).map_or(0, |wanted| wanted.open);
        let lines = self.lines.values();
        let apart = lines.map(|line| (line.clone(), by(line.open_quantity, open(line))));
        apart.filter(|(_, units)| *units > 0).collect()
    }

    fn wanted(&self) -> BTreeMap<OrderLineId, FollowLine> {
        self.asked.lines.iter().map(|line| (line.id, *line)).collect()
    }

    /// Units leave: first those that are promised to the line, then from what is available, as
    /// where the order is heard of only when it is on its way.
    fn leave(&mut self, leaving: &Leaving<'_>) -> Result<(), Refusal> {
        let Leaving { id, key, quantity, kind, to, .. } = *leaving;
        let line = leaving.line.and_then(|id| self.lines.get_mut(&id));
        let mut line = line.filter(|line| (line.facility, line.sku) == key);
        let open = line.as_ref().map_or(0, |line| line.open_quantity);
        let promised = quantity.min(open);
        if let Some(line) = line.as_mut() {
            line.open_quantity = open.saturating_sub(promised);
        }
        let order_line = line.map(|line| line.id);
        let shared = Entry {
            effective_at: Some(self.desk.since_opening(key.0, leaving.at)),
            origin_key: leaving.origin_key,
            unit_cost: leaving.unit_cost,
            ..self.entry(id, key, kind, quantity, (Place::Available, to))
        };
        if promised > 0 {
            let ends = (Place::Committed, to);
            self.post(&Entry { quantity: promised, ends, order_line, ..shared })?;
        }
        let rest = quantity.saturating_sub(promised);
        if rest > 0 {
            let id = if promised > 0 { MovementId::derived(id.0, kind.code(), 1) } else { id };
            // Without the line: what names a line is taken from its promise.
            self.post(&Entry { id, quantity: rest, ..shared })?;
        }
        Ok(())
    }

    /// Takes units into a line's promise, or out of it.
    fn change_promise(
        &mut self,
        line: &OrderLine,
        units: i64,
        ends: (Place, Place),
        effective_at: Option<Micros>,
    ) -> Result<(), Refusal> {
        let (kind, change) = match ends {
            (_, Place::Committed) => (MovementKind::Reservation, units),
            _ => (MovementKind::Release, units.saturating_neg()),
        };
        let key = (line.facility, line.sku);
        let entry = self.entry(self.fresh_id(line), key, kind, units, ends);
        self.post(&Entry { effective_at, order_line: Some(line.id), ..entry })?;
        if let Some(line) = self.lines.get_mut(&line.id) {
            line.open_quantity = line.open_quantity.saturating_add(change);
        }
        Ok(())
    }

    /// An id for what a line's numbers come to now. The same numbers may come again, so it is told
    /// by where in the facility's ledger it will stand, which is under our lock.
    fn fresh_id(&self, line: &OrderLine) -> MovementId {
        MovementId::derived(line.id.0, "follow", self.desk.seq(line.facility))
    }

    /// Whether an event of this order is in the ledger already.
    fn has_happened(&self, id: MovementId) -> Result<bool, Refusal> {
        if self.desk.request(id).is_some() {
            return Err(Refusal::IdReused(id.0));
        }
        Ok(replay(self.desk, id, &self.fingerprint)?.is_some())
    }

    const fn entry<'e>(
        &self,
        id: MovementId,
        key: Key,
        kind: MovementKind,
        quantity: i64,
        ends: (Place, Place),
    ) -> Entry<'e> {
        Entry {
            id,
            key,
            kind,
            quantity,
            ends,
            reason: None,
            effective_at: None,
            origin_key: None,
            note: None,
            reverses: None,
            corrects: None,
            order_line: None,
            unit_cost: None,
            fingerprint: self.fingerprint,
        }
    }

    fn post(&mut self, entry: &Entry<'_>) -> Result<(), Refusal> {
        let (movement, corrections) = self.desk.post(self.authority, entry)?;
        self.done.movements.push(movement);
        self.done.corrections.extend(corrections);
        Ok(())
    }

    /// The order as it stands, for the batch and for the database.
    fn finish(self) -> Followed {
        let Self { desk, authority, asked, fingerprint, before, lines, mut done } = self;
        let lines: Vec<OrderLine> = lines.into_values().collect();
        let status = status(asked, &lines);
        let is_news = before.as_ref().is_none_or(|before| before.status != status);
        if !done.movements.is_empty() || is_news && !lines.is_empty() {
            desk.audit(authority, "order.follow", None, asked.id.0);
        }
        // A sale at a till: it has been over since it began.
        if lines.is_empty() {
            return done;
        }
        let placed_at = before.as_ref().map_or(asked.placed_at.min(desk.now()), |o| o.placed_at);
        let order = Order {
            id: asked.id,
            name: asked.name.clone(),
            channel: asked.channel.clone(),
            placed_at,
            due_at: asked.due_at,
            status,
            followed: Some(asked.version),
            lines,
        };
        match &before {
            None => desk.draft().orders.push((order.clone(), fingerprint)),
            Some(before) if *before != order => write_changes(desk, before, &order),
            Some(_) => {}
        }
        desk.set_order(order.clone(), fingerprint);
        done.order = Some(order);
        done
    }
}

/// How an order stands whose lines are these.
fn status(asked: &FollowOrder, lines: &[OrderLine]) -> OrderStatus {
    if lines.iter().any(|line| line.open_quantity > 0) {
        OrderStatus::Open
    } else if asked.cancelled {
        OrderStatus::Cancelled
    } else {
        OrderStatus::Fulfilled
    }
}

/// The rows of a known order that differ.
fn write_changes(desk: &mut Desk<'_>, before: &Order, order: &Order) {
    let known: BTreeMap<_, _> = before.lines.iter().map(|line| (line.id, line)).collect();
    for line in &order.lines {
        match known.get(&line.id) {
            None => desk.draft().added_lines.push((order.id, order.placed_at, line.clone())),
            Some(known) if *known != line => desk.draft().order_lines.push(line.clone()),
            Some(_) => {}
        }
    }
    desk.draft().followed.push(order.clone());
}
