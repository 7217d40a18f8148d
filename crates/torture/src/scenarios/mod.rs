//! What is done to the program.

mod backup;
mod clock;
mod disk;
mod fsync;
mod hostile;
mod kill;
mod overload;
mod postgres;
mod shop;

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
    pub(crate) run: for<'a> fn(&'a Context<'a>) -> Run<'a>,
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
    Scenario {
        name: "overload",
        summary: "ten times more requests than the machine can do",
        kinds: Kind::BOTH,
        run: |context| Box::pin(overload::run(context)),
    },
    Scenario {
        name: "hostile",
        summary: "half requests, answers that nobody reads, bodies without end",
        kinds: &[Kind::Sqlite],
        run: |context| Box::pin(hostile::run(context)),
    },
    Scenario {
        name: "shop",
        summary: "nodes and a shop are killed in turn, and everything between them fails",
        kinds: Kind::BOTH,
        run: |context| Box::pin(shop::run(context)),
    },
    Scenario {
        name: "pg-backends",
        summary: "PostgreSQL's connections are cut before and after the commit",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::backends(context)),
    },
    Scenario {
        name: "pg-restart",
        summary: "PostgreSQL crashes and comes back",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::restart(context)),
    },
    Scenario {
        name: "pg-exhausted",
        summary: "others hold all connections, then all locks",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::exhausted(context)),
    },
    Scenario {
        name: "pg-frozen",
        summary: "a node is frozen while another writes the same facilities",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::frozen(context)),
    },
    Scenario {
        name: "pg-two-nodes",
        summary: "two nodes write the same row",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::two_nodes(context)),
    },
    Scenario {
        name: "pg-rogue",
        summary: "deadlocks and serialization failures",
        kinds: &[Kind::Postgres],
        run: |context| Box::pin(postgres::rogue(context)),
    },
];

/// The last lines of a log.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
