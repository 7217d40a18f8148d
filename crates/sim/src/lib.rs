//! A deterministic simulation of Onhand: clients, nodes, the store's transactions, and everything
//! that can go wrong between them.
//!
//! The decisions are production's own: [`onhand_domain::plan::plan`]. Around it stand a store in
//! memory that loads, locks and writes what the real one does, nodes that batch, retry, crash and
//! have wrong clocks, a network that loses, doubles and reorders, and clients that ask again with
//! the same ids until they are answered. Everything comes from one seed, in one thread, so that a
//! seed that fails fails again at the same step. The auditor knows nothing of `plan`: it looks at
//! what clients were told and at the tables.
//!
//! `docs/SIMULATION.md` says how to run it.

mod asks;
mod auditor;
mod client;
mod dice;
mod nodes;
mod office;
mod plant;
mod scheduler;
mod shop;
mod store;
mod trace;
mod work;
mod world;

use std::{collections::BTreeMap, fmt};

pub use plant::Plant;

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Everything that happens follows from it.
    pub seed: u64,
    /// Steps before the faults stop and what is open must be answered.
    pub steps: u64,
    /// A fault planted on purpose.
    pub plant: Option<Plant>,
}

/// A step of a transaction; a node may die before and after each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `BEGIN`.
    Begin,
    /// Where the things lie that are named by id alone.
    Locate,
    /// The facilities' heads, locked in key order.
    Heads,
    /// SKUs and levels.
    Levels,
    /// Movements and requests by id.
    Known,
    /// People's days, locked.
    Usage,
    /// Orders, locked.
    Orders,
    /// Counts that something late may come before.
    Late,
    /// Books at the times of count lines.
    Books,
    /// Work orders to close, locked.
    Counts,
    /// The decision.
    Plan,
    /// All rows.
    Persist,
    /// `COMMIT`.
    Commit,
}

impl Stage {
    const fn next(self) -> Self {
        match self {
            Self::Begin => Self::Locate,
            Self::Locate => Self::Heads,
            Self::Heads => Self::Levels,
            Self::Levels => Self::Known,
            Self::Known => Self::Usage,
            Self::Usage => Self::Orders,
            Self::Orders => Self::Late,
            Self::Late => Self::Books,
            Self::Books => Self::Counts,
            Self::Counts => Self::Plan,
            Self::Plan => Self::Persist,
            Self::Persist | Self::Commit => Self::Commit,
        }
    }
}

/// What a simulation that found nothing went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The hash of everything that happened: the same seed has the same.
    pub trace_hash: u64,
    /// Steps taken, with those in which the open requests were answered.
    pub steps: u64,
    /// Requests made, not counting their repetitions.
    pub requests: u64,
    /// Transactions committed.
    pub commits: u64,
    /// Movements in the ledgers.
    pub movements: u64,
    /// Late corrections among them.
    pub late_corrections: u64,
    /// Count lines that were taken back.
    pub counts_undone: u64,
    /// Work orders that were closed.
    pub counts_closed: u64,
    /// Steps by what happened in them: a step may have several events.
    pub events: BTreeMap<&'static str, u64>,
    /// Answers by kind, refusals by their name.
    pub answers: BTreeMap<String, u64>,
    /// Times that a node died (or the database threw its transaction out) in front of a stage; in
    /// front of `None`: after the commit, before the last answer.
    pub interrupted: BTreeMap<Option<Stage>, u64>,
    /// Transactions that failed for their neighbours' sake and were tried again.
    pub conflicts: u64,
}

/// A rule is broken.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The step at which it was seen.
    pub step: u64,
    /// What is wrong.
    pub what: String,
    /// The last events before it, and what they were about.
    pub events: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            writeln!(out, "  {event}")?;
        }
        write!(out, "seed {} step {}: {}", self.seed, self.step, self.what)
    }
}

impl std::error::Error for Failure {}

/// Runs a simulation to its end, or to the first rule that it finds broken.
///
/// # Errors
/// The broken rule, with the seed, the step and what happened before.
pub fn run(config: Config) -> Result<Report, Box<Failure>> {
    scheduler::Simulation::new(config).run()
}
