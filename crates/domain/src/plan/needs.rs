//! What a batch of commands needs to know, before anything is asked of the database.
//!
//! Whoever keeps the tables loads exactly this, under locks: the store's engine, and the
//! simulation. So a row that is forgotten here is missing in both, and the simulation finds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ids::{AnchorId, CountId, FacilityId, MovementId, OrderId, OrderLineId, PrincipalId},
    order::{Order, OrderLine},
    time::Micros,
};

use super::{
    command::{Body, Command, FollowOrder, Mandate},
    view::Key,
};

/// The rows to load and lock.
#[derive(Debug, Default)]
pub struct Needs {
    /// Facilities whose ledgers may grow.
    pub facilities: BTreeSet<FacilityId>,
    /// Levels that may change.
    pub keys: BTreeSet<Key>,
    /// Ids that may be retries, and movements to undo.
    pub movements: BTreeSet<MovementId>,
    /// Ids that may be requests.
    pub requests: BTreeSet<MovementId>,
    /// Orders to place or change.
    pub orders: BTreeSet<OrderId>,
    /// Of these, the ones that follow a shop: their lines may change.
    pub follows: BTreeSet<OrderId>,
    /// Order lines that are sold.
    pub order_lines: BTreeSet<OrderLineId>,
    /// Days whose limits count.
    pub usage: BTreeSet<(PrincipalId, String)>,
    /// Where something may arrive late, from which time on.
    pub late: BTreeMap<Key, Micros>,
    /// Count lines, to be compared with the book at their time.
    pub books: BTreeSet<(Key, Micros)>,
    /// Ids that other count lines may have: one that found no difference has no movement.
    pub anchors: BTreeSet<AnchorId>,
    /// Counts to close.
    pub counts: BTreeSet<CountId>,
}

/// Where the things are that a command names by id alone. Looked up before the locks are taken:
/// all of it is immutable but the lines of orders that follow a shop ([`Needs::covers`]).
#[derive(Debug, Default)]
pub struct Located {
    /// Movements to undo.
    pub movements: BTreeMap<MovementId, (Key, Micros)>,
    /// Requests to decide.
    pub requests: BTreeMap<MovementId, (Key, Micros)>,
    /// The keys of orders' lines.
    pub orders: BTreeMap<OrderId, Vec<Key>>,
}

impl Needs {
    /// The ids whose place must be looked up first.
    pub fn to_locate(commands: &[Command]) -> Self {
        let mut needs = Self::default();
        for command in commands {
            match &command.body {
                Body::Approve(verdict) | Body::Decline(verdict) => {
                    needs.requests.insert(verdict.request);
                }
                Body::Reverse(reverse) => {
                    needs.movements.insert(reverse.target);
                }
                Body::CancelOrder(id) => {
                    needs.orders.insert(*id);
                }
                Body::FulfillOrder(fulfill) => {
                    needs.orders.insert(fulfill.order);
                }
                Body::FollowOrder(follow) => {
                    needs.orders.insert(follow.id);
                }
                Body::Variance(_)
                | Body::Record(_)
                | Body::PlaceOrder(_)
                | Body::Count(_)
                | Body::UndoCount(_) => {}
            }
        }
        needs
    }

    /// Whether there is anything to look up first.
    pub fn locates_nothing(&self) -> bool {
        self.requests.is_empty() && self.movements.is_empty() && self.orders.is_empty()
    }

    /// All that the commands need.
    pub fn of(commands: &[Command], located: &Located) -> Self {
        let mut needs = Self::default();
        for command in commands {
            needs.take_in(command, located);
        }
        needs
    }

