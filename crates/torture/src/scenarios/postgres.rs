//! What PostgreSQL and its other users do to a node.

use std::time::Duration;

use anyhow::Context as _;
use onhand_testkit::node::{Assortment, Node, Retailer};
use rand::RngExt as _;
use rand::rngs::StdRng;
use sqlx::{Connection as _, PgConnection};

use super::{Verdict, tail};
use crate::audit::audit;
use crate::client::Client;
use crate::context::{Context, blocking, serve};
use crate::load::{Load, Plan};

const PROGRESS_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections that PostgreSQL keeps for its superuser, whom the nodes are here.
const CONNECTIONS_TO_TAKE_MAX: usize = 100;

/// Ends one connection of somebody else, whatever it does; at best one that commits just now.
const TERMINATE_ONE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid() \
    ORDER BY (state = 'active' AND query ILIKE 'commit%') DESC, random() LIMIT 1";
const TERMINATE_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Connections are cut, before and after the commit.
pub(super) async fn backends(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let (retailer, node, load) = begin(context, &mut rng)?;
    let mut operator = PgConnection::connect(retailer.database()).await?;
    let rounds = context.rounds(40, 2_000);
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..60))).await;
        sqlx::query(TERMINATE_ONE).execute(&mut operator).await?;
    }
    load.progress(20, PROGRESS_TIMEOUT).await?;
    end(&retailer, load, &[&node], &format!("{rounds} connections cut")).await
}

/// The server crashes and comes back.
pub(super) async fn restart(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let (retailer, node, load) = begin(context, &mut rng)?;
    let rounds = context.rounds(2, 50);
    for _ in 0..rounds {
        load.progress(rng.random_range(1..60), PROGRESS_TIMEOUT).await?;
        blocking(|| context.cluster()?.restart_immediately().map_err(anyhow::Error::new))?;
        load.progress(20, PROGRESS_TIMEOUT).await.context("after the restart")?;
    }
    end(&retailer, load, &[&node], &format!("{rounds} crashes of PostgreSQL")).await
}

/// Others take all connections, then all locks.
pub(super) async fn exhausted(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let (retailer, node, load) = begin(context, &mut rng)?;
    let rounds = context.rounds(1, 10);
    for _ in 0..rounds {
        load.progress(20, PROGRESS_TIMEOUT).await?;
        let mut operator = PgConnection::connect(retailer.database()).await?;
        let mut taken = Vec::new();
        sqlx::query(TERMINATE_ALL).execute(&mut operator).await?;
        while taken.len() < CONNECTIONS_TO_TAKE_MAX {
            let Ok(connection) = PgConnection::connect(retailer.database()).await else { break };
            taken.push(connection);
        }
        let hold = context.short_or(Duration::from_secs(2), Duration::from_secs(15));
        tokio::time::sleep(hold).await;
        println!("  {} connections held for {} s", taken.len(), hold.as_secs());
        drop(taken);
        load.progress(20, PROGRESS_TIMEOUT).await.context("after connections were free again")?;
        let mut lock = operator.begin().await?;
        sqlx::query("SELECT 1 FROM ledger_heads FOR UPDATE").execute(&mut *lock).await?;
        tokio::time::sleep(hold).await;
        is_readable(&retailer, &node).await.context("while all facilities are locked")?;
        lock.rollback().await?;
        load.progress(20, PROGRESS_TIMEOUT).await.context("after the locks were gone")?;
    }
    end(&retailer, load, &[&node], &format!("{rounds} times without connections and locks")).await
}

/// A node is frozen with locks held, while another one writes the same facilities.
pub(super) async fn frozen(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let (sleeper, other) = (serve(&retailer)?, serve(&retailer)?);
    let load = Load::start(&plan(), &retailer, &[&sleeper, &other], &mut rng)?;
    let mut operator = PgConnection::connect(retailer.database()).await?;
    let rounds = context.rounds(1, 5);
    for _ in 0..rounds {
        load.progress(rng.random_range(20..80), PROGRESS_TIMEOUT).await?;
        // Both nodes wait for the lock; the frozen one gets it and does nothing with it.
        let mut lock = operator.begin().await?;
        sqlx::query("SELECT 1 FROM ledger_heads FOR UPDATE").execute(&mut *lock).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        blocking(|| sleeper.freeze())?;
        let began = tokio::time::Instant::now();
        lock.rollback().await?;
        let waited = load.progress(50, PROGRESS_TIMEOUT).await.context("beside a frozen node")?;
        println!("  the other node went on after {:.1} s", waited.as_secs_f64());
        let sleep = context.short_or(Duration::from_secs(3), Duration::from_mins(1));
        tokio::time::sleep_until(began + sleep).await;
        blocking(|| sleeper.thaw())?;
        load.progress(50, PROGRESS_TIMEOUT).await.context("after it woke up")?;
    }
    end(&retailer, load, &[&sleeper, &other], &format!("{rounds} sleeps")).await
}

