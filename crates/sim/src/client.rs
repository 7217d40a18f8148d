//! Clients: what they ask for, and what they remember of the answers.

use std::collections::VecDeque;

use onhand_domain::{
    AnchorId, CountId, FacilityId, Micros, MovementId, OrderId, PrincipalId,
    order::Order,
    plan::{
        command::{Body, OrderLineDraft},
        outcome::Outcome,
        view::Key,
    },
};
use uuid::Uuid;

use crate::shop::Shop;

/// A request's place in the list of all that were ever made.
pub(crate) type OpId = usize;

/// Things of one kind that clients remember.
const REMEMBERED: usize = 24;

/// One thing that a person asks.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) actor: PrincipalId,
    pub(crate) body: Body,
}

/// A request as its client keeps it until it is answered: the same ids each time it is sent.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) asks: Vec<Ask>,
    /// The step at which it was first sent.
    pub(crate) started: u64,
    /// The steps at which it was sent.
    pub(crate) sent: Vec<u64>,
    /// The step at which it was answered.
    pub(crate) answered: Option<u64>,
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// One outcome for each thing asked.
    Done(Vec<Outcome>),
    /// What the request names does not exist; nothing was tried.
    NotFound,
    /// 503 or 500: ask again.
    Failed,
}

/// A message under way.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// To a node.
    Request { op: OpId, attempt: usize, node: usize },
    /// To a client.
    Answer { op: OpId, attempt: usize, reply: Reply },
}

/// The last few of something.
#[derive(Debug)]
pub(crate) struct Recent<T>(VecDeque<T>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Clone> Recent<T> {
    pub(crate) fn add(&mut self, value: T) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    pub(crate) fn pick(&self, dice: &mut crate::dice::Dice) -> Option<T> {
        self.0.get(dice.index(self.0.len())).cloned()
    }
}

/// What clients know of, and so may name: their own ids at once, everything else once it is told.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Every id that was used for something.
    pub(crate) ids: Recent<Uuid>,
    pub(crate) movements: Recent<MovementId>,
    pub(crate) requests: Recent<MovementId>,
    pub(crate) orders: Recent<OrderId>,
    pub(crate) lines: Recent<OrderLineDraft>,
    /// Times at which something was counted or happened: times that others may share.
    pub(crate) times: Recent<Micros>,
    pub(crate) counts: Recent<(AnchorId, Key, Micros)>,
    /// Work orders that somebody made.
    pub(crate) work_orders: Recent<CountId>,
    /// What a shop's orders were like.
    pub(crate) shop: Shop,
    /// Requests that were answered.
    pub(crate) answered: Recent<OpId>,
}

impl Memory {
    /// Remembers what was asked: the ids are known before the answer is.
    pub(crate) fn asked(&mut self, body: &Body) {
        match body {
            Body::Variance(v) => self.ids.add(v.id.0),
            Body::Reverse(r) => self.ids.add(r.id.0),
            Body::Record(facts) => {
                for fact in facts {
                    self.ids.add(fact.id.0);
                }
            }
            Body::PlaceOrder(order) => {
                self.ids.add(order.id.0);
                for line in &order.lines {
                    self.ids.add(line.id.0);
                }
            }
            Body::Count(count) => {
                for line in &count.lines {
                    self.ids.add(line.id.0);
                    self.times.add(line.at);
                }
            }
            Body::FollowOrder(follow) => self.shop.read(follow),
            Body::Approve(_)
            | Body::Decline(_)
            | Body::CancelOrder(_)
            | Body::FulfillOrder(_)
            | Body::UndoCount(_) => {}
        }
    }

    /// Remembers what an answer showed.
    pub(crate) fn told(&mut self, body: &Body, outcome: &Outcome) {
        match outcome {
            Outcome::Posted(posted) => {
                for movement in posted.movements.iter().chain(&posted.corrections) {
                    self.movements.add(movement.id);
                    self.times.add(movement.effective_at);
                }
                if let Body::Count(count) = body {
                    for line in &count.lines {
                        self.counts.add((line.id, (count.facility, line.sku), line.at));
                    }
                }
            }
            Outcome::Requested(request) => self.requests.add(request.id),
            Outcome::Ordered(order) => self.told_of_order(order),
            Outcome::Followed(followed) => {
                for movement in followed.movements.iter().chain(&followed.corrections) {
                    self.movements.add(movement.id);
                    self.times.add(movement.effective_at);
                }
                if let Some(order) = &followed.order {
                    self.told_of_order(order);
                }
            }
            Outcome::Declined(_) | Outcome::Refused(_) => {}
        }
    }

    fn told_of_order(&mut self, order: &Order) {
        self.orders.add(order.id);
        for line in order.lines.iter().filter(|line| line.open_quantity > 0) {
            self.lines.add(OrderLineDraft {
                id: line.id,
                facility: line.facility,
                sku: line.sku,
                quantity: line.open_quantity,
            });
        }
    }
}

/// The keys that a body names itself.
pub(crate) fn facility_of(body: &Body) -> Option<FacilityId> {
    match body {
        Body::Variance(v) => Some(v.facility),
        Body::Record(facts) => facts.first().map(|f| f.facility),
        Body::Count(count) => Some(count.facility),
        Body::UndoCount(undo) => Some(undo.facility),
        _ => None,
    }
}
