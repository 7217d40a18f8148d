//! Far more requests than the machine can do.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::{Assortment, Node};
use tokio::time::Instant;

use super::Verdict;
use crate::audit::audit;
use crate::client::Client;
use crate::context::{Context, blocking, serve};
use crate::load::{Load, Plan};

/// Clients that together get all that there is to get.
const SATURATION_CLIENTS: u32 = 64;
/// Requests per second that are asked for, in saturations.
const OVERLOAD: u32 = 10;
/// Connections that ask. More than the queue of writes takes, so that some are turned away.
const OVERLOAD_CLIENTS: u32 = 6_000;
/// Resident memory that the program keeps to with all of them. A debug build's as well.
const RESIDENT_BYTES_MAX: u64 = 512 << 20;
/// What is waited for at most, once nobody asks any more. The product's goal is a second; a debug
/// build on a busy machine needs more for what is still queued.
const RECOVERY_MAX: Duration = Duration::from_mins(1);
/// Longest flood until somebody is turned away.
const FLOOD_MAX: Duration = Duration::from_secs(40);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const SAMPLE: Duration = Duration::from_millis(200);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let node = serve(&retailer)?;
    let many = Plan { clients: SATURATION_CLIENTS, timeout: ANSWER_TIMEOUT, ..Plan::default() };
    let load = Load::start(&many, &retailer, &[&node], &mut rng)?;
    // Connections, caches and the first pages are there.
    load.progress(20, ANSWER_TIMEOUT).await?;
    let (before, began) = (load.answered(), Instant::now());
    let measure = context.short_or(Duration::from_secs(1), Duration::from_secs(5));
    tokio::time::sleep(measure).await;
    load.progress(1, ANSWER_TIMEOUT).await?;
    let (count, measured) = (load.answered() - before, began.elapsed());
    let saturation = f64::from(count) / measured.as_secs_f64();
    let mut history = load.finish().await?;

    let rate = (saturation * f64::from(OVERLOAD)).max(1.0);
    let pace = Duration::from_secs_f64(f64::from(OVERLOAD_CLIENTS) / rate);
    let flood = Plan {
        clients: OVERLOAD_CLIENTS,
        timeout: ANSWER_TIMEOUT,
        pace: Some(pace),
        ..Plan::default()
    };
    let load = Load::start(&flood, &retailer, &[&node], &mut rng)?;
    let duration = context.short_or(Duration::from_secs(3), Duration::from_mins(1));
    let began = Instant::now();
    let resident = watch(&node, &load, duration).await?;
    let answered = f64::from(load.answered()) / began.elapsed().as_secs_f64();
    let flooded = load.abandon().await;
    let recovered = recovery(&node).await?;

    let turned_away = flooded.count(503);
    println!(
        "  {saturation:.0} requests/s saturate it; at {rate:.0}/s through {OVERLOAD_CLIENTS} \
         connections it answers {answered:.0}/s, {} MB resident, back to normal after {:.2} s",
        resident >> 20,
        recovered.as_secs_f64()
    );
    history.merge(flooded);
    println!("  {}", history.answers_text());
    println!("  {}", audit(&retailer, &history).await?);
    history.check_answers()?;
    if turned_away == 0 {
        // That a full queue says so, the conformance suite shows; here the clients may be too slow
        // to fill it.
        println!("  nobody had to be told to come back later: all that was asked was done in time");
    }
    ensure!(resident < RESIDENT_BYTES_MAX, "{resident} bytes are resident");
    Ok(Verdict::Held)
}

/// The most that was resident in a while; it lasts until somebody was turned away, if it takes long
/// on this machine until all have asked.
async fn watch(node: &Node, load: &Load, duration: Duration) -> anyhow::Result<u64> {
    let began = Instant::now();
    let mut most = 0;
    let goes_on = || {
        let so_far = began.elapsed();
        so_far < duration || so_far < FLOOD_MAX && load.answers("busy") == 0
    };
    while goes_on() {
        most = most.max(blocking(|| node.resident_bytes()).context("it has died")?);
        tokio::time::sleep(SAMPLE).await;
    }
    Ok(most)
}

/// How long it takes until it can write again.
async fn recovery(node: &Node) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut client = Client::new(node.url(), "", ANSWER_TIMEOUT);
    while began.elapsed() < RECOVERY_MAX {
        if client.get("/readyz").await.is_ok_and(|reply| reply.status == 200) {
            return Ok(began.elapsed());
        }
    }
    anyhow::bail!("it can't write {} s after the load has ended", RECOVERY_MAX.as_secs())
}
