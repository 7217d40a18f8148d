//! A large retailer: search, pages, start-up, memory, and what a post costs after millions.

use std::time::Duration;

use anyhow::Result;

use super::{Shop, growth, rounds::Rounds};
use crate::{
    bench::Bench,
    calls::{Pick, Posts, Reads},
    database::Kind,
    load::closed,
    report::{Curve, Draft, Goal},
    server::Server,
    world::{self, World},
};

pub(crate) const KEYS: [&str; 10] = [
    "search",
    "product",
    "movements",
    "start.empty",
    "start.large",
    "memory",
    "median.large",
    growth::PLACE_KEYS[0],
    growth::PLACE_KEYS[1],
    growth::MOVEMENTS,
];
/// SKUs in the catalogue, each stocked at each facility.
const SKUS: usize = 100_000;
/// Clients that read at the same time.
const READERS: usize = 4;
/// Clients that write while memory is watched.
const WRITERS: usize = 64;

/// Facilities and movements, by form.
const fn size(quick: bool) -> (usize, usize) {
    if quick { (5, 1_000_000) } else { (20, 10_000_000) }
}

pub(crate) async fn measure(bench: &mut Bench, kind: Kind) -> Result<()> {
    let (facilities, movements) = size(bench.plan.quick);
    let url = bench.fresh(kind, "large")?;
    world::found(&url, SKUS, bench.folder()).await?;
    let mut world = World::open(&url, facilities, SKUS).await?;
    world.stock(movements).await?;
    start(bench, kind, &url).await?;
    let mut shop = Shop::open(bench, world).await?;
    memory(bench, kind, &mut shop).await?;
    reads(bench, kind, &shop).await?;
    median(bench, kind, &mut shop).await?;
    growth::places(bench, kind, &mut shop).await?;
    let world = shop.close().await?;
    // Ten millions take longer than all else; what the server wrote is checked by the sum.
    if bench.plan.quick {
        bench.verify(&world)?;
    }
    bench.discard(kind, &url)
}

/// How long until it is ready to write.
async fn start(bench: &mut Bench, kind: Kind, large: &str) -> Result<()> {
    if !bench.plan.wants_any(kind, &KEYS[3..5]) {
        return Ok(());
    }
    let empty = bench.fresh(kind, "empty")?;
    // The first start makes the schema.
    Server::onhand(&bench.onhand, &empty).await?.stop().await?;
    let mut rounds = Rounds::default();
    for _ in 0..bench.plan.rounds {
        rounds.push("process", ms(Server::empty().await?.started_in));
        for (name, url) in [("empty", empty.as_str()), ("large", large)] {
            let server = Server::onhand(&bench.onhand, url).await?;
            rounds.push(name, ms(server.started_in));
            server.stop().await?;
        }
    }
    bench.discard(kind, &empty)?;
    let process = ("start of the empty server", "process");
    let after = format!("start until ready, {} movements", millions(bench));
    add(bench, kind, &rounds, ("start.empty", "start until ready, empty"), "empty", process, None);
    add(bench, kind, &rounds, ("start.large", &after), "large", ("empty database", "empty"), None);
    Ok(())
}

/// The most resident memory of the server while it is written to and read from.
async fn memory(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    if !bench.plan.wants(kind, "memory") {
        return Ok(());
    }
    let mut timing = bench.plan.timing;
    timing.measured *= 3;
    let (idle, _) = shop.server.memory()?;
    let posts = Posts::clients(WRITERS, &shop.world.places, Pick::any(&shop.world.places));
    let pages = [searches(shop), products(shop), histories(shop)].concat();
    let readers = Reads::clients(READERS, &pages);
    let address = [shop.server.address.as_str()];
    let (run, read) =
        tokio::join!(closed(&address, posts, timing), closed(&address, readers, timing));
    let (run, _) = (run?, read?);
    // The kernel remembers the most that it ever was.
    let (_, most) = shop.server.memory()?;
    shop.note(&run);
    shop.world.check_sum(&shop.db).await?;
    let mut rounds = Rounds::default();
    rounds.push("idle", megabytes(idle));
    rounds.push("most", megabytes(most));
    let measure = format!(
        "resident memory, {SKUS} SKUs × {} facilities, {WRITERS} writers, {READERS} readers",
        shop.world.places.facilities.len()
    );
    let goal = Some(Goal::Below(256.0));
    let idle = ("after its start", "idle");
    add(bench, kind, &rounds, ("memory", &measure), "most", idle, goal);
    Ok(())
}

/// Pages as the web app asks for them.
async fn reads(bench: &mut Bench, kind: Kind, shop: &Shop) -> Result<()> {
    let pages = [
        ("search", "search as you type, p99", searches(shop), Some(Goal::Below(50.0))),
        ("product", "product page (3 requests), p99", products(shop), None),
        ("movements", "page of movements, p99", histories(shop), None),
    ];
    for (key, measure, pages, goal) in pages {
        if !bench.plan.wants(kind, key) {
            continue;
        }
        let mut rounds = Rounds::default();
        for _ in 0..bench.plan.rounds {
            for (name, server) in [("empty", &bench.empty), ("page", &shop.server)] {
                let readers = Reads::clients(READERS, &pages);
                let mut run = closed(&[&server.address], readers, bench.plan.timing).await?;
                rounds.push(name, run.latencies.percentile_ms(0.99));
            }
        }
        let measure = format!("{measure}, {SKUS} SKUs, {READERS} clients");
        let empty = ("empty handler", "empty");
        add(bench, kind, &rounds, (key, &measure), "page", empty, goal);
    }
    Ok(())
}

