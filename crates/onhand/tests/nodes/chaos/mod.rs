//! Everything at once: people log variances at two nodes, customers buy, the warehouse sends,
//! cancels and takes back, calls are cut and refused, webhooks are lost and doubled, and the nodes
//! and the shop are killed in turn. At rest every level of the shop is the ledger's, every change
//! was applied once, and the report says so.
//!
//! What is done follows from a seed; when it is done, and so what it meets, does not. A longer
//! story is told with `ONHAND_CHAOS_CHANGES` and another one with `ONHAND_CHAOS_SEED`.

mod shop;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use onhand_store::{Ids as _, clock::System};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Node, Retailer},
};
use serde_json::{Value, json};

use self::shop::{Shop, front_door, insistently};
use crate::{
    api::{Api, verified},
    shop::{KEY, at_rest, channel},
};

const SEED: u64 = 5;
const CHANGES: u64 = 90;
/// So many changes, and the next of the three is killed.
const CHANGES_A_KILL: u64 = 25;
const SKUS: usize = 4;
const FACILITIES: usize = 2;
const OPENING: i64 = 400;
/// Where the shop's locations begin.
const LOCATION: u64 = 60_000_001;
/// Longer than all faults, a dead node's lease and a look for what no message told of.
const REST_MAX: Duration = Duration::from_mins(4);
const PAUSE: Duration = Duration::from_millis(100);
const SECRET: &str = "secret";

/// Chance with a seed.
struct Dice(u64);

impl Dice {
    /// A number below `n` (`SplitMix64`).
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("below a length")
    }

    fn units(&mut self, most: u64) -> i64 {
        1 + i64::try_from(self.below(most)).expect("few")
    }
}

/// The whole story.
struct Story {
    seed: u64,
    dice: Dice,
    retailer: Retailer,
    nodes: Vec<Node>,
    shop: Shop,
    /// Our ids by SKU code.
    skus: BTreeMap<String, String>,
    /// The shop's orders, as it told of them last.
    orders: Vec<Value>,
    /// Those that went to another location. Of units that are then taken off and don't come back,
    /// the shop doesn't say where they were; who has not read of the move takes the old place.
    moved: BTreeSet<u64>,
    /// What people changed, by location and SKU code.
    changed: BTreeMap<(u64, String), i64>,
    deeds: u64,
    kills: u64,
    ended_well: bool,
    /// Goes last: the shop's journal is in it.
    _folder: tempfile::TempDir,
}

impl Story {
    fn begin(seed: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = PgCluster::shared().fresh_database();
        let assortment = Assortment { facilities: FACILITIES, skus: SKUS, opening: OPENING };
        let retailer = Retailer::on_postgres(&database, &assortment)?;
        let shop = Shop::open(folder.path())?;
        let add = ["add", "--shop", &shop.address, "--client-id", "app", "--client-secret-stdin"];
        channel(&retailer, &add, SECRET)?;
        for n in 0..FACILITIES {
            let location = format!("gid://shopify/Location/{}", LOCATION + n as u64);
            let facility = format!("F{}", n + 1);
            let map = ["map", "--location", &location, "--facility", &facility];
            channel(&retailer, &map, "")?;
        }
        let started = channel(&retailer, &["start"], "")?;
        let addresses = Arc::new(Mutex::new(Vec::new()));
        let door = front_door(Arc::clone(&addresses))?;
        let environment = [("ONHAND_SECRET_KEY", KEY), ("ONHAND_PUBLIC_URL", &door)];
        let nodes = (0..2).map(|_| retailer.serve_with(&environment));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        let url = |node: &Node| node.url().trim_start_matches("http://").to_owned();
        *addresses.lock().expect("the nodes") = nodes.iter().map(url).collect();
        ensure!(started.is_object(), "{started}");
        let mut story = Self {
            seed,
            dice: Dice(seed),
            retailer,
            nodes,
            shop,
            skus: BTreeMap::new(),
            orders: Vec::new(),
            moved: BTreeSet::new(),
            changed: BTreeMap::new(),
            deeds: 0,
            kills: 0,
            ended_well: false,
            _folder: folder,
        };
        story.skus = story.look_up_skus()?;
        Ok(story)
    }

