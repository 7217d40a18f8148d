//! What a scenario is handed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::time::Duration;

use onhand_testkit::PgCluster;
use onhand_testkit::node::{Assortment, Node, Retailer};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::options::Options;

/// A scenario that hangs is a failure.
const TIME_LIMIT_SHORT: Duration = Duration::from_mins(5);
const TIME_LIMIT_LONG: Duration = Duration::from_hours(2);

/// A database's kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) const BOTH: &[Self] = &[Self::Sqlite, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a scenario is handed.
pub(crate) struct Context<'a> {
    seed: u64,
    short: bool,
    round_count: Option<u32>,
    change_count: Option<usize>,
    order_count: Option<usize>,
    kind: Kind,
    cluster: Option<&'a PgCluster>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        options: &Options,
        scenario: &str,
        kind: Kind,
        cluster: Option<&'a PgCluster>,
    ) -> Self {
        // Of its own for each scenario: alone, it replays as within the whole run.
        let mut hasher = DefaultHasher::new();
        (options.seed(), scenario, kind.name()).hash(&mut hasher);
        let Options { short, round_count, change_count, order_count, .. } = *options;
        let seed = hasher.finish();
        Self { seed, short, round_count, change_count, order_count, kind, cluster }
    }

    pub(crate) fn time_limit(&self) -> Duration {
        if self.short { TIME_LIMIT_SHORT } else { TIME_LIMIT_LONG }
    }

    /// One of two, by the form of the run.
    pub(crate) fn short_or<T>(&self, short: T, long: T) -> T {
        if self.short { short } else { long }
    }

    /// Faults in a scenario that repeats one.
    pub(crate) fn rounds(&self, short: u32, long: u32) -> u32 {
        self.round_count.unwrap_or_else(|| self.short_or(short, long))
    }

    /// Changes of stock in a scenario that has so many, by the form of the run.
    pub(crate) fn changes(&self, (short, long): (usize, usize)) -> usize {
        self.change_count.unwrap_or_else(|| self.short_or(short, long))
    }

    /// Orders, in the same way.
    pub(crate) fn orders(&self, (short, long): (usize, usize)) -> usize {
        self.order_count.unwrap_or_else(|| self.short_or(short, long))
    }

    /// Chance for one purpose: `lane` keeps purposes from disturbing each other.
    pub(crate) fn rng(&self, lane: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed ^ lane.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The PostgreSQL of this run.
    pub(crate) fn cluster(&self) -> anyhow::Result<&PgCluster> {
        self.cluster.ok_or_else(|| anyhow::anyhow!("only with PostgreSQL"))
    }

    /// A seeded retailer on a database of its own.
    pub(crate) fn retailer(&self, assortment: &Assortment) -> io::Result<Retailer> {
        blocking(|| match self.cluster {
            None => Retailer::on_sqlite(assortment),
            Some(cluster) => Retailer::on_postgres(&cluster.fresh_database(), assortment),
        })
    }
}

/// The testkit waits without tokio.
pub(crate) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// Starts a node.
pub(crate) fn serve(retailer: &Retailer) -> io::Result<Node> {
    blocking(|| retailer.serve())
}
