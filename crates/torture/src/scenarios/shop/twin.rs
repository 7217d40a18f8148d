//! The shop as a process of its own, `onhand-twin`, which may be killed at any moment: it keeps
//! what it answered.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use onhand_testkit::node::Retailer;
use serde_json::Value;
use tokio::time::Instant;

use super::SECRET;
use crate::client::{Client, Reply};

/// Longest answer: all levels, or a page of what was applied.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How long somebody tries again whose shop is down: a restart reads the whole journal.
const TRIES_MAX: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);
/// Entries of a page of what was applied.
const PAGE: u32 = 10_000;
/// What each item has at the first location before it is connected: not what the ledger has.
const STOCK: u32 = 7;

/// A running `onhand-twin`. It is killed when dropped.
pub(super) struct Twin {
    command: Vec<String>,
    program: PathBuf,
    log: PathBuf,
    child: Child,
    url: String,
    /// What earlier runs of it counted.
    counts: BTreeMap<String, u64>,
}

impl Twin {
    /// A shop with the retailer's items, stocked at as many locations as it has facilities.
    pub(super) fn open(retailer: &Retailer, skus: usize, seed: u64) -> anyhow::Result<Self> {
        // Built beside the program: target/PROFILE has both.
        let program = retailer.program().path().with_file_name("onhand-twin");
        let built = program.is_file();
        ensure!(built, "no {}: cargo build --package onhand-twin", program.display());
        let folder = retailer.folder();
        let catalog = folder.join("shop.csv");
        fs::write(&catalog, catalog_of(skus))?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let command = [
            ["--catalog", &text(&catalog)],
            ["--state", &text(&folder.join("shop.journal"))],
            ["--locations", &retailer.facilities().len().to_string()],
            ["--client-id", "app"],
            ["--client-secret", SECRET],
            ["--plan", "plus"],
            ["--seed", &(seed >> 1).to_string()],
            ["--ends-with", &std::process::id().to_string()],
        ];
        let command: Vec<String> = command.concat().into_iter().map(str::to_owned).collect();
        let log = folder.join("shop.log");
        let (child, url) = spawn(&program, &command, &log, "127.0.0.1:0")?;
        Ok(Self { command, program, log, child, url, counts: BTreeMap::new() })
    }

    /// Where it listens; stays the same over restarts.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn client(&self) -> Client {
        Client::new(&self.url, "", TIMEOUT)
    }

    /// SIGKILL. What it counted until a moment before is kept.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.counts = self.counted().await?;
        self.child.kill().context("the shop has ended by itself")?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again, on the same address.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let address = self.url.trim_start_matches("http://").to_owned();
        (self.child, _) = spawn(&self.program, &self.command, &self.log, &address)?;
        Ok(())
    }

    /// What all its runs counted, but for the last moment before each kill.
    pub(super) async fn counted(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let stats = self.client().get("/twin/stats").await?;
        let mut counts = self.counts.clone();
        for (name, count) in stats.body["counts"].as_object().context("counts")? {
            *counts.entry(name.clone()).or_default() += count.as_u64().context("a count")?;
        }
        Ok(counts)
    }

    /// Something that must be done.
    pub(super) async fn set(&self, path: &str, what: &Value) -> anyhow::Result<()> {
        let reply = insist(&mut self.client(), path, what).await?;
        ensure!(reply.status == 200, "{path}: {} {}", reply.status, reply.body);
        Ok(())
    }

    /// Every level with each of its states.
    pub(super) async fn levels(&self) -> anyhow::Result<Vec<Value>> {
        let mut reply = self.client().get("/twin/levels").await?;
        ensure!(reply.status == 200, "levels: {}", reply.status);
        serde_json::from_value(reply.body["levels"].take()).context("levels")
    }

    /// What was applied by us, oldest first.
    pub(super) async fn applied(&self) -> anyhow::Result<Vec<Value>> {
        let mut client = self.client();
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last["id"].as_u64().unwrap_or_default());
            let path = format!("/twin/adjustments?after={after}&limit={PAGE}&actor=app");
            let mut page = client.get(&path).await?.body;
            let found: Vec<Value> =
                serde_json::from_value(page["adjustments"].take()).context("adjustments")?;
            all.extend(found);
            if page["has_more"] != true {
                return Ok(all);
            }
        }
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer other than a failure: each deed has a name, so that it happens
/// once.
pub(super) async fn insist(client: &mut Client, path: &str, deed: &Value) -> anyhow::Result<Reply> {
    let began = Instant::now();
    loop {
        match client.post(path, deed).await {
            Ok(reply) if reply.status < 500 => return Ok(reply),
            Ok(reply) => bail!("{path} {deed}: {} {}", reply.status, reply.body),
            Err(error) if began.elapsed() > TRIES_MAX => return Err(error.context("the shop")),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn spawn(
    program: &Path,
    command: &[String],
    log: &Path,
    address: &str,
) -> anyhow::Result<(Child, String)> {
    let mut child = Command::new(program)
        .args(command)
        .args(["--listen", address, "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(OpenOptions::new().create(true).append(true).open(log)?)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    let said = lines.next().transpose()?.unwrap_or_default();
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    let Some(url) = said["listening"].as_str() else {
        let _ = child.kill();
        let status = child.wait()?;
        bail!("the shop did not start ({status}): {}", fs::read_to_string(log)?)
    };
    // Read to its end: a process that can't write any more, fails.
    thread::spawn(move || lines.for_each(drop));
    Ok((child, url.to_owned()))
}

/// A product export of Shopify, with the codes that [`Retailer`] gives.
fn catalog_of(skus: usize) -> String {
    let mut catalog = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
        Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n"
        .to_owned();
    for sku in 1..=skus {
        let row = format!("p-{sku},P {sku},Title,Default Title,SKU-{sku},shopify,{STOCK},10.00\n");
        catalog.push_str(&row);
    }
    catalog
}
