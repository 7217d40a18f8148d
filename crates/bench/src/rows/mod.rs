//! The rows of the table, group by group.

mod batches;
mod closing;
mod growth;
mod large;
mod nodes;
mod paced;
mod rounds;
mod shop;
mod single;

use anyhow::Result;

use crate::{
    bench::Bench,
    calls::{Pick, Posts},
    database::{Db, Kind},
    load::{Run, Timing, closed},
    server::Server,
    world::{self, World},
};

/// Facilities and SKUs of the retailer that single posts go to.
const FACILITIES: usize = 5;
const SKUS: usize = 20_000;

/// Every row of a database that is asked for.
pub(crate) async fn all(bench: &mut Bench, kind: Kind) -> Result<()> {
    let groups: [&[&str]; 5] =
        [&single::KEYS, &batches::KEYS, &paced::KEYS, &nodes::KEYS, &growth::CLIENT_KEYS];
    if groups.iter().any(|keys| bench.plan.wants_any(kind, keys)) {
        posting(bench, kind).await?;
    }
    if bench.plan.wants_any(kind, &closing::KEYS) {
        closing::measure(bench, kind).await?;
    }
    if bench.plan.wants_any(kind, &large::KEYS) {
        large::measure(bench, kind).await?;
    }
    if bench.plan.wants_any(kind, &shop::KEYS) {
        shop::measure(bench, kind).await?;
    }
    Ok(())
}

/// A retailer with a server that posts for it.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) server: Server,
    pub(crate) db: Db,
}

impl Shop {
    /// Starts a server for a retailer.
    pub(crate) async fn open(bench: &Bench, world: World) -> Result<Self> {
        let server = Server::onhand(&bench.onhand, &world.url).await?;
        let db = Db::open(&world.url).await?;
        Ok(Self { world, server, db })
    }

    /// Posts single variances and answers what was measured. What was acknowledged is noted, but
    /// not yet checked.
    pub(crate) async fn post(
        &mut self,
        clients: usize,
        pick: Pick,
        timing: Timing,
    ) -> Result<Run<Posts>> {
        let posts = Posts::clients(clients, &self.world.places, pick);
        let run = closed(&[&self.server.address], posts, timing).await?;
        self.note(&run);
        Ok(run)
    }

    /// Notes what a run had acknowledged.
    pub(crate) fn note(&mut self, run: &Run<Posts>) {
        for client in &run.clients {
            self.world.acknowledge(client.acknowledged.iter().map(|(_, slot)| *slot));
        }
    }

    /// Ends the server and answers the retailer.
    pub(crate) async fn close(self) -> Result<World> {
        self.server.stop().await?;
        self.db.close().await;
        Ok(self.world)
    }
}

/// The rows that post to a retailer of moderate size.
async fn posting(bench: &mut Bench, kind: Kind) -> Result<()> {
    let url = bench.fresh(kind, "posting")?;
    world::found(&url, SKUS, bench.folder()).await?;
    let mut world = World::open(&url, FACILITIES, SKUS).await?;
    world.stock(0).await?;
    let mut shop = Shop::open(bench, world).await?;
    single::measure(bench, kind, &mut shop).await?;
    paced::measure(bench, kind, &mut shop).await?;
    batches::measure(bench, kind, &mut shop).await?;
    nodes::measure(bench, kind, &mut shop).await?;
    growth::clients(bench, kind, &mut shop).await?;
    let world = shop.close().await?;
    bench.verify(&world)?;
    bench.discard(kind, &url)
}
