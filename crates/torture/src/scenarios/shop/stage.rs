//! The ledger's nodes and the shop, connected, and who kills them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::{Assortment, Node, Program, Retailer};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::door::{self, Addresses};
use super::proof::{self, Books};
use super::twin::Twin;
use super::{LOCATION, SECRET};
use crate::context::{Context, Kind, blocking};
use crate::scenarios::tail;

/// 32 bytes, in hexadecimal.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Longer than all faults, a dead node's lease, a look for what no message told of, and what a
/// long run has left to say: orders are followed one by one.
const REST_MAX: Duration = Duration::from_mins(50);
const PAUSE: Duration = Duration::from_millis(200);
/// All tables are read for a comparison: not before there is a chance that both say the same.
const MESSAGES_PAUSE: Duration = Duration::from_secs(1);
/// How often somebody looks whether the shop runs.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// A process is away for at most so many milliseconds, if it comes back soon.
const AWAY_MILLIS_MAX: u64 = 1_500;
/// Or for so many: longer than the lease of the node that publishes.
const AWAY_MILLIS_LONG: std::ops::Range<u64> = 11_000..13_000;

/// Everything that runs. The nodes go before the shop.
pub(super) struct Stage {
    pub(super) retailer: Retailer,
    nodes: Vec<Node>,
    pub(super) twin: Twin,
    pub(super) kills: BTreeMap<String, u64>,
    person: Person,
}

impl Stage {
    /// Nodes on one database, and a shop that runs in step with it.
    pub(super) async fn build(
        context: &Context<'_>,
        assortment: &Assortment,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let retailer = context.retailer(assortment)?;
        let twin = blocking(|| Twin::open(&retailer, assortment.skus, seed))?;
        let addresses = Addresses::default();
        let door = door::open(Arc::clone(&addresses)).await?;
        let add = ["add", "--shop", twin.url(), "--client-id", "app", "--client-secret-stdin"];
        channel(&retailer, &add, SECRET)?;
        for number in 0..assortment.facilities {
            let location = format!("gid://shopify/Location/{}", LOCATION + number as u64);
            let facility = format!("F{}", number + 1);
            channel(&retailer, &["map", "--location", &location, "--facility", &facility], "")?;
        }
        channel(&retailer, &["start"], "")?;
        let environment = [("ONHAND_SECRET_KEY", KEY), ("ONHAND_PUBLIC_URL", &door)];
        let count = if context.kind() == Kind::Postgres { 2 } else { 1 };
        let nodes = (0..count).map(|_| blocking(|| retailer.serve_with(&environment)));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        let address = |node: &Node| node.url().trim_start_matches("http://").to_owned();
        *addresses.lock().unwrap_or_else(PoisonError::into_inner) =
            nodes.iter().map(address).collect();
        let person = Person::hire(&retailer);
        Ok(Self { retailer, nodes, twin, kills: BTreeMap::new(), person })
    }

    /// How often a person had to start the shop again, and how often that failed.
    pub(super) fn mended(&self) -> (u64, u64) {
        let number = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (number(&self.person.starts), number(&self.person.failures))
    }

    pub(super) fn nodes(&self) -> Vec<&Node> {
        self.nodes.iter().collect()
    }

    /// Kills what `round` and chance say, leaves it dead for a while, and starts it again.
    pub(super) async fn strike(&mut self, round: u32, rng: &mut StdRng) -> anyhow::Result<()> {
        let processes = self.nodes.len() + 1;
        let first = usize::try_from(round)? % processes;
        let also = rng.random_ratio(1, 4).then(|| rng.random_range(0..processes));
        let all = rng.random_ratio(1, 12);
        let long = rng.random_ratio(1, 4) && first < self.nodes.len() && self.nodes.len() > 1;
        let soon = Duration::from_millis(rng.random_range(0..AWAY_MILLIS_MAX));
        let late = Duration::from_millis(rng.random_range(AWAY_MILLIS_LONG));
        let dies = |process| all || process == first || also == Some(process);
        for process in (0..processes).filter(|process| dies(*process)) {
            *self.kills.entry(name_of(process, self.nodes.len())).or_default() += 1;
            match self.nodes.get_mut(process) {
                Some(node) => drop(blocking(|| node.kill())?),
                None => self.twin.kill().await?,
            }
        }
        tokio::time::sleep(soon).await;
        if dies(self.nodes.len()) {
            blocking(|| self.twin.start())?;
        }
        for (process, node) in self.nodes.iter_mut().enumerate().filter(|(p, _)| dies(*p)) {
            // The others go on without it, and one of them takes its work over.
            if long && process == first {
                tokio::time::sleep(late).await;
            }
            blocking(|| node.start())?;
        }
        Ok(())
    }

