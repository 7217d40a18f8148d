//! One transaction of a committer, a statement at a time, so that anything may come in between.
//!
//! Each statement sees what is committed when it runs (PostgreSQL's READ COMMITTED); the locks
//! alone keep what was read true until the commit, as in the store's engine.

use std::panic::{AssertUnwindSafe, catch_unwind};

use onhand_domain::{
    MovementId,
    order::Order,
    plan::{
        command::Command,
        needs::Needs,
        outcome::{Effects, Outcome},
        plan,
        view::View,
    },
};

use super::{
    locks::{Lock, Locks, Taken},
    tables::Tables,
};
use crate::{Plant, Stage, client::OpId, dice::Dice};

/// A request in a node's queue.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) op: OpId,
    /// The how-manieth sending of it.
    pub(crate) attempt: usize,
    pub(crate) commands: Vec<Command>,
}

/// What a transaction's next step came to.
pub(crate) enum Did {
    /// The stage is behind it.
    Next,
    /// Another transaction holds what it needs.
    Waits,
    /// 40001, 40P01 or a unique key: tried again from the start.
    Conflict,
    /// `plan` panicked: the transaction is rolled back.
    Panicked(String),
}

/// A transaction under way.
pub(crate) struct Tx {
    pub(crate) id: u64,
    pub(crate) jobs: Vec<Job>,
    pub(crate) stage: Stage,
    /// The how-manieth try.
    pub(crate) attempt: u32,
    /// Whether the clients were told before the commit: a planted fault.
    pub(crate) told_early: bool,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) effects: Effects,
    commands: Vec<Command>,
    needs: Needs,
    view: View,
}

/// What a transaction works with.
pub(crate) struct Desk<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) locks: &'a mut Locks,
    pub(crate) dice: &'a mut Dice,
    /// What the node's clock shows.
    pub(crate) now: onhand_domain::Micros,
    pub(crate) single_writer: bool,
    pub(crate) plant: Option<Plant>,
}

impl Tx {
    pub(crate) fn new(id: u64, jobs: Vec<Job>) -> Self {
        let commands = jobs.iter().flat_map(|job| job.commands.clone()).collect();
        Self {
            id,
            jobs,
            stage: Stage::Begin,
            attempt: 1,
            told_early: false,
            outcomes: Vec::new(),
            effects: Effects::default(),
            commands,
            needs: Needs::default(),
            view: View::default(),
        }
    }

    /// Rolled back, and begun again.
    pub(crate) fn again(&mut self) {
        self.stage = Stage::Begin;
        self.attempt += 1;
        self.outcomes.clear();
        self.effects = Effects::default();
        self.needs = Needs::default();
        self.view = View::default();
    }

    /// Does the next step. [`Stage::Commit`] is the caller's: it alone writes.
    pub(crate) fn advance(&mut self, mut desk: Desk<'_>) -> Did {
        match self.stage {
            Stage::Begin => {
                if desk.single_writer && self.take(&mut desk, Lock::Database) != Taken::Yes {
                    return Did::Waits;
                }
            }
            Stage::Locate => {
                let located = desk.tables.locate(&Needs::to_locate(&self.commands));
                self.needs = Needs::of(&self.commands, &located);
            }
            Stage::Heads => return self.load_heads(&mut desk),
            Stage::Levels => self.load_levels(desk.tables),
            Stage::Known => self.load_known(desk.tables),
            Stage::Usage => return self.load_usage(&mut desk),
            Stage::Orders => return self.load_orders(&mut desk),
            Stage::Late => self.load_late(desk.tables),
            Stage::Books => {
                for (key, at) in &self.needs.books {
                    self.view.books.insert((*key, *at), desk.tables.book(*key, *at));
                }
            }
            Stage::Counts => return self.load_counts(&mut desk),
            Stage::Plan => {
                if let Some(plant) = desk.plant {
                    plant.bend_view(&mut self.view, &self.commands, desk.dice);
                }
                let planned = catch_unwind(AssertUnwindSafe(|| plan(&self.view, &self.commands)));
                let Ok((outcomes, mut effects)) = planned else {
                    return Did::Panicked(format!("plan panicked over {:#?}", self.commands));
                };
                if let Some(plant) = desk.plant {
                    plant.bend_effects(&mut effects, desk.dice);
                }
                (self.outcomes, self.effects) = (outcomes, effects);
            }
            Stage::Persist => return self.persist(&mut desk),
            Stage::Commit => return Did::Waits,
        }
        self.stage = self.stage.next();
        Did::Next
    }

