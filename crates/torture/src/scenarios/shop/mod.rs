//! Everything at once: people log variances at all nodes, customers buy, the warehouse sends,
//! cancels and takes back, calls are cut and refused, webhooks are lost and doubled, and the nodes
//! (one of which publishes) and the shop are killed. At rest every level of the shop is the
//! ledger's, and every change was applied once.
//!
//! From a seed follow what each client asks for, in its order, and what goes wrong how often; when
//! it is done, and so what it meets, does not.

mod customers;
mod door;
mod proof;
mod report;
mod stage;
mod twin;

use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::Assortment;
use rand::RngExt as _;
use tokio::task::JoinSet;

use self::customers::Customer;
use self::report::Report;
use self::stage::Stage;
use super::Verdict;
use crate::audit::audit;
use crate::context::Context;
use crate::history::History;
use crate::load::{Load, Plan};

/// Where the shop's locations begin.
const LOCATION: u64 = 60_000_001;
/// The app's secret: by it tokens are got and messages are signed.
const SECRET: &str = "secret";
const CHANGES: (usize, usize) = (300, 100_000);
const ORDERS: (usize, usize) = (60, 20_000);
/// In each, something is killed.
const ROUNDS: (u32, u32) = (6, 60);
/// Few levels, so that much meets on each; more of them, so that calls have many lines.
const SKUS: (usize, usize) = (8, 200);
/// More than is ever lost, sold or damaged.
const OPENING: i64 = 100_000;
/// Those who log variances, and those who buy.
const CLIENTS: u32 = 8;
const CUSTOMERS: usize = 6;
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for the moment in a round at which something dies.
const MOMENT_MAX: Duration = Duration::from_mins(10);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let assortment =
        Assortment { facilities: 2, skus: context.short_or(SKUS.0, SKUS.1), opening: OPENING };
    let mut rng = context.rng(0);
    let mut stage = Stage::build(context, &assortment, rng.random()).await?;
    let told = tell(context, &mut stage, &assortment).await;
    match told {
        Ok(report) => print!("{report}"),
        Err(error) => anyhow::bail!("{error:#}\n{}", stage.logs()),
    }
    Ok(Verdict::Held)
}

async fn tell(
    context: &Context<'_>,
    stage: &mut Stage,
    assortment: &Assortment,
) -> anyhow::Result<Report> {
    let changes = context.changes(CHANGES);
    let orders = context.orders(ORDERS);
    let rounds = context.rounds(ROUNDS.0, ROUNDS.1).max(1);
    println!("  {changes} changes, {orders} orders, {rounds} rounds, each with a kill");
    let mut report = Report::begin();
    let mut rng = context.rng(1);
    let customer = |number| {
        let rng = context.rng(100 + number as u64);
        let place = (assortment.skus, assortment.facilities);
        Customer::new(number, rng, stage.twin.client(), place)
    };
    let mut customers: Vec<Customer> = (0..CUSTOMERS).map(customer).collect();
    stage.settle().await.context("before anything fails")?;
    let mut history = History::default();
    for round in 0..rounds {
        stage.trouble(&mut rng, 1.0).await?;
        let share = |all: usize| share_of(all, round, rounds);
        let work = Work { round, changes: share(changes), orders: share(orders) };
        let done = work.run(context, stage, customers).await;
        let (asked, returned) = done.with_context(|| format!("round {}", round + 1))?;
        history.merge(asked);
        customers = returned;
        report.progress(round + 1, rounds, &history);
    }
    stage.rest().await.context("while things still go wrong")?;
    // What was lost stays lost; what is asked from now on is answered.
    stage.trouble(&mut rng, 0.0).await?;
    report.busy_until_now();
    let books = stage.settle().await.context("in the end")?;
    report.at_rest_now();
    let audited = audit(&stage.retailer, &history).await?;
    let proven = books.prove(&stage.twin.applied().await?)?;
    ensure!(proven.changes == audited.acknowledged + audited.unknown_there, "{proven:?}");
    let certificate = stage.audit()?;
    let (levels, equal) = (&certificate["levels"], &certificate["equal"]);
    ensure!(levels == proven.levels && equal == proven.levels, "{certificate}");
    history.check_answers()?;
    for customer in &customers {
        report.add_deeds(&customer.deeds);
    }
    report.ended(stage, &history, &audited, &proven, &books).await?;
    Ok(report)
}

/// What is done between two kills, and around one.
struct Work {
    round: u32,
    changes: usize,
    orders: usize,
}

impl Work {
    async fn run(
        &self,
        context: &Context<'_>,
        stage: &mut Stage,
        customers: Vec<Customer>,
    ) -> anyhow::Result<(History, Vec<Customer>)> {
        let lane = 1_000 + u64::from(self.round);
        let mut rng = context.rng(lane);
        let plan = Plan {
            clients: CLIENTS,
            timeout: TIMEOUT,
            amount: Some(self.changes),
            ..Plan::default()
        };
        let load = Load::start(&plan, &stage.retailer, &stage.nodes(), &mut rng)?;
        let mut shopping = JoinSet::new();
        let count = u32::try_from(customers.len())?;
        for (number, customer) in (0..).zip(customers) {
            shopping.spawn(customer.shop(share_of(self.orders, number, count)));
        }
        let moment = rng.random_range(0..=self.changes * 8 / 10);
        load.progress(moment, MOMENT_MAX).await?;
        stage.strike(self.round, &mut rng).await?;
        let history = load.complete().await;
        let mut customers = Vec::new();
        while let Some(customer) = shopping.join_next().await {
            customers.push(customer??);
        }
        customers.sort_by_key(|customer| customer.number);
        Ok((history, customers))
    }
}

/// The part of one of several, so that all parts together are all.
fn share_of(all: usize, one: u32, of: u32) -> usize {
    let upto = |n: u32| all * n as usize / of as usize;
    upto(one + 1) - upto(one)
}
