//! Answers: what a client was told stands in the tables at once and for ever, and is never told
//! otherwise.

use std::collections::BTreeMap;

use onhand_domain::{
    FacilityId, MovementId,
    count::CountStatus,
    order::{Order, OrderStatus},
    plan::{
        command::{Body, Count},
        outcome::{Outcome, Posted, Refusal},
        view::WorkOrder,
    },
    request::RequestStatus,
};
use uuid::Uuid;

use super::{Checked, asked::Asked, must, requests::asked_for, shop};
use crate::{
    client::{Ask, Op, OpId, Reply},
    store::Tables,
    world,
};

/// Everything that clients were told.
#[derive(Default)]
pub(super) struct Answers {
    /// What was done, the first time that it was told, by request and position.
    told: BTreeMap<(OpId, usize), Told>,
    /// The step at which the latest answer arrived.
    pub(super) step: u64,
    /// The steps at which movements, requests and orders were first told of.
    heard: BTreeMap<(Thing, Uuid), u64>,
    /// By facility, the highest number told of up to a step.
    seqs: BTreeMap<FacilityId, Vec<(u64, i64)>>,
}

/// What an id belongs to: the same one may be a movement's and an order's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Movement,
    Request,
    Order,
}

struct Told {
    ask: Ask,
    outcome: Outcome,
    /// The step at which it was told first: whoever asks after it must be told the same.
    step: u64,
    /// Told as done just now, by the attempt sent at this step.
    fresh: Option<u64>,
}

impl Answers {
    pub(super) fn told(
        &mut self,
        asked: &Asked,
        op: OpId,
        request: &Op,
        sent: u64,
        reply: &Reply,
        tables: &Tables,
    ) -> Checked {
        let outcomes = match reply {
            Reply::Failed => return Ok(()),
            Reply::NotFound => return self.check_not_found(request, sent),
            Reply::Done(outcomes) => outcomes,
        };
        must!(outcomes.len() == request.asks.len(), "op {op} has {} answers", outcomes.len());
        for (n, (ask, outcome)) in request.asks.iter().zip(outcomes).enumerate() {
            let before = self.told.get(&(op, n));
            if let Outcome::Refused(refusal) = outcome {
                let before = before.filter(|before| before.step < sent);
                let excused = is_undone(ask, refusal, tables) || is_shared(refusal, tables);
                if let Some(before) = before.filter(|_| !excused) {
                    let first = &before.outcome;
                    must!(false, "op {op} was told {first:?}, asked again, was told {refusal:?}");
                }
                self.check_refusal(asked, ask, refusal, sent, tables)?;
                continue;
            }
            check_rows(ask, outcome, tables)?;
            self.check_order(asked, op, request, outcome)?;
            let fresh =
                matches!(outcome, Outcome::Posted(posted) if !posted.replay).then_some(sent);
            if let Some(before) = before {
                let first = &before.outcome;
                let same = is_same(first, outcome)
                    || is_told_briefly(ask, first, outcome)
                    || (sent < before.step && is_from_before(first, outcome));
                must!(same, "op {op} was told {first:?}, then {outcome:?}");
                let twice = fresh.is_some() && before.fresh.is_some() && fresh != before.fresh;
                must!(!twice, "op {op} was told twice that it was done just now: {outcome:?}");
            }
            let step = self.step;
            let told = Told { ask: ask.clone(), outcome: outcome.clone(), step, fresh };
            let row = self.told.entry((op, n)).or_insert(told);
            row.fresh = row.fresh.or(fresh);
        }
        Ok(())
    }

    pub(super) fn heard(&mut self, step: u64, outcomes: &[Outcome]) {
        for outcome in outcomes {
            match outcome {
                Outcome::Posted(posted) => {
                    for m in posted.movements.iter().chain(&posted.corrections) {
                        self.heard.entry((Thing::Movement, m.id.0)).or_insert(step);
                        let seqs = self.seqs.entry(m.facility).or_default();
                        if seqs.last().is_none_or(|(_, seq)| *seq < m.seq) {
                            seqs.push((step, m.seq));
                        }
                    }
                }
                Outcome::Requested(r) | Outcome::Declined(r) => {
                    self.heard.entry((Thing::Request, r.id.0)).or_insert(step);
                }
                Outcome::Ordered(order) => {
                    self.heard.entry((Thing::Order, order.id.0)).or_insert(step);
                }
                Outcome::Followed(followed) => {
                    for m in followed.movements.iter().chain(&followed.corrections) {
                        self.heard.entry((Thing::Movement, m.id.0)).or_insert(step);
                    }
                    if let Some(order) = &followed.order {
                        self.heard.entry((Thing::Order, order.id.0)).or_insert(step);
                    }
                }
                Outcome::Refused(_) => {}
            }
        }
    }