/// Each beginning of what people type.
fn searches(shop: &Shop) -> Vec<Vec<String>> {
    let facility = shop.world.places.facilities.first().copied().unwrap_or_default();
    let beginnings = world::SEARCHES.iter().flat_map(|text| (1..=text.len()).map(|n| &text[..n]));
    beginnings
        .map(|text| {
            let text = text.replace(' ', "+");
            vec![format!("/api/v1/products?q={text}&facility_id={facility}&limit=30")]
        })
        .collect()
}

/// Products all over the catalogue: the product, its levels, its newest movements.
fn products(shop: &Shop) -> Vec<Vec<String>> {
    let facility = shop.world.places.facilities.first().copied().unwrap_or_default();
    let page = |id| {
        let here = format!("facility_id={facility}&product_id={id}");
        vec![
            format!("/api/v1/products/{id}"),
            format!("/api/v1/levels?{here}&limit=200"),
            format!("/api/v1/movements?{here}&limit=25"),
        ]
    };
    shop.world.products.iter().step_by(25).map(page).collect()
}

/// The newest movements of SKUs all over the catalogue, and of each facility.
fn histories(shop: &Shop) -> Vec<Vec<String>> {
    let places = &shop.world.places;
    let of = |query: String| vec![format!("/api/v1/movements?{query}&limit=25")];
    let slots = (0..places.slots()).step_by(places.slots() / 1_000 + 1);
    let skus = slots.map(|slot| {
        let (facility, sku) = places.of(slot);
        of(format!("facility_id={facility}&sku_id={sku}"))
    });
    let facilities = places.facilities.iter().map(|id| of(format!("facility_id={id}")));
    skus.chain(facilities).collect()
}

/// What one post costs after millions of movements, and what on an empty ledger.
async fn median(bench: &mut Bench, kind: Kind, large: &mut Shop) -> Result<()> {
    let (median_key, curve_key) = ("median.large", growth::MOVEMENTS);
    if !bench.plan.wants_any(kind, &[median_key, curve_key]) {
        return Ok(());
    }
    let (empty_url, medium_url) = (bench.fresh(kind, "unused")?, bench.fresh(kind, "medium")?);
    let mut empty = smaller(bench, &empty_url, None).await?;
    // Between the empty one and the large one.
    let (_, movements) = size(bench.plan.quick);
    let between = movements / 10;
    let mut medium = smaller(bench, &medium_url, Some(between)).await?;
    let mut rounds = Rounds::default();
    for _ in 0..bench.plan.rounds {
        for (name, shop) in [("empty", &mut empty), ("medium", &mut medium), ("large", &mut *large)]
        {
            let any = Pick::any(&shop.world.places);
            let mut run = shop.post(1, any, bench.plan.timing).await?;
            rounds.push(name, run.latencies.percentile_ms(0.5));
        }
    }
    large.world.check_sum(&large.db).await?;
    medium.world.check_sum(&medium.db).await?;
    empty.world.check_sum(&empty.db).await?;
    for (shop, url) in [(empty, empty_url), (medium, medium_url)] {
        shop.close().await?;
        bench.discard(kind, &url)?;
    }
    let median = |name| crate::stats::spread(rounds.of(name)).map_or(0.0, |s| s.median);
    let points = vec![
        (1.0, median("empty")),
        (growth::float(between), median("medium")),
        (growth::float(movements), median("large")),
    ];
    bench.report.curves.push(Curve { plot: curve_key, database: kind.name(), points });
    let measure = format!("median of a single post after {} movements, 1 client", millions(bench));
    let empty = ("empty ledger", "empty");
    let goal = Some(Goal::AtMostTimes(1.3));
    add(bench, kind, &rounds, (median_key, &measure), "large", empty, goal);
    Ok(())
}

/// A retailer as in the other rows, with as many movements or with none at all.
async fn smaller(bench: &Bench, url: &str, movements: Option<usize>) -> Result<Shop> {
    world::found(url, super::SKUS, bench.folder()).await?;
    let mut world = World::open(url, super::FACILITIES, super::SKUS).await?;
    if let Some(movements) = movements {
        world.stock(movements).await?;
    }
    Shop::open(bench, world).await
}

fn add(
    bench: &mut Bench,
    kind: Kind,
    rounds: &Rounds,
    (key, measure): (&str, &str),
    figure: &str,
    yardstick: (&str, &str),
    goal: Option<Goal>,
) {
    bench.report.add(Draft {
        database: kind.name(),
        key,
        measure: measure.to_owned(),
        unit: if key == "memory" { "MB" } else { "ms" },
        values: rounds.of(figure),
        yardstick: Some((yardstick.0, rounds.of(yardstick.1))),
        goal,
    });
}

fn millions(bench: &Bench) -> String {
    let (_, movements) = size(bench.plan.quick);
    crate::report::number(growth::float(movements))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 bytes")]
const fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
