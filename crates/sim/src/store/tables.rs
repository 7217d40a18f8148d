//! The database in memory: what is committed, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    AnchorId, CountId, FacilityId, Micros, Money, Movement, MovementId, OrderId, OrderLineId,
    PrincipalId, SkuId,
    encode::Hash,
    order::Order,
    place::Place,
    plan::{
        needs::{Located, Needs},
        outcome::{Audited, Cause, Effects, LevelAfter},
        view::{Anchor, Facility, Head, Key, Known, Sku, WorkOrder},
    },
    request::Request,
};

/// A row that is not in a ledger and was written: where an auditor has to look.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Request(MovementId),
    Order(OrderId),
    Anchor(Key, Micros),
    Count(CountId),
    Level(Key),
}

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) facilities: BTreeMap<FacilityId, Facility>,
    pub(crate) skus: BTreeMap<SkuId, Sku>,
    pub(crate) heads: BTreeMap<FacilityId, Head>,
    pub(crate) ledgers: BTreeMap<FacilityId, Vec<Movement>>,
    pub(crate) levels: BTreeMap<Key, LevelAfter>,
    pub(crate) anchors: BTreeMap<Key, BTreeMap<Micros, Anchor>>,
    pub(crate) anchor_ids: BTreeMap<AnchorId, (Key, Micros)>,
    /// Work orders: made and changed outside of the ledger, closed by it.
    pub(crate) counts: BTreeMap<CountId, WorkOrder>,
    pub(crate) requests: BTreeMap<MovementId, Request>,
    pub(crate) orders: BTreeMap<OrderId, (Order, Hash)>,
    pub(crate) lines: BTreeMap<OrderLineId, OrderId>,
    pub(crate) usage: BTreeMap<(PrincipalId, String), Money>,
    pub(crate) triggers: BTreeSet<(Key, Cause)>,
    pub(crate) audit: Vec<Audited>,
    pub(crate) reversed: BTreeMap<MovementId, MovementId>,
    /// Rows written since the auditor last looked.
    pub(crate) changes: Vec<Change>,
    /// Index of the movements by id.
    by_id: BTreeMap<MovementId, (FacilityId, usize)>,
    /// Index of the books: the sum of good units that moved at a time.
    books: BTreeMap<Key, BTreeMap<Micros, i64>>,
}

impl Tables {
    pub(crate) fn movement(&self, id: MovementId) -> Option<&Movement> {
        let (facility, at) = self.by_id.get(&id)?;
        self.ledgers.get(facility)?.get(*at)
    }

    pub(crate) fn known(&self, id: MovementId) -> Option<Known> {
        let movement = self.movement(id)?.clone();
        Some(Known { movement, reversed_by: self.reversed.get(&id).copied() })
    }

    /// Where the things lie that are named by id alone.
    pub(crate) fn locate(&self, needs: &Needs) -> Located {
        let movements = needs.movements.iter().filter_map(|id| {
            self.movement(*id).map(|m| (*id, ((m.facility, m.sku), m.effective_at)))
        });
        let requests = needs.requests.iter().filter_map(|id| {
            self.requests.get(id).map(|r| (*id, ((r.facility, r.sku), r.effective_at)))
        });
        let orders = needs.orders.iter().filter_map(|id| {
            let (order, _) = self.orders.get(id)?;
            Some((*id, order.lines.iter().map(|line| (line.facility, line.sku)).collect()))
        });
        Located {
            movements: movements.collect(),
            requests: requests.collect(),
            orders: orders.collect(),
        }
    }

    /// As the statement `books`: the good units of all movements up to a time.
    pub(crate) fn book(&self, key: Key, at: Micros) -> i64 {
        self.books.get(&key).map_or(0, |sums| sums.range(..=at).map(|(_, sum)| sum).sum())
    }

