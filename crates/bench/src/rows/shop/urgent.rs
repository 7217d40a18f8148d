//! What could be oversold, told while a backlog waits in a small shop that answers slowly.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use onhand_store::{Ids as _, clock::System};
use serde_json::json;
use uuid::Uuid;

use super::{at_unsorted, connected::Connected, millis};
use crate::{
    bench::Bench,
    calls::BULK,
    database::Kind,
    http::{self, Connection, posted},
    report::{Draft, Goal},
    rows::rounds::Rounds,
    world::KEY,
};

/// Levels that all units are lost of, in one round.
const GONE: usize = 100;
/// Of how many levels one goes: those between them make up the backlog.
const GONE_EACH: usize = 40;
/// Changes of each level of the backlog, found and lost in turn: two of them never go together.
const CHANGES: usize = 4;
/// How long the shop takes for each call.
const SLOW_MS: u64 = 300;

/// Units found or lost somewhere.
type Variance = (Uuid, Uuid, i64);

/// Changes come in faster than the shop takes them; among them, one by one, what is gone. Then
/// everything is taken back.
pub(super) async fn round(shop: &Connected, rounds: &mut Rounds) -> Result<()> {
    let (mut gone, mut others) = (Vec::new(), Vec::new());
    let mut levels = shop.db.levels().await?;
    levels.sort_unstable();
    for (n, (facility, sku, available)) in levels.into_iter().enumerate() {
        if n % GONE_EACH == 0 && gone.len() < GONE {
            gone.push((facility, sku, -available));
        } else {
            others.push((facility, sku));
        }
    }
    ensure!(gone.len() == GONE, "only {} levels can go", gone.len());
    let slow = json!({"seed": 1, "probability": {"slow": 1.0}, "slow_ms": SLOW_MS,
        "only": ["inventoryAdjustQuantities"]});
    shop.faults(&slow).await?;
    let began = shop.now();
    let mut server = Connection::open(&shop.server.address).await?;
    let bulks = backlog(&others);
    let mut left = gone.iter().copied();
    // Not before all lanes have something to wait for.
    let behind = bulks.len() / CHANGES;
    let each = GONE.div_ceil(bulks.len() - behind);
    for (n, bulk) in bulks.iter().enumerate() {
        post(&mut server, bulk).await?;
        for one in left.by_ref().take(if n < behind { 0 } else { each }) {
            post(&mut server, &[one]).await?;
        }
    }
    shop.settled().await?;
    shop.faults(&json!({})).await?;
    let urgent = shop.delays_of(began, "urgency = 0").await?;
    let ordinary = shop.delays_of(began, "urgency > 0").await?;
    ensure!(urgent.len() == GONE, "{} changes of {GONE} were urgent", urgent.len());
    ensure!(ordinary.len() == others.len() * CHANGES, "{} ordinary changes", ordinary.len());
    rounds.push("urgent", millis(at_unsorted(urgent, 99)));
    rounds.push("ordinary", millis(at_unsorted(ordinary, 99)));
    let back: Vec<Variance> = gone.iter().map(|(at, sku, lost)| (*at, *sku, -lost)).collect();
    // The one before has been idle for long enough to be closed.
    let mut server = Connection::open(&shop.server.address).await?;
    post(&mut server, &back).await?;
    shop.settled().await
}

/// Found and lost in turn, so that nothing has changed in the end.
fn backlog(levels: &[(Uuid, Uuid)]) -> Vec<Vec<Variance>> {
    let change = |n: usize| if n.is_multiple_of(2) { 1 } else { -1 };
    let all = (0..CHANGES).flat_map(|n| levels.iter().map(move |(at, sku)| (*at, *sku, change(n))));
    let all: Vec<Variance> = all.collect();
    all.chunks(BULK).map(<[_]>::to_vec).collect()
}

async fn post(server: &mut Connection, variances: &[Variance]) -> Result<()> {
    let mut body = String::from("{\"variances\":[");
    for (n, (facility, sku, quantity)) in variances.iter().enumerate() {
        let reason = if *quantity < 0 { "lost" } else { "found" };
        let comma = if n == 0 { "" } else { "," };
        let id = System.next();
        write!(
            body,
            "{comma}{{\"id\":\"{id}\",\"facility_id\":\"{facility}\",\"sku_id\":\"{sku}\",\
             \"quantity\":{quantity},\"reason\":\"{reason}\",\"device\":\"Handheld 4\"}}"
        )?;
    }
    body.push_str("]}");
    let answer = server.call(&http::post("/api/v1/variances/bulk", KEY, &body)).await;
    let answer = answer.context("variances in bulk")?;
    let done = posted(answer);
    let text = String::from_utf8_lossy(answer.get(..400).unwrap_or(answer));
    ensure!(done == variances.len(), "{done} of {} posted: {text}", variances.len());
    Ok(())
}

pub(super) fn add(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    bench.report.add(Draft {
        database: kind.name(),
        key: "shop.urgent",
        measure: format!(
            "commit to confirmed, p99, what is gone, behind a backlog in a Standard shop that takes \
             {SLOW_MS} ms for a call"
        ),
        unit: "ms",
        values: rounds.of("urgent"),
        yardstick: Some(("the backlog itself", rounds.of("ordinary"))),
        goal: Some(Goal::AtMostTimes(0.25)),
    });
}
