//! A clock that jumps an hour forth and back, as when somebody sets it by hand, or mistakes local
//! time with its daylight saving for UTC.

use std::time::Duration;

use anyhow::ensure;
use onhand_testkit::node::Assortment;
use rand::RngExt as _;

use super::Verdict;
use crate::audit::audit;
use crate::context::{Context, blocking};
use crate::load::{Load, Plan};
use crate::shim::{NO_SHIM, Shim};

const PROGRESS_TIMEOUT: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_hours(1);
/// Seconds: hours of daylight saving, steps of NTP, a day by hand.
const JUMPS: [i64; 8] = [3_600, -3_600, 1, -1, 7_200, -7_200, 86_400, -86_400];

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let Some(shim) = Shim::build(retailer.folder())? else {
        return Ok(Verdict::NotRun(NO_SHIM.to_owned()));
    };
    let node = blocking(|| retailer.serve_with(&shim.environment()))?;
    let load = Load::start(&Plan::default(), &retailer, &[&node], &mut rng)?;
    let rounds = context.rounds(10, 300);
    for round in 0..rounds {
        load.progress(rng.random_range(1..30), PROGRESS_TIMEOUT).await?;
        // Each of them at least once, then any.
        let jump = JUMPS.get(round as usize).copied();
        shim.set_clock(jump.unwrap_or_else(|| JUMPS[rng.random_range(0..JUMPS.len())]))?;
    }
    let history = load.finish().await?;
    println!("  {rounds} jumps; {}", history.answers_text());
    let audited = audit(&retailer, &history).await?;
    println!("  {audited}; times grow with the sequence");
    // Else the fault was none.
    ensure!(audited.recorded_over > HOUR, "its clock did not jump");
    history.check_answers()?;
    Ok(Verdict::Held)
}
