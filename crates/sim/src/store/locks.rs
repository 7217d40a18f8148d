//! Row locks, as PostgreSQL's transactions hold them until they end.

use std::collections::BTreeMap;

use onhand_domain::{CountId, FacilityId, Micros, OrderId, PrincipalId, plan::view::Key};
use uuid::Uuid;

/// Something that one transaction at a time may hold: a locked row, or a unique key that it is
/// about to write.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    /// The whole database: SQLite's one writer.
    Database,
    /// A facility's head: its postings are one after the other.
    Head(FacilityId),
    /// A person's day.
    Usage(PrincipalId, String),
    /// An order.
    Order(OrderId),
    /// A count's work order.
    Count(CountId),
    /// The unique id of a movement.
    Movement(Uuid),
    /// The one reversal of a movement.
    Reverses(Uuid),
    /// The unique id of a count line.
    Anchor(Uuid),
    /// The one count line of a key at a time.
    AnchorAt(Key, Micros),
    /// The unique id of a request.
    Request(Uuid),
    /// The unique id of an order line.
    Line(Uuid),
}

/// What came of asking for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Held now (or before).
    Yes,
    /// Another transaction holds it.
    Waits,
    /// The other one waits for us: the database fails one of the two.
    Deadlock,
}

/// Who holds what, and who waits for what.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    held: BTreeMap<Lock, u64>,
    waits: BTreeMap<u64, Lock>,
}

impl Locks {
    pub(crate) fn take(&mut self, tx: u64, lock: Lock) -> Taken {
        self.waits.remove(&tx);
        match self.held.get(&lock) {
            None => {
                self.held.insert(lock, tx);
                Taken::Yes
            }
            Some(holder) if *holder == tx => Taken::Yes,
            Some(holder) if self.leads_to(*holder, tx) => Taken::Deadlock,
            Some(_) => {
                self.waits.insert(tx, lock);
                Taken::Waits
            }
        }
    }

    /// Whether `from` waits, directly or through others, for `to`.
    fn leads_to(&self, mut from: u64, to: u64) -> bool {
        // No transaction waits for itself, so the chain is no longer than there are waiters.
        for _ in 0..=self.waits.len() {
            let Some(next) = self.waits.get(&from).and_then(|lock| self.held.get(lock)) else {
                return false;
            };
            if *next == to {
                return true;
            }
            from = *next;
        }
        false
    }

    /// Whether a transaction waits for something that another one still holds.
    pub(crate) fn is_blocked(&self, tx: u64) -> bool {
        self.waits.get(&tx).is_some_and(|lock| self.held.contains_key(lock))
    }

    /// The transaction ended.
    pub(crate) fn release(&mut self, tx: u64) {
        self.held.retain(|_, holder| *holder != tx);
        self.waits.remove(&tx);
    }

    /// Whether somebody holds it.
    pub(crate) fn is_held(&self, lock: &Lock) -> bool {
        self.held.contains_key(lock)
    }

    /// Whether anything is held.
    pub(crate) fn is_idle(&self) -> bool {
        self.held.is_empty() && self.waits.is_empty()
    }
}