    /// A committed transaction's writes, all at once.
    pub(crate) fn write(&mut self, effects: &Effects) {
        for movement in &effects.movements {
            self.insert_movement(movement);
        }
        for (key, level) in &effects.levels {
            self.upsert_level(*key, level);
        }
        self.heads.extend(effects.heads.iter().copied());
        for (key, at, anchor) in &effects.anchors {
            let anchors = self.anchors.entry(*key).or_default();
            let row = anchors.entry(*at).or_insert(*anchor);
            (row.variance, row.voided) = (anchor.variance, anchor.voided);
            self.anchor_ids.insert(anchor.id, (*key, *at));
            self.changes.push(Change::Anchor(*key, *at));
        }
        for (id, order) in &effects.counts {
            self.counts.insert(*id, *order);
            self.changes.push(Change::Count(*id));
        }
        for request in &effects.requests {
            let row = self.requests.entry(request.id).or_insert_with(|| request.clone());
            row.status = request.status;
            row.decided_by = request.decided_by;
            row.decided_at = request.decided_at;
            row.decision_note.clone_from(&request.decision_note);
            self.changes.push(Change::Request(request.id));
        }
        self.write_orders(effects);
        for ((who, day), value) in &effects.usage {
            self.usage.insert((*who, day.clone()), *value);
        }
        self.triggers.extend(effects.triggers.iter().map(|t| (t.key, t.cause)));
        self.audit.extend(effects.audit.iter().cloned());
    }

    fn insert_movement(&mut self, movement: &Movement) {
        let ledger = self.ledgers.entry(movement.facility).or_default();
        // The first of two rows with one id, where a planted fault has taken the unique index away.
        self.by_id.entry(movement.id).or_insert((movement.facility, ledger.len()));
        ledger.push(movement.clone());
        if let Some(target) = movement.reverses {
            self.reversed.entry(target).or_insert(movement.id);
        }
        let key = (movement.facility, movement.sku);
        let good = |place| {
            use Place::{Available, Committed, Reserved, SafetyStock};
            i64::from(matches!(place, Available | Committed | Reserved | SafetyStock))
        };
        let change = movement.quantity * (good(movement.to) - good(movement.from));
        *self.books.entry(key).or_default().entry(movement.effective_at).or_default() += change;
    }

    fn upsert_level(&mut self, key: Key, level: &LevelAfter) {
        let row = self.levels.entry(key).or_insert(*level);
        *row = LevelAfter {
            quantities: level.quantities,
            seq: row.seq.max(level.seq),
            at: row.at.max(level.at),
            counted_at: row.counted_at.max(level.counted_at),
        };
        self.changes.push(Change::Level(key));
    }

    fn write_orders(&mut self, effects: &Effects) {
        for (order, fingerprint) in &effects.orders {
            let mut order = order.clone();
            // Lines are read back in the order of their ids.
            order.lines.sort_by_key(|line| line.id);
            self.lines.extend(order.lines.iter().map(|line| (line.id, order.id)));
            self.changes.push(Change::Order(order.id));
            self.orders.insert(order.id, (order, *fingerprint));
        }
        for (id, _, line) in &effects.added_lines {
            let Some((order, _)) = self.orders.get_mut(id) else { continue };
            order.lines.push(line.clone());
            order.lines.sort_by_key(|line| line.id);
            self.lines.insert(line.id, *id);
            self.changes.push(Change::Order(*id));
        }
        // The last word on a line counts, as in the engine's payload.
        for line in &effects.order_lines {
            let Some(id) = self.lines.get(&line.id) else { continue };
            let Some((order, _)) = self.orders.get_mut(id) else { continue };
            for row in order.lines.iter_mut().filter(|row| row.id == line.id) {
                *row = line.clone();
            }
            self.changes.push(Change::Order(*id));
        }
        for (id, status) in &effects.order_statuses {
            if let Some((order, _)) = self.orders.get_mut(id) {
                order.status = *status;
                self.changes.push(Change::Order(*id));
            }
        }
        for followed in &effects.followed {
            if let Some((order, _)) = self.orders.get_mut(&followed.id) {
                let lines = std::mem::take(&mut order.lines);
                *order = Order { lines, ..followed.clone() };
                self.changes.push(Change::Order(followed.id));
            }
        }
    }
}
