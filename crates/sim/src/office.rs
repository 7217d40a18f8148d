//! What happens to work orders outside of the ledger: they are made, counted, decided line by line,
//! given up. The ledger closes them.

use onhand_domain::{CountId, count::CountStatus, plan::view::WorkOrder};

use crate::{scheduler::Simulation, store::Lock, trace::Event};

/// Work orders that are open at once: few, so that several people close the same one.
const OPEN_MAX: usize = 3;

impl Simulation {
    /// One transaction of somebody at a desk: it locks the work order, changes it and commits.
    pub(crate) fn work_in_office(&mut self) {
        let open: Vec<CountId> = (self.tables.counts.iter())
            .filter(|(_, order)| !order.status.is_final())
            .map(|(id, _)| *id)
            .collect();
        if open.len() < OPEN_MAX && self.dice.per_mille(500) {
            let Some(facility) = self.dice.one_of(&self.world.facilities) else { return };
            let id = CountId(self.dice.id());
            let status = CountStatus::Open;
            self.change(id, WorkOrder { facility, status, version: 1, closed_by: None });
            self.memory.work_orders.add(id);
            return;
        }
        let Some(id) = self.dice.one_of(&open) else { return };
        // Whoever is about to close it has it, or the database's one writer works for somebody.
        if self.locks.is_held(&Lock::Count(id)) || self.locks.is_held(&Lock::Database) {
            return;
        }
        let Some(order) = self.tables.counts.get(&id).copied() else { return };
        let status = match (order.status, self.dice.below(100)) {
            (_, 0..4) => CountStatus::Cancelled,
            (CountStatus::Open, _) => CountStatus::InReview,
            (CountStatus::InReview, 4..10) => CountStatus::Open,
            // A line was decided.
            (status, _) => status,
        };
        self.change(id, WorkOrder { status, version: order.version + 1, ..order });
    }

    fn change(&mut self, id: CountId, order: WorkOrder) {
        self.tables.counts.insert(id, order);
        self.auditor.in_office(id, order);
        self.note(Event::Office { count: id, status: order.status, version: order.version });
    }
}
