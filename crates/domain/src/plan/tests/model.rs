//! A ledger in memory: what the database is to the program, this is to the tests.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    access::Limits,
    ids::{AnchorId, FacilityId, MovementId, PrincipalId, SkuId},
    money::Money,
    movement::{Movement, MovementKind, Origin},
    order::Order,
    place::{Place, Quantities},
    plan::{
        command::{
            Authority, Body, Command, Count, CountLine, Fact, Mandate, Reverse, Variance, Verdict,
        },
        outcome::{Effects, Outcome, Posted, Refusal},
        plan,
        view::{Anchor, Facility, Key, Known, Sku, View},
    },
    reason::Reason,
    request::Request,
    time::Micros,
};

/// Midnight before the tests' day.
pub(super) const START: Micros = Micros(1_760_000_000_000_000);

pub(super) fn facility(n: u128) -> FacilityId {
    FacilityId(Uuid::from_u128(0xF000 + n))
}

pub(super) fn sku(n: u128) -> SkuId {
    SkuId(Uuid::from_u128(0x5000 + n))
}

pub(super) fn person(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(0xA000 + n))
}

pub(super) fn movement_id(n: u128) -> MovementId {
    MovementId(Uuid::from_u128(0x1_0000_0000 + n))
}

pub(super) fn shipped(code: &str) -> Reason {
    Reason::shipped().into_iter().find(|r| r.code == code).expect("a shipped reason")
}

/// The ledger so far.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) view: View,
    pub(super) ledger: Vec<Movement>,
    pub(super) audit_rows: usize,
}

impl Model {
    /// Two facilities, three SKUs (cost 10.00; price 30.00; untracked), nothing in stock.
    pub(super) fn new() -> Self {
        let mut view = View { now: START, ..View::default() };
        for n in [1, 2] {
            let opened_at = START.plus(-30 * Micros::DAY);
            view.facilities.insert(facility(n), Facility { opened_at, active: true });
            view.heads.insert(facility(n), crate::plan::view::Head::default());
        }
        let tenner = Some(Money(10 * Money::SCALE));
        let price = Some(Money(30 * Money::SCALE));
        view.skus.insert(sku(1), Sku { tracked: true, cost: tenner, price });
        view.skus.insert(sku(2), Sku { tracked: true, cost: None, price });
        view.skus.insert(sku(3), Sku { tracked: false, cost: tenner, price });
        Self { view, ledger: Vec::new(), audit_rows: 0 }
    }

    /// The same with `units` of SKU 1 at facility 1.
    pub(super) fn with_stock(units: i64) -> Self {
        let mut model = Self::new();
        let at = START.plus(-20 * Micros::DAY);
        let mut opening = fact(0xFFFF, MovementKind::Opening, units);
        opening.effective_at = Some(at);
        assert!(matches!(model.run(&record(vec![opening])), Outcome::Posted(_)));
        model
    }

    pub(super) fn run(&mut self, command: &Command) -> Outcome {
        self.run_batch(std::slice::from_ref(command)).remove(0)
    }

    pub(super) fn run_batch(&mut self, commands: &[Command]) -> Vec<Outcome> {
        self.load_books(commands);
        let (outcomes, effects) = plan(&self.view, commands);
        self.apply(effects);
        outcomes
    }

    pub(super) fn preview(&mut self, command: &Command) -> (Outcome, Effects) {
        self.load_books(std::slice::from_ref(command));
        let (mut outcomes, effects) = plan(&self.view, std::slice::from_ref(command));
        (outcomes.remove(0), effects)
    }

    /// As the store's statement `books` does.
    fn load_books(&mut self, commands: &[Command]) {
        self.view.books.clear();
        for command in commands {
            if let Body::Count(count) = &command.body {
                for line in &count.lines {
                    let key = (count.facility, line.sku);
                    self.view.books.insert((key, line.at), self.book(key, line.at));
                }
            }
        }
    }

    /// B(τ) over good units, from the movements alone.
    pub(super) fn book(&self, key: Key, at: Micros) -> i64 {
        self.of(key).filter(|m| m.effective_at <= at).map(Movement::good_change).sum()
    }

    pub(super) fn of(&self, (facility, sku): Key) -> impl Iterator<Item = &Movement> {
        self.ledger.iter().filter(move |m| m.facility == facility && m.sku == sku)
    }

    fn apply(&mut self, effects: Effects) {
        self.audit_rows += effects.audit.len();
        self.apply_orders(&effects);
        for movement in effects.movements {
            if let Some(target) = movement.reverses {
                let target = self.view.movements.get_mut(&target).expect("a known target");
                assert_eq!(target.reversed_by.replace(movement.id), None);
            }
            let known = Known { movement: movement.clone(), reversed_by: None };
            assert!(self.view.movements.insert(movement.id, known).is_none(), "ids are unique");
            self.ledger.push(movement);
        }
        for (key, level) in effects.levels {
            self.view.levels.insert(key, level.quantities);
        }
        self.view.heads.extend(effects.heads);
        for (key, at, anchor) in effects.anchors {
            self.view.anchors.entry(key).or_default().insert(at, anchor);
            self.view.anchor_ids.insert(anchor.id);
        }
        for request in effects.requests {
            self.view.requests.insert(request.id, request);
        }
        self.view.usage.extend(effects.usage);
        self.view.counts.extend(effects.counts);
    }

