//! Keeps what `plan` decides, as the store does, and checks what must hold of any ledger. Written
//! from the rules of the design, not from the code that it checks.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    FacilityId, Micros, Money, Movement, MovementId, MovementKind, Place, Reason, SkuId,
    order::{Order, OrderStatus},
    place::Quantities,
    plan::{
        command::{Authority, Body, Command, Mandate},
        outcome::{Effects, Outcome},
        plan,
        view::{Facility, Head, Key, Known, Sku, View},
    },
};
use uuid::Uuid;

use crate::script::START;

/// A ledger in memory.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    view: View,
    pub(crate) ledger: Vec<Movement>,
}

impl Keeper {
    /// Two open facilities, a closed one, two SKUs of which stock is kept and one of which not.
    pub(crate) fn new() -> Self {
        let mut view = View { now: START, ..View::default() };
        for n in 0..3 {
            let id = FacilityId(Uuid::from_u128(0xF000 + n));
            let opened_at = START.plus(-Micros::DAY);
            view.facilities.insert(id, Facility { opened_at, active: n < 2 });
            view.heads.insert(id, Head::default());
        }
        let tenner = Some(Money(10 * Money::SCALE));
        for (n, tracked, cost) in [(0, true, tenner), (1, true, None), (2, false, tenner)] {
            let price = Some(Money(30 * Money::SCALE));
            view.skus.insert(SkuId(Uuid::from_u128(0x5000 + n)), Sku { tracked, cost, price });
        }
        Self { view, ledger: Vec::new() }
    }

    /// Time passes, or a clock is set back.
    pub(crate) fn pass(&mut self, micros: i64) {
        self.view.now = self.view.now.plus(micros);
    }

    /// Decides a batch and keeps what came of it.
    pub(crate) fn run(&mut self, commands: &[Command]) -> Vec<Outcome> {
        let (outcomes, effects) = self.decide(commands);
        self.keep(effects);
        outcomes
    }

    /// Decides a batch.
    pub(crate) fn decide(&mut self, commands: &[Command]) -> (Vec<Outcome>, Effects) {
        self.view.books.clear();
        for command in commands {
            let Body::Count(count) = &command.body else { continue };
            for line in &count.lines {
                let key = (count.facility, line.sku);
                self.view.books.insert((key, line.at), self.book(key, line.at));
            }
        }
        let (outcomes, effects) = plan(&self.view, commands);
        assert_eq!(outcomes.len(), commands.len(), "each command has its outcome");
        for (command, outcome) in commands.iter().zip(&outcomes) {
            check_outcome(command, outcome);
        }
        (outcomes, effects)
    }

    fn of(&self, (facility, sku): Key) -> impl Iterator<Item = &Movement> {
        self.ledger.iter().filter(move |m| m.facility == facility && m.sku == sku)
    }

    /// B(τ), from the movements alone.
    fn book(&self, key: Key, at: Micros) -> i64 {
        self.of(key).filter(|m| m.effective_at <= at).map(good_change).sum()
    }