    fn take_in(&mut self, command: &Command, located: &Located) {
        let authority = &command.authority;
        match &command.body {
            Body::Variance(v) => {
                self.movements.insert(v.id);
                self.requests.insert(v.id);
                self.key((v.facility, v.sku), v.effective_at);
                self.day(authority.actor, &authority.day, authority.mandate);
            }
            Body::Approve(verdict) | Body::Decline(verdict) => {
                self.movements.insert(verdict.request);
                self.requests.insert(verdict.request);
                if let Some((key, at)) = located.requests.get(&verdict.request) {
                    self.key(*key, Some(*at));
                }
                self.day(authority.actor, &authority.day, authority.mandate);
            }
            Body::Reverse(reverse) => {
                self.movements.extend([reverse.id, reverse.target]);
                self.requests.insert(reverse.id);
                if let Some((key, at)) = located.movements.get(&reverse.target) {
                    self.key(*key, Some(*at));
                }
            }
            Body::Record(facts) => {
                for fact in facts {
                    self.movements.insert(fact.id);
                    self.requests.insert(fact.id);
                    self.order_lines.extend(fact.order_line);
                    self.key((fact.facility, fact.sku), fact.effective_at);
                }
            }
            Body::PlaceOrder(order) => {
                self.orders.insert(order.id);
                for line in &order.lines {
                    self.movements.insert(MovementId(line.id.0));
                    // A waiting request's id is its own: whoever else took it would keep the
                    // request from ever being approved.
                    self.requests.insert(MovementId(line.id.0));
                    self.key((line.facility, line.sku), order.placed_at);
                }
            }
            Body::CancelOrder(id) => self.order(*id, None, located),
            Body::FulfillOrder(f) => self.order(f.order, f.effective_at, located),
            Body::FollowOrder(follow) => self.follow(follow, located),
            Body::Count(count) => {
                // Also where it has no lines: its ledger's row is what orders it.
                self.facilities.insert(count.facility);
                self.counts.extend(count.closes.map(|closing| closing.count));
                for line in &count.lines {
                    let key = (count.facility, line.sku);
                    self.anchors.insert(line.id);
                    self.movements.insert(MovementId(line.id.0));
                    self.requests.insert(MovementId(line.id.0));
                    self.key(key, Some(line.at));
                    self.books.insert((key, line.at));
                }
            }
            Body::UndoCount(undo) => {
                for line in &undo.lines {
                    self.movements.insert(MovementId(line.id.0));
                    self.key((undo.facility, line.sku), Some(line.at));
                }
            }
        }
    }

    fn order(&mut self, id: OrderId, at: Option<Micros>, located: &Located) {
        self.orders.insert(id);
        for key in located.orders.get(&id).into_iter().flatten() {
            self.key(*key, at);
        }
    }

    fn follow(&mut self, follow: &FollowOrder, located: &Located) {
        self.follows.insert(follow.id);
        // Units that were dropped by mistake come back at the time of the version.
        self.order(follow.id, Some(follow.version), located);
        for line in &follow.lines {
            let dropped_at = line.dropped_at.unwrap_or(follow.version);
            self.key((line.facility, line.sku), Some(dropped_at));
        }
        let sales = follow.sales.iter().map(|sale| (sale.id, sale.facility, sale.sku, sale.at));
        let returns = follow.returns.iter().map(|back| (back.id, back.facility, back.sku, back.at));
        for (id, facility, sku, at) in sales.chain(returns) {
            self.movements.insert(id);
            self.requests.insert(id);
            self.key((facility, sku), Some(at));
        }
    }

    /// Whether the order's lines are among what is loaded. Somebody else who follows the same
    /// order may have given it a line at another facility after we looked where its lines are
    /// ([`Located`]), and before we had its lock: then all must be loaded anew. A level that was
    /// not loaded would count as empty.
    pub fn covers(&self, order: &Order) -> bool {
        let loaded = |line: &OrderLine| self.keys.contains(&(line.facility, line.sku));
        !self.follows.contains(&order.id) || order.lines.iter().all(loaded)
    }

    fn key(&mut self, key: Key, effective_at: Option<Micros>) {
        self.facilities.insert(key.0);
        self.keys.insert(key);
        // Without a time of its own a movement is effective when it is recorded, which is after
        // every count: only what comes with a time can be late.
        if let Some(at) = effective_at {
            let earliest = self.late.entry(key).or_insert(at);
            *earliest = at.min(*earliest);
        }
    }

    fn day(&mut self, actor: PrincipalId, day: &str, mandate: Mandate) {
        let limited = matches!(mandate, Mandate::Post(limits) if limits.day_value_max.is_some());
        if limited {
            self.usage.insert((actor, day.to_owned()));
        }
    }
}