    /// Waits until nothing that we know of is under way.
    pub(super) async fn rest(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let status = channel(&self.retailer, &["status"], "")?;
            let none = |name: &str| status[name].as_i64() == Some(0);
            let waiting = status["waiting"].as_object().context("waiting")?;
            let nothing_waits = waiting.values().all(|count| count.as_i64() == Some(0));
            if none("behind") && none("sending") && nothing_waits {
                return Ok(());
            }
            ensure!(began.elapsed() < REST_MAX, "never at rest: {status}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until both say the same of every level: what no message told of takes a while.
    pub(super) async fn settle(&self) -> anyhow::Result<Books> {
        let began = Instant::now();
        loop {
            self.rest().await?;
            if proof::is_message_waiting(self.retailer.database()).await? {
                ensure!(began.elapsed() < REST_MAX, "messages of the shop still wait");
                tokio::time::sleep(MESSAGES_PAUSE).await;
                continue;
            }
            let books = proof::read(self.retailer.database()).await?;
            let apart = books.apart(&self.twin.levels().await?)?;
            if apart.is_empty() {
                return Ok(books);
            }
            let count = apart.len();
            ensure!(began.elapsed() < REST_MAX, "{count} levels differ: {apart:#?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What the product itself says of all levels.
    pub(super) fn audit(&self) -> anyhow::Result<Value> {
        channel(&self.retailer, &["audit"], "")
    }

    /// Faults of the shop and of its messages, each as likely as chance has it; all off with 0.
    pub(super) async fn trouble(&self, rng: &mut StdRng, most: f64) -> anyhow::Result<()> {
        let probability: serde_json::Map<String, Value> = FAULTS
            .iter()
            .map(|(name, worst)| ((*name).to_owned(), json!(worst * most * rng.random::<f64>())))
            .collect();
        let denied = DENIED[rng.random_range(0..DENIED.len())];
        let faults = json!({
            "seed": rng.random::<u32>(), "probability": probability, "late_ms": 3_000,
            "slow_ms": 700, "retry_after_seconds": 0.5, "denied_fields": [denied],
        });
        self.twin.set("/twin/faults", &faults).await?;
        if most > 0.0 && rng.random_ratio(1, 2) {
            self.twin.set("/twin/tokens/expire", &json!({})).await?;
        }
        Ok(())
    }

    /// The last lines of each log, for whoever reads why it failed.
    pub(super) fn logs(&self) -> String {
        let named = |(number, node): (usize, &Node)| {
            format!("--- {}\n{}", name_of(number, self.nodes.len()), tail(&node.log()))
        };
        let mut logs: Vec<String> = self.nodes.iter().enumerate().map(named).collect();
        logs.push(format!("--- the shop\n{}", tail(&self.twin.log())));
        logs.join("\n")
    }
}

/// All knobs of the shop, with the greatest probability of each.
const FAULTS: [(&str, f64); 15] = [
    ("slow", 0.05),
    ("token_expired", 0.02),
    ("http_429", 0.03),
    ("http_502", 0.05),
    ("throttled", 0.05),
    ("cut_before_commit", 0.06),
    ("cut_after_commit", 0.12),
    ("internal_error", 0.04),
    ("previous_attempt_failed", 0.06),
    // A channel whose app lacks a right waits for a person: not too often.
    ("access_denied", 0.002),
    ("webhook_lost", 0.1),
    ("webhook_doubled", 0.2),
    ("webhook_late", 0.2),
    ("webhook_reordered", 0.2),
    ("webhook_forged", 0.1),
];
/// Of which one at a time is denied in part.
const DENIED: [&str; 2] = ["Order.fulfillmentOrders", "InventoryLevel.quantities"];

/// Who does what docs/SHOPIFY.md says of a channel that is `broken`: starts it again.
struct Person {
    starts: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Person {
    fn hire(retailer: &Retailer) -> Self {
        let (starts, failures) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (program, database) = (retailer.program().clone(), retailer.database().to_owned());
        let counts = (Arc::clone(&starts), Arc::clone(&failures));
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let status = run_channel(&program, &database, &["status"], "");
                if status.is_ok_and(|status| status["status"] == "broken") {
                    let started = run_channel(&program, &database, &["start"], "").is_ok();
                    let count = if started { &counts.0 } else { &counts.1 };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Self { starts, failures, task }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn name_of(process: usize, nodes: usize) -> String {
    if process < nodes { format!("node {}", process + 1) } else { "shop".to_owned() }
}

/// `onhand channel …`, with something on standard input.
fn channel(retailer: &Retailer, arguments: &[&str], input: &str) -> anyhow::Result<Value> {
    run_channel(retailer.program(), retailer.database(), arguments, input)
}

fn run_channel(
    program: &Program,
    database: &str,
    arguments: &[&str],
    input: &str,
) -> anyhow::Result<Value> {
    blocking(|| {
        let mut command = program.command(database);
        command.env("ONHAND_SECRET_KEY", KEY).arg("channel").args(arguments).arg("--json");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        child.stdin.take().context("standard input")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "onhand channel {arguments:?}: {said}");
        Ok(serde_json::from_slice(&output.stdout)?)
    })
}