    /// Whether a client had been told of it before the step.
    fn knew(&self, thing: Thing, id: Uuid, step: u64) -> bool {
        self.heard.get(&(thing, id)).is_some_and(|heard| *heard < step)
    }

    /// What was acknowledged before a request began is there for it.
    fn check_order(&self, asked: &Asked, op: OpId, request: &Op, outcome: &Outcome) -> Checked {
        let Outcome::Posted(Posted { movements, corrections, replay: false }) = outcome else {
            return Ok(());
        };
        for m in movements.iter().chain(corrections).filter(|m| asked.uses(m.id.0) <= 1) {
            let Some(seqs) = self.seqs.get(&m.facility) else { continue };
            let known = seqs.partition_point(|(step, _)| *step < request.started);
            let Some((_, before)) = known.checked_sub(1).and_then(|at| seqs.get(at)) else {
                continue;
            };
            let (seq, at) = (m.seq, m.facility);
            must!(seq > *before, "op {op} posted {seq} at {at} after {before} was acknowledged");
        }
        Ok(())
    }

    /// A node may say that something does not exist only where nobody was told that it does.
    fn check_not_found(&self, request: &Op, sent: u64) -> Checked {
        let missing = request.asks.iter().any(|ask| {
            let target = match &ask.body {
                Body::Approve(v) | Body::Decline(v) => (Thing::Request, v.request.0),
                Body::Reverse(r) => (Thing::Movement, r.target.0),
                Body::CancelOrder(id) => (Thing::Order, id.0),
                Body::FulfillOrder(f) => (Thing::Order, f.order.0),
                _ => return false,
            };
            !self.knew(target.0, target.1, sent)
        });
        must!(missing, "told that something does not exist that was acknowledged: {request:?}");
        Ok(())
    }

    /// A refusal has its cause.
    fn check_refusal(
        &self,
        asked: &Asked,
        ask: &Ask,
        why: &Refusal,
        sent: u64,
        tables: &Tables,
    ) -> Checked {
        let (facility, sku) = world::nowhere();
        let right = match (why, &ask.body) {
            (Refusal::UnknownFacility(id), _) => *id == facility,
            (Refusal::UnknownSku(id), _) => *id == sku,
            (Refusal::UnknownMovement(id), Body::UndoCount(undo)) => {
                let mut named = undo.lines.iter().filter(|line| line.id.0 == id.0);
                let there = named.all(|line| {
                    let place = tables.anchor_ids.get(&line.id);
                    place == Some(&((undo.facility, line.sku), line.at))
                });
                !(there && self.knew(Thing::Movement, id.0, sent))
            }
            (Refusal::UnknownMovement(id), _) => !self.knew(Thing::Movement, id.0, sent),
            (Refusal::UnknownRequest(id), _) => !self.knew(Thing::Request, id.0, sent),
            (Refusal::UnknownOrder(id), _) => !self.knew(Thing::Order, id.0, sent),
            // A retry that is told so was either not the same, or not recognised.
            (Refusal::IdReused(id), _) => asked.uses(*id) > 1,
            (Refusal::AlreadyReversed { by }, Body::Reverse(r)) => *by != r.id,
            (Refusal::CountedTwice(id), Body::Count(count)) => {
                let other = count.lines.len() > 1 || count.lines.iter().all(|l| l.id != *id);
                other || is_undone(ask, why, tables)
            }
            (Refusal::UnknownCount(id), Body::Count(count)) => {
                let here = |order: &WorkOrder| order.facility == count.facility;
                !tables.counts.get(id).is_some_and(here)
            }
            (Refusal::CountStatus(status), Body::Count(count)) => {
                let order = count.closes.and_then(|closing| tables.counts.get(&closing.count));
                let own = order.is_some_and(|order| order.closed_by == Some(ask.actor));
                *status != CountStatus::InReview && !(*status == CountStatus::Closed && own)
            }
            // Versions only grow, and nobody names one that is still to come.
            (Refusal::CountChanged, Body::Count(Count { closes: Some(closing), .. })) => {
                let order = tables.counts.get(&closing.count);
                order.is_some_and(|order| order.version > closing.version)
            }
            (Refusal::OwnRequest, Body::Approve(v) | Body::Decline(v)) => {
                let request = tables.requests.get(&v.request);
                request.is_some_and(|request| request.reported_by == ask.actor)
            }
            (Refusal::AlreadyDecided(r), _) => r.status != RequestStatus::Pending,
            (Refusal::BelowZero { good, asked, .. }, _) => good < asked,
            (Refusal::NotPromised { open, asked }, _) => open < asked,
            (Refusal::FollowsShop, Body::CancelOrder(id)) => shop::is_shops(*id, tables),
            (Refusal::FollowsShop, Body::FulfillOrder(f)) => shop::is_shops(f.order, tables),
            (Refusal::FollowsShop, Body::Record(facts)) => facts.iter().any(|fact| {
                let line = fact.order_line.and_then(|line| tables.lines.get(&line));
                line.is_some_and(|order| shop::is_shops(*order, tables))
            }),
            // Not to anything else.
            (
                Refusal::UnknownCount(_)
                | Refusal::CountStatus(_)
                | Refusal::CountChanged
                | Refusal::FollowsShop,
                _,
            ) => false,
            (Refusal::OrderClosed(status), Body::CancelOrder(_)) => {
                *status == OrderStatus::Fulfilled
            }
            (Refusal::OrderClosed(status), _) => *status == OrderStatus::Cancelled,
            _ => true,
        };
        must!(right, "refused without a cause: {why:?} to {ask:?}");
        Ok(())
    }