    fn api(&self, node: usize) -> Api<'_> {
        Api::new(&self.nodes[node % self.nodes.len()], self.retailer.key())
    }

    fn look_up_skus(&self) -> Result<BTreeMap<String, String>> {
        let one = |n: usize| {
            let code = format!("SKU-{n}");
            let found = self.api(0).get(&format!("/api/v1/identifiers/{code}"))?;
            let id = found["items"][0]["sku"]["id"].as_str().context("a SKU")?.to_owned();
            Ok((code, id))
        };
        (1..=SKUS).map(one).collect()
    }

    /// The shop fails, and its messages get lost, come twice, late and in another order.
    fn trouble(&self) -> Result<()> {
        let faults = json!({
            "seed": self.seed,
            "probability": {
                "cut_after_commit": 0.06, "cut_before_commit": 0.03, "http_502": 0.03,
                "throttled": 0.03, "previous_attempt_failed": 0.03, "internal_error": 0.02,
                "webhook_lost": 0.05, "webhook_doubled": 0.1, "webhook_late": 0.1,
                "webhook_reordered": 0.1, "webhook_forged": 0.05,
            },
            "late_ms": 2_000,
        });
        let set = self.shop.act("/twin/faults", &faults)?;
        ensure!(set.status == 200, "{set:?}");
        Ok(())
    }

    fn step(&mut self, n: u64) -> Result<()> {
        match self.dice.below(100) {
            0..50 => self.variance()?,
            50..70 => self.buy()?,
            70..76 => self.till()?,
            _ => self.change_order()?,
        }
        if (n + 1).is_multiple_of(CHANGES_A_KILL) {
            match self.kills % 3 {
                0 => self.restart(0)?,
                1 => self.shop.kill()?,
                _ => self.restart(1)?,
            }
            self.kills += 1;
        }
        Ok(())
    }

    fn restart(&mut self, node: usize) -> Result<()> {
        self.nodes[node].kill()?;
        // The other one takes over what it left.
        self.variance()?;
        self.buy()?;
        self.nodes[node].start()?;
        Ok(())
    }

    fn sku(&mut self) -> String {
        format!("SKU-{}", 1 + self.dice.index(SKUS))
    }

    /// Somebody logs a variance, at whichever node answers, with one id until it is done.
    fn variance(&mut self) -> Result<()> {
        let (facility, code, at) = (self.dice.index(FACILITIES), self.sku(), self.dice.index(2));
        let kinds = [(-1, "damaged"), (2, "found"), (-2, "lost"), (1, "found")];
        let (quantity, reason) = kinds[self.dice.index(kinds.len())];
        let variance = json!({
            "id": System.next(), "facility_id": self.retailer.facilities()[facility],
            "sku_id": self.skus[&code], "quantity": quantity, "reason": reason,
        });
        let mut node = at;
        let reply = insistently(|| {
            node += 1;
            let reply = self.api(node).send("POST", "/api/v1/variances", &variance)?;
            ensure!(reply.status < 500, "{reply:?}");
            Ok(reply)
        })?;
        ensure!(reply.body["status"] == "posted", "{reply:?}");
        *self.changed.entry((LOCATION + facility as u64, code)).or_default() += quantity;
        Ok(())
    }

    fn request(&mut self) -> String {
        self.deeds += 1;
        format!("deed {}", self.deeds)
    }

    fn buy(&mut self) -> Result<()> {
        let lines: Vec<Value> = (0..=self.dice.index(2))
            .map(|_| json!({ "sku": self.sku(), "quantity": self.dice.units(3) }))
            .collect();
        let order = json!({ "request": self.request(), "lines": lines });
        let reply = self.shop.act("/twin/orders", &order)?;
        ensure!(reply.status < 500, "{reply:?}");
        if reply.status < 300 {
            self.orders.push(reply.body);
        }
        Ok(())
    }

    fn till(&mut self) -> Result<()> {
        let line = json!({ "sku": self.sku(), "quantity": self.dice.units(2) });
        let location = LOCATION + self.dice.below(FACILITIES as u64);
        let sale = json!({ "request": self.request(), "location_id": location, "lines": [line] });
        let reply = self.shop.act("/twin/pos", &sale)?;
        ensure!(reply.status < 500, "{reply:?}");
        Ok(())
    }

    /// Something happens to an order; what makes no sense any more, the shop refuses.
    fn change_order(&mut self) -> Result<()> {
        if self.orders.is_empty() {
            return self.buy();
        }
        let at = self.dice.index(self.orders.len());
        let order = self.orders[at].clone();
        let id = order["order_id"].as_u64().context("an order's number")?;
        let lines = order["lines"].as_array().context("lines")?;
        let line = lines[self.dice.index(lines.len())]["line_id"].clone();
        let request = self.request();
        let stays = !self.moved.contains(&id);
        let (deed, body) = match self.dice.below(12) {
            0..4 => ("fulfill", json!({ "request": request })),
            4 => {
                let some = json!([{ "line_id": line, "quantity": 1 }]);
                ("fulfill", json!({ "request": request, "lines": some }))
            }
            5 => ("cancel", json!({ "request": request, "restock": true })),
            6 => ("cancel", json!({ "request": request, "restock": !stays })),
            7 | 8 => {
                let kind = ["return", "no_restock"][self.dice.index(2) * usize::from(stays)];
                let back = json!([{ "line_id": line, "quantity": 1 }]);
                ("refund", json!({ "request": request, "restock": kind, "lines": back }))
            }
            9 => {
                let restock = self.dice.below(2) == 0 || !stays;
                let fewer = json!([{ "line_id": line, "quantity": 0 }]);
                ("edit", json!({ "request": request, "restock": restock, "lines": fewer }))
            }
            10 => {
                let more = json!([{ "sku": self.sku(), "quantity": 1 }]);
                ("edit", json!({ "request": request, "add": more }))
            }
            // The twin moves what is over, too; a shop does not.
            _ if order["fulfillment_orders"][0]["status"] != "OPEN" => return self.buy(),
            _ => {
                let location = LOCATION + self.dice.below(FACILITIES as u64);
                ("move", json!({ "request": request, "location_id": location }))
            }
        };
        let reply = self.shop.act(&format!("/twin/orders/{id}/{deed}"), &body)?;
        ensure!(reply.status < 500, "{deed} {body}: {reply:?}");
        if reply.status < 300 {
            if deed == "move" {
                self.moved.insert(id);
            }
            self.orders[at] = reply.body;
        }
        Ok(())
    }

    /// Levels where the two say something different, by available, committed and on hand.
    fn apart(&self) -> Result<Vec<String>> {
        let levels = self.shop.ask().get("/twin/levels")?;
        let levels = levels["levels"].as_array().context("levels")?.clone();
        ensure!(levels.len() == SKUS * FACILITIES, "{levels:?}");
        let mut apart = Vec::new();
        for n in 0..FACILITIES {
            let facility = &self.retailer.facilities()[n];
            let ours =
                self.api(0).get(&format!("/api/v1/levels?facility_id={facility}&limit=200"))?;
            let ours = ours["items"].as_array().context("items")?;
            let here = |level: &&Value| level["location_id"] == LOCATION + n as u64;
            for level in levels.iter().filter(here) {
                let code = level["sku"].as_str().context("a SKU")?;
                let id = &self.skus[code];
                let own = ours.iter().find(|own| own["sku_id"] == **id).context("a level")?;
                let own = own.get("quantities").unwrap_or(own);
                let of = |it: &Value| ["available", "committed", "on_hand"].map(|s| it[s].as_i64());
                if of(own) != of(level) {
                    apart.push(format!(
                        "{code} at F{}: the ledger has {:?}, the shop {:?}",
                        n + 1,
                        of(own),
                        of(level)
                    ));
                }
            }
        }
        Ok(apart)
    }

    /// Until nothing is under way and both say the same.
    fn settle(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            at_rest(&self.retailer)?;
            let apart = self.apart()?;
            if apart.is_empty() {
                return Ok(());
            }
            ensure!(began.elapsed() < REST_MAX, "{apart:#?}");
            thread::sleep(PAUSE);
        }
    }

    /// Every change of ours was applied, and once: by its key, and by the sum.
    fn check_applied(&self, before: usize) -> Result<()> {
        let applied = self.shop.applied()?;
        let keys: Vec<_> = applied.iter().map(|one| one["idempotency_key"].to_string()).collect();
        let once: BTreeSet<_> = keys.iter().collect();
        ensure!(once.len() == keys.len(), "a key was applied twice");
        let mut sums: BTreeMap<(u64, u64), i64> = BTreeMap::new();
        let changes = applied[before..].iter().filter_map(|one| one["changes"].as_array());
        for change in changes.flatten().filter(|change| change["name"] == "available") {
            let number = |name: &str| change[name].as_u64().context("a number");
            let at = (number("location_id")?, number("item_id")?);
            *sums.entry(at).or_default() += change["delta"].as_i64().context("a delta")?;
        }
        sums.retain(|_, sum| *sum != 0);
        let item = |code: &str| {
            let n: u64 = code.trim_start_matches("SKU-").parse()?;
            Ok::<_, anyhow::Error>(50_000_000_000 + n)
        };
        let asked = self.changed.iter().filter(|(_, sum)| **sum != 0);
        let asked = asked.map(|((location, code), sum)| Ok(((*location, item(code)?), *sum)));
        let asked: BTreeMap<_, _> = asked.collect::<Result<_>>()?;
        ensure!(sums == asked, "applied {sums:?}, asked {asked:?}");
        Ok(())
    }
}

