use std::sync::OnceLock;

use clap::{Parser, ValueEnum};

use crate::context::Kind;

/// Do terrible things to the program and see that nothing acknowledged is lost
#[derive(Parser)]
#[command(after_help = "\
The binary is the one that ONHAND_BIN names, else the workspace's newest build. PostgreSQL is the
machine's own, started in a folder of its own. Mounting a small disk needs root.

Examples:
  onhand-torture --short
  onhand-torture --only kill --round-count 500 --database sqlite --seed 42
  onhand-torture --only shop --change-count 5000 --order-count 1000 --database postgres")]
pub(crate) struct Options {
    /// A form of a minute or so, for every change
    #[arg(long)]
    pub(crate) short: bool,
    /// Faults in scenarios that repeat one [default: 300, with --short 8; in
    /// `shop` 60 and 6]
    #[arg(long, value_name = "N")]
    pub(crate) round_count: Option<u32>,
    /// Changes of stock in the scenario `shop` [default: 100000, with --short 300]
    #[arg(long, value_name = "N")]
    pub(crate) change_count: Option<usize>,
    /// Orders in the scenario `shop` [default: 20000, with --short 60]
    #[arg(long, value_name = "N")]
    pub(crate) order_count: Option<usize>,
    /// Where the schedule of faults starts from; the same seed gives the same schedule
    /// [default: another one each time]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Databases to run on
    #[arg(long, value_name = "DATABASE", default_value = "both")]
    pub(crate) database: Databases,
    /// Only this scenario; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// List the scenarios
    #[arg(long)]
    pub(crate) list: bool,
}

impl Options {
    /// The seed of this run.
    pub(crate) fn seed(&self) -> u64 {
        static DRAWN: OnceLock<u64> = OnceLock::new();
        // Short enough to be typed.
        self.seed.unwrap_or_else(|| *DRAWN.get_or_init(|| u64::from(rand::random::<u32>())))
    }
}

/// Databases to run on.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Databases {
    Sqlite,
    Postgres,
    Both,
}

impl Databases {
    pub(crate) fn includes(self, kind: Kind) -> bool {
        match self {
            Self::Sqlite => kind == Kind::Sqlite,
            Self::Postgres => kind == Kind::Postgres,
            Self::Both => true,
        }
    }
}
