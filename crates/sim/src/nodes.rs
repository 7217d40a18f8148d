//! The nodes: a queue, committers, a clock that may be wrong.

use std::collections::VecDeque;

use crate::{
    client::{OpId, Reply},
    store::{Job, Locks, Tx},
};

/// Requests that a node's queue holds; more are told to come back.
pub(crate) const QUEUE_REQUESTS_MAX: usize = 24;

/// One process.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) up: bool,
    /// Frozen, with whatever it holds.
    pub(crate) stalled: bool,
    /// By how many microseconds its clock is ahead.
    pub(crate) clock_offset: i64,
    pub(crate) queue: VecDeque<Job>,
    pub(crate) committers: Vec<Committer>,
}

/// One of a node's committers.
#[derive(Default)]
pub(crate) struct Committer {
    pub(crate) work: Work,
    /// Requests of a batch that the database refused, each to be tried alone.
    pub(crate) split: VecDeque<Job>,
}

/// What a committer has in hand.
#[derive(Default)]
pub(crate) enum Work {
    #[default]
    Nothing,
    Tx(Box<Tx>),
    /// After the commit: the answers that are not sent yet.
    Answers(VecDeque<(OpId, usize, Reply)>),
}

impl Node {
    pub(crate) fn new(committers: usize, clock_offset: i64) -> Self {
        let committers = (0..committers).map(|_| Committer::default()).collect();
        Self { up: true, clock_offset, committers, ..Self::default() }
    }

    /// Whether anything waits here to be done.
    pub(crate) fn is_busy(&self) -> bool {
        !self.queue.is_empty() || self.committers.iter().any(Committer::is_busy)
    }

    /// The committers that can do something now.
    pub(crate) fn able(&self, locks: &Locks) -> impl Iterator<Item = usize> {
        let runs = self.up && !self.stalled;
        let queued = !self.queue.is_empty();
        let able = move |committer: &Committer| match &committer.work {
            Work::Nothing => queued || !committer.split.is_empty(),
            Work::Tx(tx) => !locks.is_blocked(tx.id),
            Work::Answers(_) => true,
        };
        let committers = self.committers.iter().enumerate();
        committers.filter(move |(_, committer)| runs && able(committer)).map(|(at, _)| at)
    }

    /// The first request and those behind it, up to the size of a batch.
    pub(crate) fn take_batch(&mut self, commands_max: usize) -> Vec<Job> {
        let mut batch: Vec<Job> = self.queue.pop_front().into_iter().collect();
        let mut commands: usize = batch.iter().map(|job| job.commands.len()).sum();
        while commands < commands_max
            && let Some(job) = self.queue.pop_front()
        {
            commands += job.commands.len();
            batch.push(job);
        }
        batch
    }
}

impl Committer {
    pub(crate) fn is_busy(&self) -> bool {
        !matches!(self.work, Work::Nothing) || !self.split.is_empty()
    }
}
