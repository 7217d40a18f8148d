//! A count of many lines: how long the list takes that its reviewer works through, and its end.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use onhand_store::{Clock as _, Ids as _, clock::System};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Shop, rounds::Rounds};
use crate::{
    bench::Bench,
    database::Kind,
    fill::OPENING_UNITS,
    http::{self, Connection},
    report::{Draft, Goal},
    world::{self, KEY, REVIEWER_KEY, World},
};

pub(crate) const KEYS: [&str; 2] = ["count.close", "count.lines"];
/// Lines of the count: as many as one may have.
const LINES: usize = 20_000;
/// Every so many lines, the shelf has less than the record.
const VARIANCE_EACH: usize = 10;
/// So much less: too much for the policy to accept it by itself, too little for a recount.
const MISSING_UNITS: i64 = 3;
/// Scans of one call: as many as the API takes.
const SCANS: usize = 1_000;
/// Longest time that closing may take.
const CLOSE_MS_MAX: f64 = 2_000.0;

/// Counts each facility once, one for each round: all rounds find the same.
pub(crate) async fn measure(bench: &mut Bench, kind: Kind) -> Result<()> {
    let url = bench.fresh(kind, "closing")?;
    world::found(&url, LINES, bench.folder()).await?;
    let mut world = World::open(&url, bench.plan.rounds, LINES).await?;
    world.stock(0).await?;
    world::add_reviewer(&url).await?;
    let mut shop = Shop::open(bench, world).await?;
    let mut rounds = Rounds::default();
    for facility in 0..bench.plan.rounds {
        round(&mut shop, facility, &mut rounds).await?;
    }
    check(&shop, bench.plan.rounds).await?;
    add(bench, kind, &rounds);
    let world = shop.close().await?;
    bench.verify(&world)?;
    bench.discard(kind, &url)
}

fn add(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    let posted = LINES / VARIANCE_EACH;
    let rows = [
        ("count.lines", format!("first page of a count's lines, {LINES} lines"), None),
        (
            "count.close",
            format!("closing a count of {LINES} lines, {posted} with a variance"),
            Some(Goal::Below(CLOSE_MS_MAX)),
        ),
    ];
    for (key, measure, goal) in rows {
        if bench.plan.wants(kind, key) {
            let (database, values, unit) = (kind.name(), rounds.of(key), "ms");
            bench.report.add(Draft { database, key, measure, unit, values, yardstick: None, goal });
        }
    }
}

/// A count from its making to its end: one person counts, another one decides.
async fn round(shop: &mut Shop, facility: usize, rounds: &mut Rounds) -> Result<()> {
    let mut server = Calls { connection: Connection::open(&shop.server.address).await? };
    let slots = facility * LINES..(facility + 1) * LINES;
    let places: Vec<_> = slots.clone().map(|slot| shop.world.places.of(slot)).collect();
    let here = places.first().context("a place")?.0;
    let skus: Vec<Uuid> = places.iter().map(|(_, sku)| *sku).collect();
    let count = System.next();
    let new = json!({
        "id": count, "facility_id": here, "name": "Everything", "kind": "directed",
        "sku_ids": skus,
    });
    server.post(KEY, "/api/v1/counts", &new).await?;
    let path = format!("/api/v1/counts/{count}");
    server.post(KEY, &format!("{path}/open"), &json!({})).await?;
    scan(&mut server, &path, &skus).await?;
    server.post(KEY, &format!("{path}/submit"), &json!({})).await?;
    let began = Instant::now();
    let page = server.send(&http::get(&format!("{path}/lines?limit=50"), REVIEWER_KEY)).await?;
    rounds.push("count.lines", began.elapsed().as_secs_f64() * 1e3);
    ensure!(page["items"].as_array().is_some_and(|lines| lines.len() == 50), "no page of lines");
    let accept = json!({"filter": {"status": "counted"}, "decision": "accept"});
    let decided = server.post(REVIEWER_KEY, &format!("{path}/decisions"), &accept).await?;
    ensure!(decided["changed"] == LINES / VARIANCE_EACH, "not all was accepted: {decided}");
    let close = http::post(&format!("{path}/close"), REVIEWER_KEY, "{}");
    let began = Instant::now();
    let closed = server.send(&close).await?;
    rounds.push("count.close", began.elapsed().as_secs_f64() * 1e3);
    ensure!(closed["status"] == "closed", "not closed: {closed}");
    shop.world.counted(slots.step_by(VARIANCE_EACH), -MISSING_UNITS);
    Ok(())
}

/// One person sees everything once.
async fn scan(server: &mut Calls, count: &str, skus: &[Uuid]) -> Result<()> {
    let session = System.next();
    server.post(KEY, &format!("{count}/sessions"), &json!({"id": session})).await?;
    let path = format!("/api/v1/count-sessions/{session}");
    for (n, chunk) in skus.chunks(SCANS).enumerate() {
        let now = Timestamp::from_microsecond(System.now().0)?.to_string();
        let scans = chunk.iter().zip(n * SCANS..).map(|(sku, line)| {
            let missing = if line % VARIANCE_EACH == 0 { MISSING_UNITS } else { 0 };
            json!({
                "id": System.next(), "sku_id": sku, "quantity": OPENING_UNITS - missing,
                "how": "scanned", "scanned_at": now,
            })
        });
        let body = json!({"scans": scans.collect::<Vec<_>>()});
        let answer = server.post(KEY, &format!("{path}/scans"), &body).await?;
        let sent = n * SCANS + chunk.len();
        ensure!(answer["safe"] == sent, "{sent} scans sent, {} safe", answer["safe"]);
    }
    server.post(KEY, &format!("{path}/submit"), &json!({})).await?;
    Ok(())
}

/// Every variance made a movement, nothing else did, and every level is what was counted.
async fn check(shop: &Shop, counts: usize) -> Result<()> {
    let posted = shop.db.number("SELECT count(*) FROM movements WHERE kind = 'count'").await?;
    let expected = i64::try_from(counts * LINES / VARIANCE_EACH)?;
    ensure!(posted == expected, "{posted} movements of {expected} variances");
    shop.world.check(&shop.db).await
}

/// The server, asked for one thing after the other.
struct Calls {
    connection: Connection,
}

impl Calls {
    async fn post(&mut self, key: &str, path: &str, body: &Value) -> Result<Value> {
        self.send(&http::post(path, key, &body.to_string())).await.context(path.to_owned())
    }

    async fn send(&mut self, request: &[u8]) -> Result<Value> {
        Ok(serde_json::from_slice(self.connection.call(request).await?)?)
    }
}