    /// Whatever was told still stands.
    pub(super) fn check_all(&self, tables: &Tables) -> Checked {
        self.told.values().try_for_each(|told| check_rows(&told.ask, &told.outcome, tables))
    }
}

/// What an answer says is what was asked, and stands in the tables.
fn check_rows(ask: &Ask, outcome: &Outcome, tables: &Tables) -> Checked {
    match (outcome, &ask.body) {
        (Outcome::Posted(posted), body) => {
            for m in posted.movements.iter().chain(&posted.corrections) {
                let row = tables.movement(m.id);
                must!(row == Some(m), "told of {m:?}, in the ledger is {row:?}");
            }
            must!(is_asked(body, posted, ask, tables), "asked for {body:?}, told {posted:?}");
        }
        (Outcome::Requested(told), Body::Variance(v)) => {
            let row = tables.requests.get(&v.id);
            let same = told.id == v.id && row.is_some_and(|row| asked_for(row) == asked_for(told));
            must!(same, "asked for {v:?}, told {told:?}, found {row:?}");
        }
        (Outcome::Declined(told), Body::Decline(v)) => {
            let row = tables.requests.get(&v.request);
            let declined = told.status == RequestStatus::Declined;
            let own = row == Some(told) && told.decided_by == Some(ask.actor);
            must!(declined && own, "declined {v:?}, told {told:?}, found {row:?}");
        }
        (Outcome::Ordered(told), body) => {
            let row = tables.orders.get(&told.id).map(|(order, _)| order);
            let same = row.is_some_and(|row| identity(row) == identity(told));
            let (id, status) = match body {
                Body::PlaceOrder(draft) => (draft.id, None),
                Body::CancelOrder(id) => (*id, Some(OrderStatus::Cancelled)),
                Body::FulfillOrder(f) => (f.order, Some(OrderStatus::Fulfilled)),
                _ => return Err(super::Fault(format!("asked for {body:?}, told {told:?}"))),
            };
            let stands = status.is_none_or(|status| {
                told.status == status && row.is_some_and(|row| row.status == status)
            });
            must!(same && id == told.id && stands, "asked {body:?}, told {told:?}, found {row:?}");
        }
        (Outcome::Followed(told), Body::FollowOrder(state)) => {
            shop::check_told(state, told, tables)?;
        }
        (told, body) => must!(false, "asked for {body:?}, told {told:?}"),
    }
    Ok(())
}

