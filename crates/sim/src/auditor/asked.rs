//! What was asked, by id: nothing may stand in the tables that nobody asked for.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    AnchorId, CountId, Effect, Micros, Movement, MovementId, MovementKind, OrderId, Place, Reason,
    plan::{
        command::{Body, Count, Fact, FollowOrder, UndoCount, Variance},
        view::Key,
    },
};
use uuid::Uuid;

use super::{Checked, at, must, shop};
use crate::{
    client::{Ask, Op, OpId},
    store::Tables,
    world,
};

/// Where everything was asked for: request and position in it.
#[derive(Default)]
pub(super) struct Asked {
    by_id: BTreeMap<Uuid, Vec<(OpId, usize)>>,
    verdicts: BTreeMap<MovementId, Vec<(OpId, usize)>>,
    closings: BTreeMap<OrderId, Vec<(OpId, usize)>>,
    follows: BTreeMap<OrderId, Vec<(OpId, usize)>>,
    closers: BTreeMap<CountId, Vec<(OpId, usize)>>,
    undos: BTreeMap<AnchorId, Vec<(OpId, usize)>>,
}

impl Asked {
    pub(super) fn add(&mut self, op: OpId, asks: &[Ask]) {
        for (n, ask) in asks.iter().enumerate() {
            let place = (op, n);
            let mut id = |id: Uuid| self.by_id.entry(id).or_default().push(place);
            match &ask.body {
                Body::Variance(v) => id(v.id.0),
                Body::Reverse(r) => id(r.id.0),
                Body::Record(facts) => facts.iter().for_each(|fact| id(fact.id.0)),
                Body::Count(count) => {
                    count.lines.iter().for_each(|line| id(line.id.0));
                    if let Some(closing) = count.closes {
                        self.closers.entry(closing.count).or_default().push(place);
                    }
                }
                Body::PlaceOrder(order) => {
                    id(order.id.0);
                    order.lines.iter().for_each(|line| id(line.id.0));
                }
                Body::Approve(v) | Body::Decline(v) => {
                    self.verdicts.entry(v.request).or_default().push(place);
                }
                Body::CancelOrder(order) => self.closings.entry(*order).or_default().push(place),
                Body::FulfillOrder(f) => self.closings.entry(f.order).or_default().push(place),
                Body::FollowOrder(follow) => {
                    follow.sales.iter().for_each(|sale| id(sale.id.0));
                    follow.returns.iter().for_each(|back| id(back.id.0));
                    self.follows.entry(follow.id).or_default().push(place);
                }
                Body::UndoCount(undo) => {
                    for line in &undo.lines {
                        self.undos.entry(line.id).or_default().push(place);
                    }
                }
            }
        }
    }

    /// How many times an id was given to something.
    pub(super) fn uses(&self, id: Uuid) -> usize {
        self.by_id.get(&id).map_or(0, Vec::len)
    }

    /// The states of a shop's order that anybody ever read.
    pub(super) fn states<'a>(
        &'a self,
        id: OrderId,
        ops: &'a [Op],
    ) -> impl Iterator<Item = &'a FollowOrder> {
        asks(self.follows.get(&id), ops).filter_map(|ask| match &ask.body {
            Body::FollowOrder(follow) => Some(follow),
            _ => None,
        })
    }

    /// Who asked for a work order to be closed, and with which lines.
    pub(super) fn closers<'a>(
        &'a self,
        id: CountId,
        ops: &'a [Op],
    ) -> impl Iterator<Item = (&'a Ask, &'a Count)> {
        asks(self.closers.get(&id), ops).filter_map(|ask| match &ask.body {
            Body::Count(count) => Some((ask, count)),
            _ => None,
        })
    }

    /// Who asked for a count line to be taken back that is the one at this place.
    fn undos<'a>(
        &'a self,
        id: AnchorId,
        key: Key,
        at: Micros,
        ops: &'a [Op],
    ) -> impl Iterator<Item = (&'a Ask, &'a UndoCount)> {
        asks(self.undos.get(&id), ops).filter_map(move |ask| match &ask.body {
            Body::UndoCount(undo) => {
                let line = undo.lines.iter().find(|line| line.id == id)?;
                let same = (undo.facility, line.sku) == key && line.at == at;
                let may = world::limits(ask.actor, undo.facility).is_some();
                (same && may).then_some((ask, undo))
            }
            _ => None,
        })
    }
}

fn asks<'a>(
    places: Option<&'a Vec<(OpId, usize)>>,
    ops: &'a [Op],
) -> impl Iterator<Item = &'a Ask> {
    let places = places.into_iter().flatten();
    places.filter_map(|(op, n)| ops.get(*op).and_then(|op| op.asks.get(*n)))
}

