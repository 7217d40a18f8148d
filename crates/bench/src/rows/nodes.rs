//! Two nodes on one PostgreSQL.

use anyhow::Result;

use super::{Shop, rounds::Rounds};
use crate::{
    bench::Bench,
    calls::{Pick, Posts},
    database::Kind,
    load::closed,
    report::{Draft, Goal},
    server::Server,
};

pub(crate) const KEYS: [&str; 1] = ["nodes.2"];
const CLIENTS: usize = 64;

/// The same clients on one node and spread over two, on random SKUs.
pub(crate) async fn measure(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let [key] = KEYS;
    if kind != Kind::Postgres || !bench.plan.wants(kind, key) {
        return Ok(());
    }
    let timing = bench.plan.timing;
    let any = Pick::any(&shop.world.places);
    let second = Server::onhand(&bench.onhand, &shop.world.url).await?;
    let mut rounds = Rounds::default();
    for _ in 0..bench.plan.rounds {
        rounds.push("one", shop.post(CLIENTS, any, timing).await?.rate);
        let posts = Posts::clients(CLIENTS, &shop.world.places, any);
        let addresses = [shop.server.address.as_str(), &second.address];
        let run = closed(&addresses, posts, timing).await?;
        shop.note(&run);
        shop.world.check(&shop.db).await?;
        rounds.push("two", run.rate);
    }
    second.stop().await?;
    bench.report.add(Draft {
        database: kind.name(),
        key,
        measure: "two nodes, 64 clients, random SKUs".to_owned(),
        unit: "/s",
        values: rounds.of("two"),
        yardstick: Some(("one node", rounds.of("one"))),
        goal: Some(Goal::AtLeastTimes(1.0)),
    });
    Ok(())
}
