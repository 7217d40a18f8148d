//! One run: what is asked for, and what all rows need.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use onhand_testkit::PgCluster;
use tempfile::TempDir;

use crate::{
    database::{Db, Kind, sqlite_url},
    load::{Calls, Timing, closed},
    machine::Machine,
    report::Report,
    server::Server,
    world::World,
};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) quick: bool,
    only: Vec<String>,
    pub(crate) rounds: usize,
    pub(crate) timing: Timing,
}

impl Plan {
    pub(crate) fn new(quick: bool, only: Vec<String>, rounds: Option<usize>) -> Self {
        let (usual, warm_up, measured) = if quick { (2, 200, 1_000) } else { (5, 250, 1_250) };
        let timing = Timing {
            warm_up: Duration::from_millis(warm_up),
            measured: Duration::from_millis(measured),
        };
        Self { quick, only, rounds: rounds.unwrap_or(usual).max(1), timing }
    }

    /// The number of rounds, to divide by.
    pub(crate) fn rounds_f64(&self) -> f64 {
        u32::try_from(self.rounds).map_or(f64::NAN, f64::from)
    }

    /// Whether this row is asked for.
    pub(crate) fn wants(&self, kind: Kind, key: &str) -> bool {
        let name = format!("{}/{key}", kind.name().to_lowercase());
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether any of these rows is.
    pub(crate) fn wants_any(&self, kind: Kind, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.wants(kind, key))
    }
}

/// A run in progress.
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) onhand: PathBuf,
    pub(crate) twin: PathBuf,
    pub(crate) empty: Server,
    pub(crate) report: Report,
    cluster: Option<PgCluster>,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn start(
        plan: Plan,
        (onhand, twin): (PathBuf, PathBuf),
        folder: Option<PathBuf>,
        kinds: &[Kind],
    ) -> Result<Self> {
        let onhand = std::path::absolute(onhand)?;
        ensure!(onhand.is_file(), "{} is not there: cargo xtask build", onhand.display());
        let twin = std::path::absolute(twin)?;
        let folder =
            TempDir::with_prefix_in("onhand-bench-", folder.unwrap_or_else(std::env::temp_dir))?;
        let cluster = kinds.contains(&Kind::Postgres).then(PgCluster::start).transpose()?;
        let postgres = match &cluster {
            Some(cluster) => version(cluster.url()).await?,
            None => "not measured".to_owned(),
        };
        let file = folder.path().join("version.db");
        std::fs::write(&file, [])?;
        let sqlite = version(&sqlite_url(&file)).await?;
        let report = Report {
            machine: Machine::look(folder.path(), &onhand, &sqlite, &postgres),
            form: if plan.quick { "quick" } else { "full" },
            rounds: plan.rounds,
            rows: Vec::new(),
            curves: Vec::new(),
        };
        Ok(Self { empty: Server::empty().await?, plan, onhand, twin, report, cluster, folder })
    }

    /// A folder of the run's own; it goes with the run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of a database that is empty, or not there yet.
    pub(crate) fn fresh(&self, kind: Kind, name: &str) -> Result<String> {
        match kind {
            Kind::Sqlite => Ok(sqlite_url(&self.folder().join(format!("{name}.db")))),
            Kind::Postgres => Ok(self.cluster()?.fresh_database()),
        }
    }

    fn cluster(&self) -> Result<&PgCluster> {
        self.cluster.as_ref().context("PostgreSQL was not asked for")
    }

    /// Removes a database that is no longer needed.
    pub(crate) fn discard(&self, kind: Kind, url: &str) -> Result<()> {
        match kind {
            Kind::Sqlite => {
                let path = url.strip_prefix("sqlite://").context("a file")?;
                for end in ["", "-wal", "-shm"] {
                    // The log is not there after a clean end.
                    let _ = std::fs::remove_file(format!("{path}{end}"));
                }
            }
            Kind::Postgres => {
                let (_, name) = url.rsplit_once('/').context("a URL")?;
                let cluster = self.cluster()?;
                let sql = format!("DROP DATABASE {name} WITH (FORCE)");
                cluster.psql(cluster.url(), &sql).map_err(anyhow::Error::msg)?;
            }
        }
        Ok(())
    }

    /// The rate of the empty server under the same load.
    pub(crate) async fn empty_rate<C: Calls>(&self, clients: Vec<C>) -> Result<f64> {
        Ok(closed(&[&self.empty.address], clients, self.plan.timing).await?.rate)
    }

    /// Fails unless `onhand verify` finds the ledger in order.
    pub(crate) fn verify(&self, world: &World) -> Result<()> {
        let output =
            Command::new(&self.onhand).args(["verify", "--database", &world.url]).output()?;
        ensure!(
            output.status.success(),
            "onhand verify: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

async fn version(url: &str) -> Result<String> {
    let db = Db::open(url).await?;
    let version = db.version().await?;
    db.close().await;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_part_of_their_name() {
        let plan =
            |only: &[&str]| Plan::new(true, only.iter().map(ToString::to_string).collect(), None);
        assert!(plan(&[]).wants(Kind::Sqlite, "single.64.random"));
        let some = plan(&["sqlite/single.64", "bulk"]);
        assert!(some.wants(Kind::Sqlite, "single.64.one"));
        assert!(!some.wants(Kind::Postgres, "single.64.one"));
        assert!(some.wants_any(Kind::Postgres, &["replay", "bulk"]));
        assert!(!some.wants_any(Kind::Postgres, &["replay", "search"]));
    }
}
