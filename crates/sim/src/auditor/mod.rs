//! Checks the ledger's rules without knowing how they are kept.
//!
//! It reads what clients asked, what they were told and what stands in the tables, and computes
//! everything else anew from the rules as `docs` and `DESIGN` say them: running quantities, hashes,
//! counts from first principles. It calls nothing of the domain that decides or adds up.

mod answers;
mod asked;
mod counts;
mod ledger;
mod orders;
mod requests;
mod shop;
mod words;
mod work_orders;

use std::collections::BTreeMap;

use onhand_domain::{
    CountId, FacilityId, Micros,
    plan::{
        outcome::Outcome,
        view::{Key, WorkOrder},
    },
};

use crate::{
    client::{Ask, Op, OpId, Reply},
    store::{Change, Tables},
};

/// A rule is broken: which, and by what.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) String);

/// Whether a rule holds.
type Checked = Result<(), Fault>;

/// Fails with the text where the condition does not hold.
macro_rules! must {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::auditor::Fault(format!($($text)+)));
        }
    };
}
use must;

/// What is known of the past.
#[derive(Default)]
pub(crate) struct Auditor {
    asked: asked::Asked,
    answers: answers::Answers,
    books: ledger::Books,
    requests: requests::Requests,
    work_orders: work_orders::WorkOrders,
}

impl Auditor {
    /// A client is about to ask.
    pub(crate) fn asked(&mut self, op: OpId, asks: &[Ask]) {
        self.asked.add(op, asks);
    }

    /// Somebody makes or changes a work order.
    pub(crate) fn in_office(&mut self, id: CountId, order: WorkOrder) {
        self.work_orders.set(id, order);
    }

    /// Time goes on.
    pub(crate) const fn at_step(&mut self, step: u64) {
        self.answers.step = step;
    }

    /// A client reads an answer to the sending of step `sent`.
    pub(crate) fn told(
        &mut self,
        op: OpId,
        request: &Op,
        sent: u64,
        reply: &Reply,
        tables: &Tables,
    ) -> Checked {
        self.answers.told(&self.asked, op, request, sent, reply, tables)
    }

    /// From now on a client knows of this.
    pub(crate) fn heard(&mut self, step: u64, outcomes: &[Outcome]) {
        self.answers.heard(step, outcomes);
    }

    /// Looks at what was committed since the last look.
    pub(crate) fn look(&mut self, tables: &mut Tables, ops: &[Op]) -> Checked {
        let mut touched = self.books.take_new(tables, &self.asked, ops)?;
        for change in std::mem::take(&mut tables.changes) {
            match change {
                Change::Request(id) => self.requests.check(id, tables)?,
                Change::Order(id) => orders::check(id, tables, &self.books, &self.asked, ops)?,
                Change::Anchor(key, at) => {
                    asked::check_anchor(&self.asked, ops, key, at, tables)?;
                    touched.note(key, at);
                    self.books.counted(key, at, tables)?;
                }
                Change::Count(id) => self.work_orders.check(id, &self.asked, ops, tables)?,
                Change::Level(key) => touched.note(key, Micros(i64::MAX)),
            }
        }
        for (key, from) in touched.keys {
            ledger::check_level(key, tables, &self.books)?;
            orders::check_committed(key, &self.books)?;
            counts::check(key, Some(from), tables, &self.books)?;
        }
        ledger::check_heads(tables, &self.books)?;
        ledger::check_usage(tables, &self.books)
    }

    /// Looks at everything, from the first movement on, as if for the first time.
    pub(crate) fn inspect(&mut self, tables: &mut Tables, ops: &[Op]) -> Checked {
        // A connection that broke at its commit may have left something.
        self.look(tables, ops)?;
        let mut books = ledger::Books::default();
        books.take_new(tables, &self.asked, ops)?;
        for (key, anchors) in &tables.anchors {
            for at in anchors.keys() {
                books.counted(*key, *at, tables)?;
                asked::check_anchor(&self.asked, ops, *key, *at, tables)?;
            }
        }
        for key in books.keys().chain(tables.levels.keys().copied()) {
            ledger::check_level(key, tables, &books)?;
        }
        for key in tables.anchors.keys() {
            counts::check(*key, None, tables, &books)?;
        }
        orders::check_all(tables, &books, &self.asked, ops)?;
        for id in tables.requests.keys() {
            requests::check_row(*id, tables)?;
        }
        ledger::check_heads(tables, &books)?;
        ledger::check_usage(tables, &books)?;
        ledger::check_audit(tables, &books)?;
        asked::check_undone(&self.asked, ops, tables)?;
        self.work_orders.check_all(&self.asked, ops, tables)?;
        self.answers.check_all(tables)
    }
}

/// Keys that changed, from which time on.
#[derive(Debug, Default)]
struct Touched {
    keys: BTreeMap<Key, Micros>,
}

impl Touched {
    fn note(&mut self, key: Key, from: Micros) {
        let earliest = self.keys.entry(key).or_insert(from);
        *earliest = from.min(*earliest);
    }
}

/// A facility's name in a message.
fn at(facility: FacilityId, seq: i64) -> String {
    format!("movement {seq} at {facility}")
}