    /// As the store does: what is new, then the last word on what was there.
    fn apply_orders(&mut self, effects: &Effects) {
        for (order, fingerprint) in &effects.orders {
            let before = self.view.orders.insert(order.id, (order.clone(), *fingerprint));
            assert!(before.is_none(), "an order is new once");
        }
        for (order, _, line) in &effects.added_lines {
            self.view.orders.get_mut(order).expect("a known order").0.lines.push(line.clone());
        }
        for changed in &effects.order_lines {
            let lines = self.view.orders.values_mut().flat_map(|(o, _)| &mut o.lines);
            lines.filter(|l| l.id == changed.id).for_each(|l| *l = changed.clone());
        }
        for (order, status) in &effects.order_statuses {
            self.view.orders.get_mut(order).expect("a known order").0.status = *status;
        }
        for followed in &effects.followed {
            let (order, _) = self.view.orders.get_mut(&followed.id).expect("a known order");
            let lines = std::mem::take(&mut order.lines);
            *order = Order { lines, ..followed.clone() };
            order.lines.sort_by_key(|line| line.id);
        }
    }

    pub(super) fn level(&self, key: Key) -> Quantities {
        self.view.levels.get(&key).copied().unwrap_or_default()
    }

    pub(super) fn anchors(&self, key: Key) -> BTreeMap<Micros, Anchor> {
        self.view.anchors.get(&key).cloned().unwrap_or_default()
    }

    pub(super) fn request(&self, n: u128) -> &Request {
        &self.view.requests[&movement_id(n)]
    }

    /// Units that went into a place, less those that came out of it, over all of a SKU's
    /// movements at a facility.
    pub(super) fn total(&self, key: Key, place: Place) -> i64 {
        self.of(key)
            .map(|m| m.quantity * (i64::from(m.to == place) - i64::from(m.from == place)))
            .sum()
    }

    /// Rules 1 to 3 and the chain: everything that must be true of any ledger at any time.
    pub(super) fn check(&self) {
        let mut heads: BTreeMap<FacilityId, (i64, [u8; 32], Micros)> = BTreeMap::new();
        let mut levels: BTreeMap<Key, Quantities> = BTreeMap::new();
        for m in &self.ledger {
            let (seq, hash, at) = heads.entry(m.facility).or_default();
            assert_eq!(m.seq, *seq + 1, "no gap");
            assert_eq!(m.hash, m.chain(hash), "the chain holds");
            assert!(m.recorded_at > *at, "recorded times grow");
            assert!(m.effective_at <= m.recorded_at, "nothing is known before it happens");
            assert!(m.quantity > 0);
            (*seq, *hash, *at) = (m.seq, m.hash, m.recorded_at);
            let level = levels.entry((m.facility, m.sku)).or_default();
            *level = level.after(m.quantity, m.from, m.to).expect("in range");
            assert_eq!(*level, m.after, "the running quantities are those of the movements");
        }
        for (key, level) in &levels {
            assert_eq!(self.level(*key), *level, "level = Σ movements");
            let everywhere: i64 = Place::ALL.iter().map(|p| self.total(*key, *p)).sum();
            assert_eq!(everywhere, 0, "units are conserved");
        }
        for (key, anchors) in &self.view.anchors {
            for (at, anchor) in anchors.iter().filter(|(_, anchor)| !anchor.voided) {
                // The count's own movements and its corrections are effective at its time.
                let found = self.book(*key, *at);
                assert_eq!(
                    found, anchor.counted,
                    "with its variance the book says what was counted"
                );
            }
        }
    }
}

/// Somebody without limits.
pub(super) fn controller() -> Authority {
    limited(1, Limits::NONE)
}

/// Somebody with limits.
pub(super) fn limited(who: u128, limits: Limits) -> Authority {
    Authority { mandate: Mandate::Post(limits), ..reporter(who) }
}

/// Somebody who may report only.
pub(super) fn reporter(who: u128) -> Authority {
    Authority {
        actor: person(who),
        mandate: Mandate::Report,
        rule: "a test".to_owned(),
        day: "2025-10-09".to_owned(),
        origin: Origin::Ui,
        device: None,
    }
}

/// A variance of SKU 1 at facility 1.
pub(super) fn variance(id: u128, quantity: i64, reason: &str) -> Variance {
    Variance {
        id: movement_id(id),
        facility: facility(1),
        sku: sku(1),
        quantity,
        reason: shipped(reason),
        note: None,
        effective_at: None,
    }
}

pub(super) fn by(authority: Authority, variance: Variance) -> Command {
    Command { authority, body: Body::Variance(variance) }
}

pub(super) fn post(variance: Variance) -> Command {
    by(controller(), variance)
}

/// A fact about SKU 1 at facility 1.
pub(super) fn fact(id: u128, kind: MovementKind, quantity: i64) -> Fact {
    Fact {
        id: movement_id(id),
        facility: facility(1),
        sku: sku(1),
        kind,
        quantity,
        effective_at: None,
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    }
}

pub(super) fn record(facts: Vec<Fact>) -> Command {
    Command { authority: controller(), body: Body::Record(facts) }
}

pub(super) fn count(id: u128, counted: i64, at: Micros) -> Command {
    let line = CountLine { id: AnchorId(movement_id(id).0), sku: sku(1), counted, at };
    Command {
        authority: controller(),
        body: Body::Count(Count { facility: facility(1), closes: None, lines: vec![line] }),
    }
}

pub(super) fn undo(authority: Authority, id: u128, target: u128) -> Command {
    let (id, target) = (movement_id(id), movement_id(target));
    Command { authority, body: Body::Reverse(Reverse { id, target, note: None }) }
}

pub(super) fn verdict(request: u128, reason: &str) -> Verdict {
    Verdict { request: movement_id(request), reason: shipped(reason), note: None }
}

pub(super) fn posted(outcome: Outcome) -> Posted {
    match outcome {
        Outcome::Posted(posted) => posted,
        other => panic!("not posted: {other:?}"),
    }
}

pub(super) fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
