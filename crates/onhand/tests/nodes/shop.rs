//! A shop that cuts connections and refuses, and a node that is killed while it publishes: in the
//! end the shop has what the ledger has, and every change was applied once.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use onhand_store::{Ids as _, clock::System};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Node, Retailer},
};
use onhand_twin::{Options, Plan, Twin};
use serde_json::{Value, json};

use crate::api::{Api, verified};

const SKUS: usize = 12;
const OPENING: i64 = 500;
/// Changes of each stretch between two kills.
const CHANGES: usize = 60;
const KILLS: usize = 2;
const SEED: u64 = 11;
/// Longer than all the shop's faults and a dead node's lease take, also on a busy machine.
const REST_MAX: Duration = Duration::from_mins(3);
/// 32 bytes, in hexadecimal.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const TOKEN: &str = "shpat_test";

/// A shop in a thread of this process. It outlives every node.
struct Shop(String);

impl Shop {
    fn open() -> Result<Self> {
        let mut catalog = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
            Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n"
            .to_owned();
        for sku in 1..=SKUS {
            // 7 is not what the ledger has: going live makes it so.
            let row = format!("p-{sku},P {sku},Title,Default Title,SKU-{sku},shopify,7,10.00\n");
            catalog.push_str(&row);
        }
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            catalog: catalog.into_bytes(),
            locations: 1,
            location_names: Vec::new(),
            stocked_at: 1,
            domain: "twin.myshopify.com".to_owned(),
            token: TOKEN.to_owned(),
            client_id: "app".to_owned(),
            client_secret: "secret".to_owned(),
            plan: Plan::Plus,
            seed: SEED,
            state: None,
        };
        let (says, address) = std::sync::mpsc::channel();
        thread::spawn(move || -> Result<()> {
            tokio::runtime::Runtime::new()?.block_on(async {
                let twin = Twin::open(options).await?;
                says.send(twin.address().to_owned())?;
                twin.serve().await
            })
        });
        Ok(Self(address.recv().context("the twin did not start")?))
    }

    fn ask(&self) -> Api<'_> {
        Api::at(self.0.trim_start_matches("http://"), "")
    }

    /// What it has of each item as available.
    fn available(&self) -> Result<BTreeMap<String, i64>> {
        let levels = self.ask().get("/twin/levels")?;
        let of =
            |level: &Value| Some((level["sku"].as_str()?.to_owned(), level["available"].as_i64()?));
        levels["levels"]
            .as_array()
            .context("levels")?
            .iter()
            .map(|l| of(l).context("one"))
            .collect()
    }

    /// Keys of what was applied by us. A doubled one would be there twice.
    fn references(&self) -> Result<Vec<String>> {
        let applied = self.ask().get("/twin/adjustments?after=0&limit=1000")?;
        let applied = applied["adjustments"].as_array().context("adjustments")?.clone();
        let key = |one: Value| one["idempotency_key"].as_str().map(str::to_owned);
        Ok(applied.into_iter().filter_map(key).collect())
    }
}

