//! What is done to the program.

mod backup;
mod clock;
mod disk;
mod fsync;
mod kill;

use std::future::Future;
use std::pin::Pin;

use crate::context::{Context, Kind};

/// What came of a scenario that did not fail.
pub(crate) enum Verdict {
    /// All was as it should be.
    Held,
    /// This machine can't do it; why.
    NotRun(String),
}

type Run<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Verdict>> + Send + 'a>>;

/// Something terrible, and what must hold after it.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) kinds: &'static [Kind],
    pub(crate) run: for<'a> fn(&'a Context) -> Run<'a>,
}

/// All of them, in the order in which they run.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "kill",
        summary: "SIGKILL at random moments under load",
        kinds: Kind::BOTH,
        run: |context| Box::pin(kill::run(context)),
    },
    Scenario {
        name: "disk-full",
        summary: "the disk fills up, and has room again",
        kinds: Kind::BOTH,
        run: |context| Box::pin(disk::run(context)),
    },
    Scenario {
        name: "fsync",
        summary: "a sync fails: the process ends, the next one has everything",
        kinds: &[Kind::Sqlite],
        run: |context| Box::pin(fsync::run(context)),
    },
    Scenario {
        name: "clock",
        summary: "the clock jumps back and forth",
        kinds: Kind::BOTH,
        run: |context| Box::pin(clock::run(context)),
    },
    Scenario {
        name: "backup",
        summary: "a backup under load is restored elsewhere",
        kinds: Kind::BOTH,
        run: |context| Box::pin(backup::run(context)),
    },
];
