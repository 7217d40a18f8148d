//! Single variances over HTTP.

use anyhow::Result;

use super::{Shop, rounds::Rounds};
use crate::{
    bench::Bench,
    calls::{Pick, Posts},
    database::Kind,
    pgbench::Pgbench,
    report::{Draft, Goal},
};

pub(crate) const KEYS: [&str; 8] = [
    "single.1.random",
    "single.1.one",
    "single.16.random",
    "single.16.one",
    "single.64.random",
    "single.64.one",
    "single.64.random.pgbench",
    "single.64.one.pgbench",
];
const CLIENTS: [usize; 3] = [1, 16, 64];
/// The slot that all clients post to when they post to one.
const ONE: usize = 4_711;

/// Posts a second with so many clients; what was acknowledged must be there.
async fn post(bench: &Bench, shop: &mut Shop, clients: usize, pick: Pick) -> Result<f64> {
    let run = shop.post(clients, pick, bench.plan.timing).await?;
    shop.world.check(&shop.db).await?;
    Ok(run.rate)
}

pub(crate) async fn measure(bench: &mut Bench, kind: Kind, shop: &mut Shop) -> Result<()> {
    let pgbench = match kind {
        Kind::Postgres if bench.plan.wants_any(kind, &KEYS[4..]) => {
            Some(Pgbench::prepare(&bench.fresh(kind, "pgbench")?, bench.folder()).await?)
        }
        _ => None,
    };
    let mut rounds = Rounds::default();
    for _ in 0..bench.plan.rounds {
        for clients in CLIENTS {
            round(bench, kind, shop, clients, &mut rounds).await?;
        }
        if let Some(pgbench) = &pgbench {
            let measured = bench.plan.timing.measured;
            for (name, one) in [("pgbench.random", false), ("pgbench.one", true)] {
                rounds.push(name, pgbench.run(one, measured).await?);
            }
        }
    }
    report(bench, kind, &rounds);
    Ok(())
}

async fn round(
    bench: &Bench,
    kind: Kind,
    shop: &mut Shop,
    clients: usize,
    rounds: &mut Rounds,
) -> Result<()> {
    let (random, one) = (format!("single.{clients}.random"), format!("single.{clients}.one"));
    let [by_random, by_one] = [&random, &one].map(|name| format!("{name}.pgbench"));
    if !bench.plan.wants_any(kind, &[&random, &one, &by_random, &by_one]) {
        return Ok(());
    }
    let any = Pick::any(&shop.world.places);
    let idle = Posts::clients(clients, &shop.world.places, any);
    rounds.push(format!("empty.{clients}"), bench.empty_rate(idle).await?);
    rounds.push(random, post(bench, shop, clients, any).await?);
    if bench.plan.wants_any(kind, &[&one, &by_one]) {
        rounds.push(one, post(bench, shop, clients, Pick::One(ONE)).await?);
    }
    Ok(())
}

fn report(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    let database = kind.name();
    let mut add = |key: &str, measure: String, figure: &str, yardstick: (&str, &str), goal| {
        bench.report.add(Draft {
            database,
            key,
            measure,
            unit: "/s",
            values: rounds.of(figure),
            yardstick: Some((yardstick.0, rounds.of(yardstick.1))),
            goal,
        });
    };
    for clients in CLIENTS {
        let (random, one) = (format!("single.{clients}.random"), format!("single.{clients}.one"));
        let most = clients == 64;
        let goal = (most && kind == Kind::Sqlite).then_some(Goal::AtLeastTimes(0.3));
        let measure = format!("single variances, {clients} clients, random SKUs");
        let empty = format!("empty.{clients}");
        add(&random, measure, &random, ("empty POST handler", &empty), goal);
        let goal = most.then_some(Goal::AtLeastTimes(0.9));
        let measure = format!("single variances, {clients} clients, one SKU");
        add(&one, measure, &one, ("random SKUs", &random), goal);
    }
    if kind == Kind::Postgres {
        let yardstick = ("pgbench, random rows", "pgbench.random");
        let measure = "single variances, 64 clients, random SKUs".to_owned();
        let goal = Some(Goal::AtLeastTimes(2.0));
        add("single.64.random.pgbench", measure, "single.64.random", yardstick, goal);
        let yardstick = ("pgbench, one row", "pgbench.one");
        let measure = "single variances, 64 clients, one SKU".to_owned();
        let goal = Some(Goal::AtLeastTimes(8.0));
        add("single.64.one.pgbench", measure, "single.64.one", yardstick, goal);
    }
}