impl Story {
    fn tell(&mut self, changes: u64) -> Result<()> {
        self.settle().context("before anything fails")?;
        let before = self.shop.applied()?.len();
        self.trouble()?;
        for n in 0..changes {
            self.step(n).with_context(|| format!("change {n}"))?;
        }
        // What was lost stays lost; what is asked from now on is answered.
        let calm = self.shop.act("/twin/faults", &json!({ "seed": self.seed })).context("calm")?;
        ensure!(calm.status == 200, "{calm:?}");
        self.settle().context("in the end")?;
        self.check_applied(before)?;
        let report = channel(&self.retailer, &["audit"], "")?;
        let levels = SKUS * FACILITIES;
        ensure!(report["levels"] == levels && report["equal"] == levels, "{report}");
        verified(&self.retailer, self.retailer.database())?;
        println!("{} deeds in the shop, {} kills, {report}", self.deeds, self.kills);
        Ok(())
    }
}

fn number(name: &str, otherwise: u64) -> Result<u64> {
    env::var(name).map_or(Ok(otherwise), |text| text.parse().context(name.to_owned()))
}

/// So many of the last lines of each log, for whoever reads why it failed.
const LINES_SHOWN: usize = 40;

impl Drop for Story {
    fn drop(&mut self) {
        if self.ended_well {
            return;
        }
        let logs = self.nodes.iter().map(Node::log);
        for (name, log) in ["node 0", "node 1"].into_iter().zip(logs) {
            let lines: Vec<_> = log.lines().collect();
            let from = lines.len().saturating_sub(LINES_SHOWN);
            eprintln!("--- {name}\n{}", lines[from..].join("\n"));
        }
        let log = fs::read_to_string(self.shop.log()).unwrap_or_default();
        let ended = self.shop.child.try_wait();
        eprintln!("--- the shop, {ended:?}\n{log}");
    }
}

#[test]
fn whatever_fails_the_shop_and_the_ledger_are_equal_in_the_end() -> Result<()> {
    let seed = number("ONHAND_CHAOS_SEED", SEED)?;
    let changes = number("ONHAND_CHAOS_CHANGES", CHANGES)?;
    println!("seed {seed}, {changes} changes");
    let mut story = Story::begin(seed)?;
    story.tell(changes).with_context(|| format!("seed {seed}"))?;
    story.ended_well = true;
    Ok(())
}
