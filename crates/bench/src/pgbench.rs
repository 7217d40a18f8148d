//! The yardstick of one posting per transaction: `pgbench`, as `PostgreSQL` ships it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::database::Db;

/// Rows that are posted to.
const LEVELS: usize = 100_000;
/// Clients, and threads that drive them.
const CLIENTS: usize = 64;
const THREADS: usize = 2;
/// Shortest run: it counts whole seconds, and 64 clients that wait for one row need a while.
const SECONDS_MIN: f64 = 2.0;
/// Where Debian and its relatives keep the programs of each version.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The program and the tables that it posts to.
pub(crate) struct Pgbench {
    program: PathBuf,
    scripts: [PathBuf; 2],
    url: String,
    db: Db,
}

impl Pgbench {
    /// Makes the tables in an empty database.
    pub(crate) async fn prepare(url: &str, folder: &Path) -> Result<Self> {
        let db = Db::open(url).await?;
        db.execute(&format!(
            "CREATE TABLE level (id bigint PRIMARY KEY, quantity bigint NOT NULL);
             CREATE TABLE ledger (
                 id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, level_id bigint NOT NULL,
                 quantity bigint NOT NULL, recorded_at timestamptz NOT NULL);
             INSERT INTO level SELECT n, 0 FROM generate_series(1, {LEVELS}) n"
        ))
        .await?;
        db.execute("VACUUM ANALYZE").await?;
        let script = |name: &str, first: &str| -> Result<PathBuf> {
            let file = folder.join(name);
            let text = format!(
                "{first}\nBEGIN;\n\
                 UPDATE level SET quantity = quantity + 1 WHERE id = :id;\n\
                 INSERT INTO ledger (level_id, quantity, recorded_at) VALUES (:id, 1, now());\n\
                 COMMIT;\n"
            );
            std::fs::write(&file, text)?;
            Ok(file)
        };
        let scripts = [
            script("random.sql", &format!("\\set id random(1, {LEVELS})"))?,
            script("one.sql", "\\set id 1")?,
        ];
        Ok(Self { program: find()?, scripts, url: url.to_owned(), db })
    }

    /// Postings a second, on random rows or all on one.
    pub(crate) async fn run(&self, one: bool, measured: Duration) -> Result<f64> {
        let [random, same] = &self.scripts;
        let seconds = measured.as_secs_f64().ceil().max(SECONDS_MIN);
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared"])
            .args([format!("--client={CLIENTS}"), format!("--jobs={THREADS}")])
            .arg(format!("--time={seconds}"))
            .arg("--file")
            .arg(if one { same } else { random })
            .arg(&self.url)
            .output()
            .with_context(|| format!("can't run {}", self.program.display()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let (levels, entries) = (
            self.db.number("SELECT sum(quantity)::bigint FROM level").await?,
            self.db.number("SELECT count(*) FROM ledger").await?,
        );
        ensure!(levels == entries, "pgbench: {levels} units for {entries} entries");
        rate(&text).with_context(|| format!("pgbench prints no rate: {text}"))
    }
}

fn find() -> Result<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            let program = entry.path().join("bin/pgbench");
            program.is_file().then_some((major, program))
        })
        .collect();
    found.sort_unstable();
    let installed = found.pop().map(|(_, program)| program);
    let in_path = || {
        let folders = std::env::var_os("PATH")?;
        let mut programs = std::env::split_paths(&folders).map(|folder| folder.join("pgbench"));
        programs.find(|program| program.is_file())
    };
    installed
        .or_else(in_path)
        .context("pgbench is not installed: apt-get install -y --no-install-recommends postgresql")
}

/// The line `tps = 1234.5 (without initial connection time)`.
fn rate(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn the_rate_stands_in_a_line_of_its_own() {
        let text = "latency average = 6.1 ms\ninitial connection time = 60.1 ms\n\
                    tps = 10482.51 (without initial connection time)\n";
        assert_eq!(rate(text), Some(10_482.51));
        assert_eq!(rate("number of failed transactions: 3"), None);
    }
}
