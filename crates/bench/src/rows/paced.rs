//! How long a single post takes while the server has as much again to give.

use std::sync::Arc;

use anyhow::Result;

use super::{Shop, rounds::Rounds};
use crate::{
    bench::Bench,
    calls::{Pick, Posts},
    database::Kind,
    load::open,
    report::{Draft, Goal},
};

pub(crate) const KEYS: [&str; 1] = ["p99.half"];
const CLIENTS: usize = 64;

/// Saturates the server, then lets posts arrive at half that rate, at random moments.
pub(crate) async fn measure(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let [key] = KEYS;
    if !bench.plan.wants(kind, key) {
        return Ok(());
    }
    let timing = bench.plan.timing;
    let places = Arc::clone(&shop.world.places);
    let any = Pick::any(&places);
    let posts = || Posts::clients(CLIENTS, &places, any);
    let mut rounds = Rounds::default();
    for _ in 0..bench.plan.rounds {
        let rate = shop.post(CLIENTS, any, timing).await?.rate / 2.0;
        let mut run = open(&[&shop.server.address], posts(), rate, timing).await?;
        shop.note(&run);
        shop.world.check(&shop.db).await?;
        rounds.push("rate", rate);
        rounds.push("p99", run.latencies.percentile_ms(0.99));
        let mut empty = open(&[&bench.empty.address], posts(), rate, timing).await?;
        rounds.push("empty", empty.latencies.percentile_ms(0.99));
    }
    let rates = rounds.of("rate");
    let mean = rates.iter().fold(0.0, |sum, rate| sum + rate / bench.plan.rounds_f64());
    bench.report.add(Draft {
        database: kind.name(),
        key,
        measure: format!("p99 of a single post at half of saturation (here {mean:.0} a second)"),
        unit: "ms",
        values: rounds.of("p99"),
        yardstick: Some(("empty POST handler at that rate", rounds.of("empty"))),
        goal: Some(Goal::Below(25.0)),
    });
    Ok(())
}