/// Two nodes write the same row.
pub(super) async fn two_nodes(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let nodes = [serve(&retailer)?, serve(&retailer)?];
    let plan = Plan { clients: 16, one_row: true, ..plan() };
    let load = Load::start(&plan, &retailer, &[&nodes[0], &nodes[1]], &mut rng)?;
    let postings = context.short_or(200, 100_000);
    load.progress(postings, context.time_limit()).await?;
    let what = "two nodes, one facility and SKU";
    end(&retailer, load, &[&nodes[0], &nodes[1]], what).await
}

/// Somebody locks rows in the opposite order, and the database is set to find conflicts.
pub(super) async fn rogue(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let name = retailer.database().rsplit('/').next().unwrap_or_default();
    let strict =
        format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'");
    blocking(|| context.cluster()?.psql(retailer.database(), &strict).map_err(anyhow::Error::new))?;
    let nodes = [serve(&retailer)?, serve(&retailer)?];
    let load = Load::start(&plan(), &retailer, &[&nodes[0], &nodes[1]], &mut rng)?;
    let mut rogue = PgConnection::connect(retailer.database()).await?;
    let (rounds, mut deadlocks) = (context.rounds(3, 300), 0);
    for _ in 0..rounds {
        let mut locks = rogue.begin().await?;
        let mut done = Ok(());
        for statement in LOCKS_BACKWARDS {
            if let Err(error) = sqlx::query(statement).execute(&mut *locks).await {
                done = Err(error);
                break;
            }
            tokio::time::sleep(Duration::from_millis(rng.random_range(1..40))).await;
        }
        deadlocks += u32::from(done.is_err());
        // Commits where it may: writes of its own that change nothing.
        let _ = if done.is_ok() { locks.commit().await } else { locks.rollback().await };
    }
    load.progress(20, PROGRESS_TIMEOUT).await?;
    let what = format!("{rounds} rogue transactions, {deadlocks} of them undone themselves");
    end(&retailer, load, &[&nodes[0], &nodes[1]], &what).await
}

/// Levels before heads, and heads from the last to the first.
const LOCKS_BACKWARDS: [&str; 3] = [
    "UPDATE levels SET seq = seq WHERE facility_id = (SELECT max(facility_id::text)::uuid FROM levels)",
    "UPDATE ledger_heads SET seq = seq \
     WHERE facility_id = (SELECT max(facility_id::text)::uuid FROM ledger_heads)",
    "UPDATE ledger_heads SET seq = seq \
     WHERE facility_id = (SELECT min(facility_id::text)::uuid FROM ledger_heads)",
];

/// Clients of several nodes do not wait long for one.
fn plan() -> Plan {
    Plan { timeout: Duration::from_secs(2), ..Plan::default() }
}

fn begin(context: &Context<'_>, rng: &mut StdRng) -> anyhow::Result<(Retailer, Node, Load)> {
    let retailer = context.retailer(&Assortment::default())?;
    let node = serve(&retailer)?;
    let load = Load::start(&plan(), &retailer, &[&node], rng)?;
    Ok((retailer, node, load))
}

async fn end(
    retailer: &Retailer,
    load: Load,
    nodes: &[&Node],
    what: &str,
) -> anyhow::Result<Verdict> {
    let history = load.finish().await?;
    println!("  {what}; {}", history.answers_text());
    println!("  {}", audit(retailer, &history).await?);
    let logs = || nodes.iter().map(|node| node.log()).collect::<String>();
    history.check_answers().with_context(|| format!("the log ends:\n{}", tail(&logs())))?;
    Ok(Verdict::Held)
}

async fn is_readable(retailer: &Retailer, node: &Node) -> anyhow::Result<()> {
    let mut client = Client::new(node.url(), retailer.key(), PROGRESS_TIMEOUT);
    let reply = client.get("/api/v1/levels").await?;
    anyhow::ensure!(reply.status == 200, "GET levels: {} {}", reply.status, reply.body);
    Ok(())
}