/// Whether the movements told of are those that were asked for.
fn is_asked(body: &Body, posted: &Posted, ask: &Ask, tables: &Tables) -> bool {
    let ids: Vec<Uuid> = posted.movements.iter().map(|m| m.id.0).collect();
    match body {
        Body::Variance(v) => ids == [v.id.0],
        Body::Reverse(r) => ids == [r.id.0],
        Body::Record(facts) => facts.iter().map(|fact| fact.id.0).eq(ids),
        Body::Approve(v) => {
            let row = tables.requests.get(&v.request);
            let approved = row.is_some_and(|row| {
                row.status == RequestStatus::Approved && row.decided_by == Some(ask.actor)
            });
            approved && ids == [v.request.0]
        }
        Body::Count(count) if is_brief(posted) && count.closes.is_some() => {
            let order = count.closes.and_then(|closing| tables.counts.get(&closing.count));
            order.is_some_and(|order| order.closed_by == Some(ask.actor))
        }
        Body::UndoCount(undo) => undo.lines.iter().all(|line| {
            let anchors = tables.anchors.get(&(undo.facility, line.sku));
            let anchor = anchors.and_then(|anchors| anchors.get(&line.at));
            anchor.is_some_and(|anchor| anchor.id == line.id && anchor.voided)
        }),
        Body::Count(count) => {
            let mut left = count.lines.iter();
            let in_order = ids.iter().all(|id| left.any(|line| line.id.0 == *id));
            let anchored = count.lines.iter().all(|line| {
                let anchors = tables.anchors.get(&(count.facility, line.sku));
                let anchor = anchors.and_then(|anchors| anchors.get(&line.at));
                anchor.is_some_and(|anchor| anchor.id == line.id)
            });
            in_order && anchored
        }
        _ => false,
    }
}

/// Done before, and no more is told of it.
const fn is_brief(posted: &Posted) -> bool {
    posted.replay && posted.movements.is_empty() && posted.corrections.is_empty()
}

/// Whether one of the two tells what was done, and the other only that it was: a closing and an
/// undo are known by what they leave, not by their ids.
const fn is_told_briefly(ask: &Ask, first: &Outcome, later: &Outcome) -> bool {
    let (Outcome::Posted(first), Outcome::Posted(later)) = (first, later) else { return false };
    let may = matches!(ask.body, Body::UndoCount(_) | Body::Count(Count { closes: Some(_), .. }));
    may && (is_brief(first) || is_brief(later))
}

/// Whether a request at one facility and a movement at another got one id at the same moment: they
/// share no lock (docs/SIMULATION.md, what it does not cover).
fn is_shared(why: &Refusal, tables: &Tables) -> bool {
    let Refusal::IdReused(id) = why else { return false };
    let request = tables.requests.get(&MovementId(*id)).map(|request| request.facility);
    let movement = tables.movement(MovementId(*id)).map(|movement| movement.facility);
    request.is_some() && movement.is_some() && request != movement
}

/// Whether a count line was taken back since: it is not posted again.
fn is_undone(ask: &Ask, why: &Refusal, tables: &Tables) -> bool {
    let (Body::Count(count), Refusal::CountedTwice(id)) = (&ask.body, why) else { return false };
    count.lines.iter().filter(|line| line.id == *id).any(|line| {
        let anchors = tables.anchors.get(&(count.facility, line.sku));
        anchors.and_then(|anchors| anchors.get(&line.at)).is_some_and(|anchor| anchor.voided)
    })
}

/// Whether a later answer says the same as the first.
fn is_same(first: &Outcome, later: &Outcome) -> bool {
    match (first, later) {
        (Outcome::Posted(first), Outcome::Posted(later)) => first.movements == later.movements,
        (Outcome::Requested(first), Outcome::Requested(later)) => {
            asked_for(first) == asked_for(later)
        }
        (Outcome::Declined(first), Outcome::Declined(later)) => first == later,
        (Outcome::Ordered(first), Outcome::Ordered(later)) => identity(first) == identity(later),
        // The first time it posts, later it has nothing to post.
        (Outcome::Followed(first), Outcome::Followed(later)) => {
            let same = |first: &Order| later.order.as_ref().is_some_and(|o| o.id == first.id);
            first.order.as_ref().is_none_or(same)
        }
        _ => false,
    }
}

/// Whether an answer is of a time when following had left no order yet, and the one that was told
/// sooner of a time when it had. A node that stood still tells so late what it had done first; who
/// asks after an order was told of gets it told.
const fn is_from_before(first: &Outcome, later: &Outcome) -> bool {
    let (Outcome::Followed(first), Outcome::Followed(later)) = (first, later) else { return false };
    first.order.is_some() && later.order.is_none()
}

/// What of an order never changes.
fn identity(order: &Order) -> Order {
    let mut order = Order { status: OrderStatus::Open, ..order.clone() };
    for line in &mut order.lines {
        line.open_quantity = 0;
    }
    order.lines.sort_by_key(|line| line.id);
    order
}