    fn keep(&mut self, effects: Effects) {
        self.keep_orders(&effects);
        for movement in effects.movements {
            if let Some(target) = movement.reverses {
                let target = self.view.movements.get_mut(&target).expect("a known target");
                assert_eq!(target.reversed_by.replace(movement.id), None, "undone once only");
            }
            let known = Known { movement: movement.clone(), reversed_by: None };
            let before = self.view.movements.insert(movement.id, known);
            assert!(before.is_none(), "two movements of one id: {movement:?} and {before:?}");
            self.ledger.push(movement);
        }
        for (key, after) in effects.levels {
            self.view.levels.insert(key, after.quantities);
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
    }

    fn keep_orders(&mut self, effects: &Effects) {
        let orders = &mut self.view.orders;
        for (order, fingerprint) in &effects.orders {
            assert!(orders.insert(order.id, (order.clone(), *fingerprint)).is_none());
        }
        for (order, _, line) in &effects.added_lines {
            let (order, _) = orders.get_mut(order).expect("a known order");
            assert!(order.followed.is_some(), "only a shop gives an order more lines");
            order.lines.push(line.clone());
        }
        for line in &effects.order_lines {
            for (order, _) in orders.values_mut() {
                let shop = order.followed.is_some();
                for found in order.lines.iter_mut().filter(|l| l.id == line.id) {
                    let shrinks = (0..=found.open_quantity).contains(&line.open_quantity);
                    assert!(shop && line.open_quantity >= 0 || shrinks, "promises only shrink");
                    *found = line.clone();
                }
            }
        }
        for (order, status) in &effects.order_statuses {
            let (order, _) = orders.get_mut(order).expect("a known order");
            assert_eq!(order.followed, None, "a shop alone closes its orders");
            order.status = *status;
        }
        for followed in &effects.followed {
            let (order, _) = orders.get_mut(&followed.id).expect("a known order");
            assert!(order.followed <= followed.followed, "a shop's orders don't go back");
            let lines = std::mem::take(&mut order.lines);
            *order = Order { lines, ..followed.clone() };
        }
    }

    /// What must hold of any ledger at any time.
    pub(crate) fn check(&self) {
        let mut ends: BTreeMap<FacilityId, (i64, [u8; 32], Micros)> = BTreeMap::new();
        let mut places: BTreeMap<(Key, Place), i64> = BTreeMap::new();
        for m in &self.ledger {
            let (seq, hash, recorded_at) = ends.entry(m.facility).or_default();
            assert_eq!(m.seq, *seq + 1, "numbers have no gap");
            assert_eq!(m.hash, m.chain(hash), "the chain holds");
            assert!(m.recorded_at > *recorded_at, "recorded times grow");
            assert!(m.effective_at <= m.recorded_at, "nothing is known before it happens");
            assert!(m.quantity > 0 && m.from != m.to, "a movement moves something: {m:?}");
            (*seq, *hash, *recorded_at) = (m.seq, m.hash, m.recorded_at);
            let key = (m.facility, m.sku);
            *places.entry((key, m.from)).or_default() -= m.quantity;
            *places.entry((key, m.to)).or_default() += m.quantity;
            assert_eq!(m.after, level(&places, key), "running quantities: {m:?}");
        }
        for (facility, head) in &self.view.heads {
            let (seq, hash, _) = ends.get(facility).copied().unwrap_or_default();
            assert_eq!((head.seq, head.hash), (seq, hash), "the head is the ledger's end");
        }
        for (key, quantities) in &self.view.levels {
            assert_eq!(*quantities, level(&places, *key), "level = Σ movements");
        }
        let mut ids = BTreeSet::new();
        for (key, anchors) in &self.view.anchors {
            for (at, anchor) in anchors {
                assert!(ids.insert(anchor.id), "two counts of one id: {anchor:?}");
                assert_eq!(self.book(*key, *at), anchor.counted, "a count's book: {anchor:?}");
            }
        }
        self.check_promises(&places);
        self.check_requests();
    }

    /// What is committed is what orders have open.
    fn check_promises(&self, places: &BTreeMap<(Key, Place), i64>) {
        let mut open: BTreeMap<Key, i64> = BTreeMap::new();
        let mut lines = BTreeSet::new();
        for line in self.view.orders.values().flat_map(|(o, _)| &o.lines) {
            assert!(lines.insert(line.id), "two order lines of one id");
            *open.entry((line.facility, line.sku)).or_default() += line.open_quantity;
        }
        for key in places.keys().map(|(key, _)| *key) {
            let committed = places.get(&(key, Place::Committed)).copied().unwrap_or_default();
            assert_eq!(committed, open.get(&key).copied().unwrap_or_default(), "promises");
        }
        for (order, _) in self.view.orders.values() {
            let open = order.lines.iter().any(|line| line.open_quantity > 0);
            assert_eq!(open, order.status == OrderStatus::Open, "{order:?}");
        }
    }

    /// What was approved is in the ledger, and nothing else is.
    fn check_requests(&self) {
        for request in self.view.requests.values() {
            let movement = self.view.movements.get(&request.id).map(|known| &known.movement);
            let approved = request.status.code() == "approved";
            assert_eq!(movement.is_some(), approved, "{request:?} and {movement:?}");
            assert_ne!(request.decided_by, Some(request.reported_by), "nobody decides their own");
        }
    }
}

fn level(places: &BTreeMap<(Key, Place), i64>, key: Key) -> Quantities {
    let at = |place| places.get(&(key, place)).copied().unwrap_or_default();
    Quantities {
        available: at(Place::Available),
        committed: at(Place::Committed),
        reserved: at(Place::Reserved),
        damaged: at(Place::Damaged),
        quality_control: at(Place::QualityControl),
        safety_stock: at(Place::SafetyStock),
    }
}

fn good_change(m: &Movement) -> i64 {
    use Place::{Available, Committed, Reserved, SafetyStock};
    let good = |p: Place| i64::from([Available, Committed, Reserved, SafetyStock].contains(&p));
    m.quantity * (good(m.to) - good(m.from))
}

/// What must hold of each outcome by itself.
fn check_outcome(command: &Command, outcome: &Outcome) {
    let Outcome::Posted(posted) = outcome else { return };
    if posted.replay {
        assert!(posted.corrections.is_empty(), "a replay posts nothing");
        return;
    }
    for m in &posted.corrections {
        assert_eq!(m.kind, MovementKind::LateCorrection);
        assert!(m.corrects.is_some(), "a correction names its count");
    }
    let authority = &command.authority;
    match &command.body {
        Body::Variance(variance) => {
            check_may(authority, variance.quantity);
            check_variance(&posted.movements, variance.id, variance.quantity, &variance.reason);
        }
        Body::Approve(verdict) => {
            let quantity = posted.movements.iter().map(good_change).sum();
            check_may(authority, quantity);
            check_variance(&posted.movements, verdict.request, quantity, &verdict.reason);
        }
        Body::Reverse(reverse) => {
            let [m] = &posted.movements[..] else { panic!("one reversal: {posted:?}") };
            assert_eq!((m.id, m.reverses), (reverse.id, Some(reverse.target)));
            check_may(authority, m.quantity);
        }
        _ => {}
    }
}

fn check_variance(movements: &[Movement], id: MovementId, quantity: i64, reason: &Reason) {
    let [m] = movements else { panic!("one variance: {movements:?}") };
    assert_eq!((m.id, m.quantity), (id, quantity.abs()));
    assert_eq!(good_change(m), quantity, "{m:?}");
    assert_eq!(m.reason.as_deref(), Some(&*reason.code));
    assert!(quantity > 0 || m.after.good() >= 0, "nobody sees fewer than no units: {m:?}");
}

fn check_may(authority: &Authority, quantity: i64) {
    match authority.mandate {
        Mandate::Report => panic!("whoever may report only has posted"),
        Mandate::Post(limits) => {
            let max = limits.variance_units_max.unwrap_or(i64::MAX);
            assert!(quantity.abs() <= max, "{quantity} is above the limit of {max}");
        }
    }
}
