//! What happened, step by step: the last of it to read, all of it as one hash.

use std::{
    collections::VecDeque,
    fmt,
    hash::{Hash, Hasher},
};

use onhand_domain::{CountId, count::CountStatus};

use crate::{Stage, client::OpId};

/// Events that a failure shows.
const SHOWN: usize = 80;

/// One thing that happened.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Event {
    /// A client sends a request (again).
    Asks { op: OpId, attempt: u32, node: usize },
    /// A message got lost.
    Lost { op: OpId, answer: bool },
    /// A message arrives twice.
    Doubled { op: OpId, answer: bool },
    /// A node takes a request into its queue.
    Queued { op: OpId, node: usize },
    /// A node has no room, or is down.
    TurnedAway { op: OpId, node: usize },
    /// A node begins a transaction.
    Begins { node: usize, tx: u64, ops: Vec<OpId> },
    /// A transaction did its next step.
    Did { tx: u64, stage: Stage },
    /// A transaction waits for a lock.
    Waits { tx: u64, stage: Stage },
    /// A transaction failed and is tried again.
    Conflict { tx: u64, stage: Stage },
    /// The database failed a transaction.
    Broken { tx: u64, stage: Stage, written: bool },
    /// The ledgers' heads after a commit.
    Committed { tx: u64, heads: u64 },
    /// A node answers.
    Answers { op: OpId, node: usize },
    /// A client is told.
    Told { op: OpId, words: String },
    /// A node dies, with what it had in hand.
    Crashes { node: usize },
    /// A node comes back.
    Starts { node: usize },
    /// A node freezes or thaws.
    Stalls { node: usize, stalled: bool },
    /// The database dies and comes back: all transactions are gone.
    DatabaseRestarts,
    /// A node's clock is off by so many microseconds.
    Clock { node: usize, offset: i64 },
    /// Time passes.
    Time { now: i64 },
    /// A facility closes or opens.
    Facility { index: usize, active: bool },
    /// Somebody made or changed a work order.
    Office { count: CountId, status: CountStatus, version: i64 },
}

impl Event {
    /// Its name, to count by.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Asks { .. } => "asks",
            Self::Lost { .. } => "lost",
            Self::Doubled { .. } => "doubled",
            Self::Queued { .. } => "queued",
            Self::TurnedAway { .. } => "turned_away",
            Self::Begins { .. } => "begins",
            Self::Did { .. } => "did",
            Self::Waits { .. } => "waits",
            Self::Conflict { .. } => "conflict",
            Self::Broken { .. } => "broken",
            Self::Committed { .. } => "committed",
            Self::Answers { .. } => "answers",
            Self::Told { .. } => "told",
            Self::Crashes { .. } => "crashes",
            Self::Starts { .. } => "starts",
            Self::Stalls { .. } => "stalls",
            Self::DatabaseRestarts => "database_restarts",
            Self::Clock { .. } => "clock",
            Self::Time { .. } => "time",
            Self::Facility { .. } => "facility",
            Self::Office { .. } => "office",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

/// FNV-1a, 64 bits: the standard library's hasher may change from release to release.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// All that happened so far.
pub(crate) struct Trace {
    hash: Fnv,
    last: VecDeque<(u64, Event)>,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Self { hash: Fnv(0xcbf2_9ce4_8422_2325), last: VecDeque::with_capacity(SHOWN) }
    }

    pub(crate) fn note(&mut self, step: u64, event: Event) {
        step.hash(&mut self.hash);
        event.hash(&mut self.hash);
        if self.last.len() == SHOWN {
            self.last.pop_front();
        }
        self.last.push_back((step, event));
    }

    /// The hash of everything noted.
    pub(crate) fn hash(&self) -> u64 {
        self.hash.finish()
    }

    /// The last events, oldest first.
    pub(crate) fn last(&self) -> impl Iterator<Item = &(u64, Event)> {
        self.last.iter()
    }
}