/// A movement is what somebody asked for.
pub(super) fn check_movement(asked: &Asked, ops: &[Op], m: &Movement, tables: &Tables) -> Checked {
    let own = || asks(asked.by_id.get(&m.id.0), ops);
    let right = match m.kind {
        MovementKind::Variance => {
            let verdicts = || asks(asked.verdicts.get(&m.id), ops);
            own().any(|ask| is_variance(ask, m, verdicts(), tables))
        }
        MovementKind::Reversal if undoes_count(m, tables) => {
            let line = m.reverses.map(|target| AnchorId(target.0));
            let key = (m.facility, m.sku);
            let mut undos =
                line.into_iter().flat_map(|line| asked.undos(line, key, m.effective_at, ops));
            undos.any(|(ask, undo)| ask.actor == m.actor && undo.note == m.note)
        }
        MovementKind::Reversal => own().any(|ask| match &ask.body {
            Body::Reverse(r) => {
                ask.actor == m.actor
                    && Some(r.target) == m.reverses
                    && may_post(m)
                    && r.note == m.note
            }
            _ => false,
        }),
        MovementKind::Count => own().any(|ask| match &ask.body {
            Body::Count(count) => count.lines.iter().any(|line| {
                (line.id.0, count.facility, line.sku) == (m.id.0, m.facility, m.sku)
                    && line.at == m.effective_at
            }),
            _ => false,
        }),
        MovementKind::LateCorrection => true,
        MovementKind::Reservation => {
            own().any(|ask| match &ask.body {
                Body::PlaceOrder(order) => order.lines.iter().any(|line| {
                    (line.id.0, line.facility, line.sku) == (m.id.0, m.facility, m.sku)
                        && line.quantity == m.quantity
                        && m.order_line == Some(line.id)
                        && happened(order.placed_at, m)
                        && (m.from, m.to) == (Place::Available, Place::Committed)
                }),
                _ => false,
            }) || is_followed(asked, ops, m, tables)
        }
        MovementKind::Release => {
            is_closing(asked, ops, m, tables) || is_followed(asked, ops, m, tables)
        }
        MovementKind::Sale if own().next().is_none() => {
            is_closing(asked, ops, m, tables) || is_followed(asked, ops, m, tables)
        }
        _ => own().any(|ask| match &ask.body {
            Body::Record(facts) => facts.iter().any(|fact| is_fact(fact, m)),
            Body::FollowOrder(follow) => shop::happened(follow, m),
            _ => false,
        }),
    };
    must!(right, "nobody asked for {}: {m:?}", at(m.facility, m.seq));
    // One id for two things at two facilities at once is seen by nobody: they share no lock.
    let request = tables.requests.get(&m.id).filter(|r| r.facility == m.facility);
    let request = request.filter(|_| m.kind != MovementKind::Variance);
    must!(request.is_none(), "{m:?} has the id of the request {request:?}");
    Ok(())
}

/// Whether it takes back what a count posted.
fn undoes_count(m: &Movement, tables: &Tables) -> bool {
    let target = m.reverses.and_then(|target| tables.movement(target));
    target.is_some_and(|target| target.kind == MovementKind::Count)
}

/// When it happened: as asked, or when it was recorded; nothing happens after it is recorded.
fn happened(asked: Option<Micros>, m: &Movement) -> bool {
    m.effective_at == asked.unwrap_or(m.recorded_at).min(m.recorded_at)
}

fn ends(reason: &Reason, quantity: i64) -> (Place, Place) {
    let (Effect::External(other) | Effect::State(other)) = reason.effect;
    if quantity < 0 { (Place::Available, other) } else { (other, Place::Available) }
}

fn is_variance<'a>(
    ask: &Ask,
    m: &Movement,
    mut verdicts: impl Iterator<Item = &'a Ask>,
    tables: &Tables,
) -> bool {
    let Body::Variance(v) = &ask.body else { return false };
    let Variance { facility, sku, quantity, reason, note, .. } = v;
    let content = (*facility, *sku, quantity.abs(), ends(reason, *quantity), note)
        == (m.facility, m.sku, m.quantity, (m.from, m.to), &m.note)
        && m.reason.as_ref() == Some(&reason.code);
    // Another facility's request may have the same id from the same moment.
    let request = tables.requests.get(&m.id).filter(|r| r.facility == m.facility);
    let posted = match request {
        None => ask.actor == m.actor && may_post(m) && happened(v.effective_at, m),
        Some(request) => {
            let seen = v.effective_at.is_none_or(|at| request.effective_at <= at);
            let approved = verdicts.any(|verdict| {
                matches!(verdict.body, Body::Approve(_)) && verdict.actor == m.actor
            });
            request.reported_by == ask.actor && seen && approved && may_post(m)
        }
    };
    content && posted
}

/// Whether the actor's limits reach that far, for one variance.
fn may_post(m: &Movement) -> bool {
    let Some(limits) = world::limits(m.actor, m.facility) else { return false };
    let value = m.unit_cost.map_or(0, |cost| cost.0 * m.quantity);
    let units = limits.variance_units_max.is_none_or(|max| m.quantity <= max);
    // The unit cost of a fact is not what its undoing is measured by.
    let measured = m.kind == MovementKind::Variance;
    units && (!measured || limits.variance_value_max.is_none_or(|max| value <= max.0))
}