/// `onhand channel …`, with something on standard input.
fn channel(retailer: &Retailer, arguments: &[&str], input: &str) -> Result<Value> {
    let mut command = retailer.program().command(retailer.database());
    command.env("ONHAND_SECRET_KEY", KEY).arg("channel").args(arguments).arg("--json");
    let pipes = (Stdio::piped(), Stdio::piped(), Stdio::piped());
    let mut child = command.stdin(pipes.0).stdout(pipes.1).stderr(pipes.2).spawn()?;
    child.stdin.take().context("standard input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "onhand channel {arguments:?}: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Changes of stock, up and down, spread over the SKUs by a fixed rule.
fn change(node: &Node, retailer: &Retailer, stretch: usize) -> Result<()> {
    let api = Api::new(node, retailer.key());
    for n in 0..CHANGES {
        let sku = &retailer.skus()[(n * 5 + stretch) % SKUS];
        let (quantity, reason) = [(-1, "damaged"), (2, "found"), (-3, "lost")][n % 3];
        let variance = json!({
            "id": System.next(), "facility_id": retailer.facilities()[0], "sku_id": sku,
            "quantity": quantity, "reason": reason,
        });
        let reply = api.send("POST", "/api/v1/variances", &variance)?;
        ensure!(reply.body["status"] == "posted", "{reply:?}; the node says:\n{}", node.log());
    }
    Ok(())
}

fn at_rest(retailer: &Retailer) -> Result<Value> {
    let began = Instant::now();
    loop {
        let status = channel(retailer, &["status"], "")?;
        let none = |name: &str| status[name].as_i64() == Some(0);
        let waiting = status["waiting"].as_object().context("waiting")?;
        if none("behind") && none("sending") && waiting.values().all(|n| n.as_i64() == Some(0)) {
            return Ok(status);
        }
        ensure!(began.elapsed() < REST_MAX, "never at rest: {status}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// What the ledger has as available, by SKU code.
fn ledger(node: &Node, retailer: &Retailer) -> Result<BTreeMap<String, i64>> {
    let api = Api::new(node, retailer.key());
    let mut all = BTreeMap::new();
    for n in 1..=SKUS {
        let code = format!("SKU-{n}");
        let found = api.get(&format!("/api/v1/identifiers/{code}"))?;
        let sku = found["items"][0]["sku"]["id"].as_str().context("a SKU")?.to_owned();
        all.insert(code, api.available(&retailer.facilities()[0], &sku)?);
    }
    Ok(all)
}

fn equal_in_the_end(retailer: &Retailer) -> Result<()> {
    let shop = Shop::open()?;
    channel(retailer, &["add", "--shop", &shop.0, "--token-stdin"], TOKEN)?;
    let location = "gid://shopify/Location/60000001";
    channel(retailer, &["map", "--location", location, "--facility", "F1"], "")?;
    let checked = channel(retailer, &["check"], "")?;
    ensure!(checked["compared"]["differences"] == SKUS, "{checked}");
    let faults = json!({
        "seed": SEED,
        "probability": {
            "cut_after_commit": 0.08, "cut_before_commit": 0.04, "http_502": 0.04,
            "throttled": 0.04, "previous_attempt_failed": 0.04,
        },
        "only": ["inventoryAdjustQuantities", "inventorySetQuantities", "inventoryMoveQuantities"],
    });
    let set = shop.ask().send("POST", "/twin/faults", &faults)?;
    ensure!(set.status == 200, "{set:?}");
    channel(retailer, &["start"], "")?;
    let mut node = retailer.serve_with(&[("ONHAND_SECRET_KEY", KEY)])?;
    for stretch in 0..=KILLS {
        change(&node, retailer, stretch)?;
        if stretch < KILLS {
            node.kill()?;
            node.start()?;
        }
    }
    let status = at_rest(retailer)?;
    ensure!(status["rejected"] == 0 && status["held"] == 0, "{status}");
    assert_eq!(shop.available()?, ledger(&node, retailer)?, "seed {SEED}");
    let keys = shop.references()?;
    let once: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(once.len(), keys.len(), "a key was applied twice; seed {SEED}");
    verified(retailer, retailer.database())?;
    Ok(())
}

fn assortment() -> Assortment {
    Assortment { facilities: 1, skus: SKUS, opening: OPENING }
}

#[test]
fn the_shop_equals_the_ledger_whatever_fails_on_sqlite() -> Result<()> {
    equal_in_the_end(&Retailer::on_sqlite(&assortment())?)
}

#[test]
fn the_shop_equals_the_ledger_whatever_fails_on_postgres() -> Result<()> {
    let url = PgCluster::shared().fresh_database();
    equal_in_the_end(&Retailer::on_postgres(&url, &assortment())?)
}
