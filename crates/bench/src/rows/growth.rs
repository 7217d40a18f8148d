//! How cost grows: the points of the plots.

use anyhow::Result;

use super::Shop;
use crate::{bench::Bench, calls::Pick, database::Kind, report::Curve};

/// Names of the plots, as `--only` knows them.
pub(crate) const CLIENT_KEYS: [&str; 1] = ["growth.clients"];
pub(crate) const PLACE_KEYS: [&str; 2] = ["growth.skus", "growth.facilities"];
pub(crate) const MOVEMENTS: &str = "growth.movements";

const CLIENTS: [usize; 5] = [1, 4, 16, 64, 256];
const SKUS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
const FACILITIES: [usize; 4] = [1, 2, 5, 20];
/// Clients where their number is not what changes.
const USUAL_CLIENTS: usize = 64;

/// Posts a second by the number of clients.
pub(crate) async fn clients(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let [plot] = CLIENT_KEYS;
    if !bench.plan.wants(kind, plot) {
        return Ok(());
    }
    let any = Pick::any(&shop.world.places);
    let mut points = Vec::new();
    for count in CLIENTS {
        let run = shop.post(count, any, bench.plan.timing).await?;
        points.push((float(count), run.rate));
    }
    shop.world.check(&shop.db).await?;
    bench.report.curves.push(Curve { plot, database: kind.name(), points });
    Ok(())
}

/// Posts a second by the number of SKUs at one facility, and by the number of facilities.
pub(crate) async fn places(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let timing = bench.plan.timing;
    let (facilities, skus) = (shop.world.places.facilities.len(), shop.world.places.skus.len());
    let spread = |(facilities, skus)| Pick::Random { facilities, skus };
    let by_sku = SKUS.iter().filter(|n| **n <= skus).map(|n| (*n, spread((1, *n))));
    let by_facility =
        FACILITIES.iter().filter(|n| **n <= facilities).map(|n| (*n, spread((*n, skus))));
    let plots: [Vec<(usize, Pick)>; 2] = [by_sku.collect(), by_facility.collect()];
    for (plot, picks) in PLACE_KEYS.into_iter().zip(plots) {
        if !bench.plan.wants(kind, plot) {
            continue;
        }
        let mut points = Vec::new();
        for (count, pick) in picks {
            points.push((float(count), shop.post(USUAL_CLIENTS, pick, timing).await?.rate));
        }
        bench.report.curves.push(Curve { plot, database: kind.name(), points });
    }
    shop.world.check_sum(&shop.db).await
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 of anything")]
pub(crate) const fn float(count: usize) -> f64 {
    count as f64
}
