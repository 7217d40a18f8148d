//! A sync that fails.
//!
//! After it, nobody knows what is on the disk, and the next sync may succeed without having written
//! anything (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
//! The process has to end; the next one reads what is really there.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::Assortment;
use rand::RngExt as _;

use super::Verdict;
use crate::audit::audit;
use crate::context::{Context, blocking};
use crate::load::{Load, Plan};
use crate::shim::{NO_SHIM, Shim};

/// The first sync under load comes at once.
const END_TIMEOUT: Duration = Duration::from_secs(10);
const PROGRESS_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let Some(shim) = Shim::build(retailer.folder())? else {
        return Ok(Verdict::NotRun(NO_SHIM.to_owned()));
    };
    let mut node = blocking(|| retailer.serve_with(&shim.environment()))?;
    let load = Load::start(&Plan::default(), &retailer, &[&node], &mut rng)?;
    let rounds = context.rounds(3, 50);
    for _ in 0..rounds {
        load.progress(rng.random_range(1..100), PROGRESS_TIMEOUT).await?;
        shim.fail_syncs(true)?;
        let ended = blocking(|| node.wait(END_TIMEOUT))?;
        shim.fail_syncs(false)?;
        let ended = ended.context("it lives on after a sync has failed")?;
        ensure!(!ended.success(), "it ended after a failed sync as if all was well");
        blocking(|| node.start())?;
    }
    let log = node.log();
    let lines = log.lines().filter(|line| line.contains(FATAL)).count();
    ensure!(lines >= rounds as usize, "{lines} of {rounds} ends are explained:\n{log}");
    let history = load.finish().await?;
    println!("  {rounds} failed syncs, as many ends of the process; {}", history.answers_text());
    println!("  {}", audit(&retailer, &history).await?);
    history.check_answers()?;
    Ok(Verdict::Held)
}

/// The event that the program logs before it ends itself.
const FATAL: &str = "storage.failed";