    fn take(&self, desk: &mut Desk<'_>, lock: Lock) -> Taken {
        desk.locks.take(self.id, lock)
    }

    /// Takes the locks in the order given, and says whether all are held.
    fn take_all(&self, desk: &mut Desk<'_>, locks: impl Iterator<Item = Lock>) -> Taken {
        for lock in locks {
            let taken = self.take(desk, lock);
            if taken != Taken::Yes {
                return taken;
            }
        }
        Taken::Yes
    }

    fn load_heads(&mut self, desk: &mut Desk<'_>) -> Did {
        let tables = desk.tables;
        let known = |id: &onhand_domain::FacilityId| tables.facilities.contains_key(id);
        let ids: Vec<_> = self.needs.facilities.iter().copied().filter(known).collect();
        match self.take_all(desk, ids.iter().map(|id| Lock::Head(*id))) {
            Taken::Yes => {}
            Taken::Waits => return Did::Waits,
            Taken::Deadlock => return Did::Conflict,
        }
        for id in ids {
            if let Some(facility) = tables.facilities.get(&id) {
                self.view.facilities.insert(id, *facility);
            }
            self.view.heads.insert(id, tables.heads.get(&id).copied().unwrap_or_default());
        }
        // The clock is read under the locks.
        self.view.now = desk.now;
        self.stage = self.stage.next();
        Did::Next
    }

    fn load_levels(&mut self, tables: &Tables) {
        for key in &self.needs.keys {
            let Some(sku) = tables.skus.get(&key.1) else { continue };
            self.view.skus.insert(key.1, *sku);
            if let Some(level) = tables.levels.get(key) {
                self.view.levels.insert(*key, level.quantities);
            }
        }
    }

    fn load_known(&mut self, tables: &Tables) {
        for id in &self.needs.movements {
            if let Some(known) = tables.known(*id) {
                self.view.movements.insert(*id, known);
            }
        }
        for id in &self.needs.requests {
            if let Some(request) = tables.requests.get(id) {
                self.view.requests.insert(*id, request.clone());
            }
        }
    }

    fn load_usage(&mut self, desk: &mut Desk<'_>) -> Did {
        let days: Vec<_> = self.needs.usage.iter().cloned().collect();
        let locks = days.iter().map(|(who, day)| Lock::Usage(*who, day.clone()));
        match self.take_all(desk, locks) {
            Taken::Yes => {}
            Taken::Waits => return Did::Waits,
            Taken::Deadlock => return Did::Conflict,
        }
        for day in days {
            let used = desk.tables.usage.get(&day).copied().unwrap_or_default();
            self.view.usage.insert(day, used);
        }
        self.stage = self.stage.next();
        Did::Next
    }

    fn load_orders(&mut self, desk: &mut Desk<'_>) -> Did {
        let tables = desk.tables;
        let mut ids = self.needs.orders.clone();
        ids.extend(self.needs.order_lines.iter().filter_map(|line| tables.lines.get(line)));
        ids.retain(|id| tables.orders.contains_key(id));
        match self.take_all(desk, ids.iter().map(|id| Lock::Order(*id))) {
            Taken::Yes => {}
            Taken::Waits => return Did::Waits,
            Taken::Deadlock => return Did::Conflict,
        }
        for id in ids {
            if let Some(order) = tables.orders.get(&id) {
                self.view.orders.insert(id, order.clone());
            }
        }
        if self.view.orders.values().any(|(order, _)| !self.needs.covers(order)) {
            return Did::Conflict;
        }
        self.stage = self.stage.next();
        Did::Next
    }

    fn load_late(&mut self, tables: &Tables) {
        for (key, from) in &self.needs.late {
            let Some(anchors) = tables.anchors.get(key) else { continue };
            let late = anchors.range(*from..).map(|(at, anchor)| (*at, *anchor));
            self.view.anchors.entry(*key).or_default().extend(late);
        }
    }

