//! A web shop beside the server: how long a change takes to be confirmed there, and what is sold
//! meanwhile that is gone.

mod audit;
mod connected;
mod oversell;
mod urgent;

use std::{sync::Arc, time::Duration};

use anyhow::{Result, ensure};

use self::connected::Connected;
use super::rounds::Rounds;
use crate::{
    bench::Bench,
    calls::{Pick, Posts},
    database::Kind,
    load::{Timing, open},
    report::{Draft, Goal},
    world::{self, World},
};

pub(crate) const KEYS: [&str; 6] =
    ["shop.median", "shop.p99", "shop.standard", "shop.urgent", "shop.oversold", "shop.audit"];

/// SKUs of the shop, at each of its locations.
const SKUS: usize = 1_000;
const FACILITIES: usize = 5;
const CLIENTS: usize = 64;
/// Changes a second that a shop of the largest plan is told.
const PLUS_RATE: f64 = 500.0;
/// The same for the smallest plan: more than its budget allows in calls of one line.
const STANDARD_RATE: f64 = 100.0;
/// How long changes come in, in one round.
const LASTS: Duration = Duration::from_secs(10);
const LASTS_QUICK: Duration = Duration::from_secs(4);

/// Lets changes come in at a rate and reads how long each took from the ledger's commit to the
/// shop's answer.
pub(crate) async fn measure(bench: &mut Bench, kind: Kind) -> Result<()> {
    let mut rounds = Rounds::default();
    let mut delays = Vec::new();
    if bench.plan.wants_any(kind, &["shop.median", "shop.p99", "shop.oversold"]) {
        let mut shop = connect(bench, kind, ("plus", SKUS)).await?;
        for _ in 0..bench.plan.rounds {
            let mut found = round(bench, &mut shop, PLUS_RATE).await?;
            found.sort_unstable();
            rounds.push("median", millis(at(&found, 50)));
            rounds.push("p99", millis(at(&found, 99)));
            delays.extend(found);
        }
        close(bench, kind, shop).await?;
    }
    if bench.plan.wants_any(kind, &["shop.standard", "shop.urgent"]) {
        let mut shop = connect(bench, kind, ("standard", SKUS)).await?;
        for _ in 0..bench.plan.rounds {
            if bench.plan.wants(kind, "shop.standard") {
                let found = round(bench, &mut shop, STANDARD_RATE).await?;
                rounds.push("standard", millis(at_unsorted(found, 99)));
            }
            if bench.plan.wants(kind, "shop.urgent") {
                urgent::round(&shop, &mut rounds).await?;
            }
        }
        // The budget is the shop's to give: not once may it have had to say no.
        let refused = shop.twin_count("requests.throttled").await?;
        ensure!(refused == 0, "{refused} calls went beyond the shop's budget");
        close(bench, kind, shop).await?;
    }
    if bench.plan.wants(kind, "shop.audit") {
        audit::measure(bench, kind, &mut rounds).await?;
    }
    add(bench, kind, &rounds);
    urgent::add(bench, kind, &rounds);
    audit::add(bench, kind, &rounds);
    if bench.plan.wants(kind, "shop.oversold") {
        oversell::add(bench, kind, &delays);
    }
    Ok(())
}

fn add(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    let per = |rate: f64| format!("{rate:.0} changes a second");
    let rows = [
        (
            "shop.median",
            "median",
            format!("commit to confirmed, median, {}", per(PLUS_RATE)),
            200.0,
        ),
        ("shop.p99", "p99", format!("commit to confirmed, p99, {}", per(PLUS_RATE)), 1_000.0),
        (
            "shop.standard",
            "standard",
            format!("the same in a Standard shop, p99, {}, none refused", per(STANDARD_RATE)),
            f64::INFINITY,
        ),
    ];
    for (key, name, measure, below) in rows {
        if bench.plan.wants(kind, key) {
            let goal = below.is_finite().then_some(Goal::Below(below));
            let (database, values, unit) = (kind.name(), rounds.of(name), "ms");
            bench.report.add(Draft { database, key, measure, unit, values, yardstick: None, goal });
        }
    }
}

/// A shop of a plan, which sells so many SKUs.
async fn connect(bench: &Bench, kind: Kind, (plan, skus): (&str, usize)) -> Result<Connected> {
    let url = bench.fresh(kind, plan)?;
    world::found(&url, skus, bench.folder()).await?;
    let mut world = World::open(&url, FACILITIES, skus).await?;
    world.stock(0).await?;
    Connected::open(bench, world, plan).await
}

/// Changes come in at a rate; then everything is waited for. The delays, in microseconds.
async fn round(bench: &Bench, shop: &mut Connected, rate: f64) -> Result<Vec<i64>> {
    let places = Arc::clone(&shop.world.places);
    let measured = if bench.plan.quick { LASTS_QUICK } else { LASTS };
    let timing = Timing { warm_up: bench.plan.timing.warm_up, measured };
    let clients = Posts::clients(CLIENTS, &places, Pick::any(&places));
    let began = shop.now();
    let run = open(&[&shop.server.address], clients, rate, timing).await?;
    let posted: Vec<u32> =
        run.clients.iter().flat_map(|client| &client.acknowledged).map(|(_, slot)| *slot).collect();
    shop.world.acknowledge(posted.iter().copied());
    shop.settled().await?;
    let delays = shop.delays(began).await?;
    ensure!(delays.len() == posted.len(), "{} posted, {} told", posted.len(), delays.len());
    Ok(delays)
}

/// The shop must have exactly what was acknowledged.
async fn close(bench: &Bench, kind: Kind, shop: Connected) -> Result<()> {
    shop.check().await?;
    let world = shop.close().await?;
    bench.verify(&world)?;
    bench.discard(kind, &world.url)
}

/// The delay that so many in a hundred did not exceed (nearest rank).
fn at(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn at_unsorted(mut delays: Vec<i64>, percent: usize) -> i64 {
    delays.sort_unstable();
    at(&delays, percent)
}

#[expect(clippy::cast_precision_loss, reason = "delays of less than 2^52 microseconds")]
fn millis(micros: i64) -> f64 {
    micros as f64 / 1e3
}
