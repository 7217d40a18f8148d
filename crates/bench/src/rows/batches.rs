//! Bulk posts and replayed ids, and the yardstick of bare batched SQL.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};

use super::{Shop, rounds::Rounds};
use crate::{
    bare,
    bench::Bench,
    calls::{BULK, Bulks, Pick, Replays},
    database::{Db, Kind},
    ledger::{Batch, Ledger},
    load::{Random, closed},
    report::{Draft, Goal},
    world::World,
};

pub(crate) const KEYS: [&str; 4] = ["bulk.1000", "bare.256", "replay", "bytes"];
/// Clients that send bulks: one prepares while the other is served.
const BULK_CLIENTS: usize = 2;
const REPLAY_CLIENTS: usize = 64;
/// The smaller of the two batches.
const SMALL: usize = 256;

/// A retailer of the same size, whose rows are written without the server.
struct Bare {
    world: World,
    ledger: Ledger,
    db: Db,
    random: Random,
    rows: i64,
}

impl Bare {
    async fn prepare(bench: &Bench, kind: Kind) -> Result<Self> {
        let url = bench.fresh(kind, "bare")?;
        crate::world::found(&url, super::SKUS, bench.folder()).await?;
        let mut world = World::open(&url, super::FACILITIES, super::SKUS).await?;
        let ledger = world.stock(0).await?;
        let rows = i64::try_from(ledger.slots())?;
        let db = Db::open(&url).await?;
        Ok(Self { world, ledger, db, random: Random::new(3), rows })
    }

    /// Rows a second in transactions of so many, and bytes of each.
    async fn rate(&mut self, bench: &Bench, rows: usize) -> Result<(f64, f64)> {
        let timing = bench.plan.timing;
        let before = self.db.bytes().await?;
        let mut written = 0_u32;
        let mut spent = std::time::Duration::ZERO;
        while spent < timing.measured {
            let mut batch = Batch::default();
            for _ in 0..rows {
                let slot = self.random.below(self.ledger.slots());
                self.ledger.find(&mut batch, slot);
            }
            // Only the writing counts: the rows are there already.
            let begun = Instant::now();
            bare::write(&self.db, &batch).await?;
            spent += begun.elapsed();
            written += u32::try_from(rows)?;
        }
        let grown = self.db.bytes().await? - before;
        self.rows += i64::from(written);
        let found = self.db.number("SELECT count(*) FROM movements").await?;
        ensure!(found == self.rows, "{found} movements, {} written", self.rows);
        let written = f64::from(written);
        Ok((written / spent.as_secs_f64(), bytes(grown) / written))
    }
}

pub(crate) async fn measure(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let plan = bench.plan.clone();
    let mut rounds = Rounds::default();
    let with_bare = plan.wants_any(kind, &["bulk.1000", "bare.256", "bytes"]);
    let mut bare = if with_bare { Some(Bare::prepare(bench, kind).await?) } else { None };
    for _ in 0..plan.rounds {
        if let Some(bare) = &mut bare {
            let (rate, bytes) = bare.rate(bench, BULK).await?;
            rounds.push("bare.1000", rate);
            rounds.push("bare.bytes", bytes);
            rounds.push("bare.256", bare.rate(bench, SMALL).await?.0);
        }
        if plan.wants(kind, "bulk.1000") {
            rounds.push("bulk.1000", bulk(bench, shop).await?);
        }
        if plan.wants(kind, "replay") {
            let (fresh, again) = replay(bench, shop).await?;
            rounds.push("fresh", fresh);
            rounds.push("replay", again);
        }
        if plan.wants(kind, "bytes") {
            rounds.push("bytes", bytes_each(bench, shop).await?);
        }
    }
    if let Some(bare) = bare {
        bare.db.close().await;
        bench.verify(&bare.world)?;
        bench.discard(kind, &bare.world.url)?;
    }
    report(bench, kind, &rounds);
    Ok(())
}

/// Variances a second in bulk.
async fn bulk(bench: &Bench, shop: &mut Shop) -> Result<f64> {
    let clients = Bulks::clients(BULK_CLIENTS, &shop.world.places);
    let run = closed(&[&shop.server.address], clients, bench.plan.timing).await?;
    for client in run.clients {
        shop.world.acknowledge(client.acknowledged);
    }
    shop.world.check(&shop.db).await?;
    Ok(run.rate * 1e3)
}

/// Posts, then sends the very same again; nothing may change. Answers both rates.
async fn replay(bench: &Bench, shop: &mut Shop) -> Result<(f64, f64)> {
    let places = Arc::clone(&shop.world.places);
    let fresh = shop.post(REPLAY_CLIENTS, Pick::any(&places), bench.plan.timing).await?;
    let known: Vec<_> = fresh.clients.into_iter().flat_map(|c| c.acknowledged).collect();
    let replays = Replays::clients(REPLAY_CLIENTS, &places, &Arc::new(known));
    let again = closed(&[&shop.server.address], replays, bench.plan.timing).await?;
    shop.world.check(&shop.db).await.context("after replays")?;
    Ok((fresh.rate, again.rate))
}

/// Bytes by which the database grows with each single post.
async fn bytes_each(bench: &Bench, shop: &mut Shop) -> Result<f64> {
    let before = shop.db.bytes().await?;
    let any = Pick::any(&shop.world.places);
    let run = shop.post(REPLAY_CLIENTS, any, bench.plan.timing).await?;
    let grown = shop.db.bytes().await? - before;
    let posts: usize = run.clients.iter().map(|client| client.acknowledged.len()).sum();
    shop.world.check(&shop.db).await?;
    Ok(bytes(grown) / bytes(i64::try_from(posts)?))
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 bytes")]
const fn bytes(count: i64) -> f64 {
    count as f64
}

fn report(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    let mut add = |key, measure: &str, figure: &str, yardstick: Option<(&str, &str)>, goal| {
        bench.report.add(Draft {
            database: kind.name(),
            key,
            measure: measure.to_owned(),
            unit: if key == "bytes" { "B" } else { "/s" },
            values: rounds.of(figure),
            yardstick: yardstick.map(|(name, values)| (name, rounds.of(values))),
            goal,
        });
    };
    let bare = Some(("bare SQL, batches of 1,000", "bare.1000"));
    let goal = Some(Goal::AtLeastTimes(0.5));
    add("bulk.1000", "bulk of 1,000 variances, 2 clients", "bulk.1000", bare, goal);
    let small = "bare SQL, batches of 256 (no server)";
    add("bare.256", small, "bare.256", bare, None);
    let fresh = Some(("the same as new", "fresh"));
    add("replay", "replayed ids, 64 clients", "replay", fresh, None);
    let bare = Some(("bare SQL (no audit row)", "bare.bytes"));
    add("bytes", "growth with each single variance", "bytes", bare, None);
}