    fn load_counts(&mut self, desk: &mut Desk<'_>) -> Did {
        let tables = desk.tables;
        let ids = self.needs.anchors.iter().copied();
        self.view.anchor_ids = ids.filter(|id| tables.anchor_ids.contains_key(id)).collect();
        let known = |id: &onhand_domain::CountId| tables.counts.contains_key(id);
        let ids: Vec<_> = self.needs.counts.iter().copied().filter(known).collect();
        match self.take_all(desk, ids.iter().map(|id| Lock::Count(*id))) {
            Taken::Yes => {}
            Taken::Waits => return Did::Waits,
            Taken::Deadlock => return Did::Conflict,
        }
        let orders = ids.iter().filter_map(|id| Some((*id, *tables.counts.get(id)?)));
        self.view.counts.extend(orders);
        self.stage = self.stage.next();
        Did::Next
    }

    /// Takes the unique keys of the rows to write, waiting for whoever is about to write the same,
    /// and fails where they are taken.
    fn persist(&mut self, desk: &mut Desk<'_>) -> Did {
        match self.take_all(desk, unique_keys(&self.effects).into_iter()) {
            Taken::Yes => {}
            Taken::Waits => return Did::Waits,
            Taken::Deadlock => return Did::Conflict,
        }
        let forgets = desk.plant == Some(Plant::Replay);
        if !forgets && is_taken(&self.effects, desk.tables) {
            return Did::Conflict;
        }
        self.stage = self.stage.next();
        Did::Next
    }

    /// Writes everything. The caller releases the locks.
    pub(crate) fn commit(&self, tables: &mut Tables) {
        for facility in self.view.heads.keys() {
            tables.heads.entry(*facility).or_default();
        }
        for day in &self.needs.usage {
            tables.usage.entry(day.clone()).or_default();
        }
        tables.write(&self.effects);
    }
}

/// The unique keys that the rows have, in the order in which they are written.
fn unique_keys(effects: &Effects) -> Vec<Lock> {
    let mut keys = Vec::new();
    for movement in &effects.movements {
        keys.push(Lock::Movement(movement.id.0));
        keys.extend(movement.reverses.map(|target| Lock::Reverses(target.0)));
    }
    for (key, at, anchor) in &effects.anchors {
        keys.extend([Lock::Anchor(anchor.id.0), Lock::AnchorAt(*key, *at)]);
    }
    keys.extend(effects.requests.iter().map(|request| Lock::Request(request.id.0)));
    for (order, _) in &effects.orders {
        keys.push(Lock::Order(order.id));
        keys.extend(order.lines.iter().map(|line| Lock::Line(line.id.0)));
    }
    keys.extend(effects.added_lines.iter().map(|(_, _, line)| Lock::Line(line.id.0)));
    keys
}

/// Whether a unique key is taken by another row, or an upsert finds another one's.
fn is_taken(effects: &Effects, tables: &Tables) -> bool {
    let mut fresh = std::collections::BTreeSet::<MovementId>::new();
    let movement = effects.movements.iter().any(|m| {
        let reversed = m.reverses.is_some_and(|target| tables.reversed.contains_key(&target));
        reversed || tables.movement(m.id).is_some() || !fresh.insert(m.id)
    });
    let anchor = effects.anchors.iter().any(|(key, at, anchor)| {
        let by_id = tables.anchor_ids.get(&anchor.id).is_some_and(|place| *place != (*key, *at));
        let by_time = tables.anchors.get(key).and_then(|anchors| anchors.get(at));
        by_id || by_time.is_some_and(|row| row.id != anchor.id)
    });
    let request = effects.requests.iter().any(|request| {
        let row = tables.requests.get(&request.id);
        row.is_some_and(|row| row.fingerprint != request.fingerprint)
    });
    let order = effects.orders.iter().any(|(order, _): &(Order, _)| {
        let line = order.lines.iter().any(|line| tables.lines.contains_key(&line.id));
        line || tables.orders.contains_key(&order.id)
    });
    let added = &effects.added_lines;
    let line = added.iter().any(|(_, _, line)| tables.lines.contains_key(&line.id));
    movement || anchor || request || order || line
}