fn is_fact(fact: &Fact, m: &Movement) -> bool {
    use MovementKind::{Opening, Receipt, Return, Sale, TransferIn, TransferOut};
    let ends = match (fact.kind, fact.order_line) {
        (Opening, None) if fact.quantity < 0 => (Place::Available, Place::Opening),
        (Opening, None) => (Place::Opening, Place::Available),
        (Receipt, None) => (Place::Supplier, Place::Available),
        (Sale, None) => (Place::Available, Place::Customer),
        (Sale, Some(_)) => (Place::Committed, Place::Customer),
        (Return, None) => (Place::Customer, Place::Available),
        (TransferOut, None) => (Place::Available, Place::Transit),
        (TransferIn, None) => (Place::Transit, Place::Available),
        _ => return false,
    };
    (fact.id, fact.facility, fact.sku, fact.kind) == (m.id, m.facility, m.sku, m.kind)
        && fact.quantity.abs() == m.quantity
        && ends == (m.from, m.to)
        && happened(fact.effective_at, m)
        && (&fact.origin_key, &fact.note) == (&m.origin_key, &m.note)
        && fact.order_line == m.order_line
}

/// What takes an order of a shop from one state to another: whether the numbers are right is seen
/// where the order is ([`shop::check`]).
fn is_followed(asked: &Asked, ops: &[Op], m: &Movement, tables: &Tables) -> bool {
    let mut orders = tables.orders.values().filter(|(order, _)| order.followed.is_some());
    let Some((order, _)) = orders.find(|(_, fingerprint)| *fingerprint == m.fingerprint) else {
        return false;
    };
    let here = m.order_line.is_none_or(|line| {
        let rows = &mut order.lines.iter();
        rows.any(|row| (row.id, row.facility, row.sku) == (line, m.facility, m.sku))
    });
    here && asked.states(order.id, ops).any(|state| shop::leads_to(state, m))
}

/// What follows from an order's closing: a release of a cancelled one, a sale of a sent one.
fn is_closing(asked: &Asked, ops: &[Op], m: &Movement, tables: &Tables) -> bool {
    let Some(line) = m.order_line else { return false };
    let Some(order) = tables.lines.get(&line).and_then(|order| tables.orders.get(order)) else {
        return false;
    };
    let here = order
        .0
        .lines
        .iter()
        .any(|row| (row.id, row.facility, row.sku) == (line, m.facility, m.sku));
    let cancels = m.kind == MovementKind::Release;
    let to = if cancels { Place::Available } else { Place::Customer };
    let closed = asks(asked.closings.get(&order.0.id), ops).any(|ask| match &ask.body {
        Body::CancelOrder(_) => cancels && happened(None, m),
        Body::FulfillOrder(f) => !cancels && happened(f.effective_at, m),
        _ => false,
    });
    here && closed && (m.from, m.to) == (Place::Committed, to)
}

/// A count is what somebody counted.
pub(super) fn check_anchor(
    asked: &Asked,
    ops: &[Op],
    key: Key,
    time: Micros,
    tables: &Tables,
) -> Checked {
    let Some(anchor) = tables.anchors.get(&key).and_then(|anchors| anchors.get(&time)) else {
        must!(false, "the count of {key:?} at {} is gone", time.0);
        return Ok(());
    };
    let right = asks(asked.by_id.get(&anchor.id.0), ops).any(|ask| match &ask.body {
        Body::Count(count) => {
            let closes = count.closes.is_none_or(|closing| {
                let order = tables.counts.get(&closing.count);
                order.is_some_and(|order| order.closed_by == Some(ask.actor))
            });
            closes
                && count.lines.iter().any(|line| {
                    (line.id, line.counted, line.at) == (anchor.id, anchor.counted, time)
                        && (count.facility, line.sku) == key
                })
        }
        _ => false,
    });
    must!(right, "nobody counted {anchor:?} of {key:?} at {}", time.0);
    let wanted = !anchor.voided || asked.undos(anchor.id, key, time, ops).next().is_some();
    must!(wanted, "nobody asked for {anchor:?} of {key:?} to be taken back");
    Ok(())
}

/// Whatever was taken back stands in the audit, by the first line of what was asked.
pub(super) fn check_undone(asked: &Asked, ops: &[Op], tables: &Tables) -> Checked {
    let undos = tables.audit.iter().filter(|row| row.action == "count.undo");
    let told: BTreeSet<Uuid> = undos.map(|row| row.subject).collect();
    for (key, anchors) in &tables.anchors {
        for (at, anchor) in anchors.iter().filter(|(_, anchor)| anchor.voided) {
            let mut undos = asked.undos(anchor.id, *key, *at, ops);
            let audited = undos.any(|(_, undo)| {
                undo.lines.first().is_some_and(|first| told.contains(&first.id.0))
            });
            must!(audited, "that {anchor:?} was taken back is not in the audit");
        }
    }
    Ok(())
}
