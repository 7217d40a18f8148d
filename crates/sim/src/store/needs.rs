//! What a batch needs to be loaded: the same rows as the store's posting engine, no more.
//!
//! Kept in step with `needs.rs` there by hand. A row that is missing here and there alike is
//! exactly what the simulation is to find. So it found that the requests with the ids of count
//! lines and order lines were not loaded; here they are.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    FacilityId, Micros, MovementId, OrderId, OrderLineId, PrincipalId,
    plan::{
        command::{Body, Command, Mandate},
        view::Key,
    },
};

use super::tables::Tables;

/// The rows to load and lock.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) facilities: BTreeSet<FacilityId>,
    pub(crate) keys: BTreeSet<Key>,
    pub(crate) movements: BTreeSet<MovementId>,
    pub(crate) requests: BTreeSet<MovementId>,
    pub(crate) orders: BTreeSet<OrderId>,
    pub(crate) order_lines: BTreeSet<OrderLineId>,
    pub(crate) usage: BTreeSet<(PrincipalId, String)>,
    pub(crate) late: BTreeMap<Key, Micros>,
    pub(crate) books: BTreeSet<(Key, Micros)>,
}

impl Needs {
    /// Looks up, without locks, where the things lie that commands name by id alone.
    pub(crate) fn of(commands: &[Command], tables: &Tables) -> Self {
        let mut needs = Self::default();
        for command in commands {
            needs.take_in(command, tables);
        }
        needs
    }

    fn take_in(&mut self, command: &Command, tables: &Tables) {
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
                if let Some(request) = tables.requests.get(&verdict.request) {
                    self.key((request.facility, request.sku), Some(request.effective_at));
                }
                self.day(authority.actor, &authority.day, authority.mandate);
            }
            Body::Reverse(reverse) => {
                self.movements.extend([reverse.id, reverse.target]);
                self.requests.insert(reverse.id);
                if let Some(target) = tables.movement(reverse.target) {
                    self.key((target.facility, target.sku), Some(target.effective_at));
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
                    self.requests.insert(MovementId(line.id.0));
                    self.key((line.facility, line.sku), order.placed_at);
                }
            }
            Body::CancelOrder(id) => self.order(*id, None, tables),
            Body::FulfillOrder(f) => self.order(f.order, f.effective_at, tables),
            Body::Count(count) => {
                for line in &count.lines {
                    let key = (count.facility, line.sku);
                    self.movements.insert(MovementId(line.id.0));
                    self.requests.insert(MovementId(line.id.0));
                    self.key(key, Some(line.at));
                    self.books.insert((key, line.at));
                }
            }
        }
    }

    fn order(&mut self, id: OrderId, at: Option<Micros>, tables: &Tables) {
        self.orders.insert(id);
        let Some((order, _)) = tables.orders.get(&id) else { return };
        for line in &order.lines {
            self.key((line.facility, line.sku), at);
        }
    }

    fn key(&mut self, key: Key, effective_at: Option<Micros>) {
        self.facilities.insert(key.0);
        self.keys.insert(key);
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
