//! SIGKILL at random moments under load.

use std::time::Duration;

use onhand_testkit::node::Assortment;
use rand::RngExt as _;

use super::Verdict;
use crate::audit::audit;
use crate::context::{Context, blocking, serve};
use crate::load::{Load, Plan};

/// Rounds on one database; then it is audited, and the next ones begin with an empty ledger.
const ROUNDS_PER_DATABASE: u32 = 25;
/// Longest life of a node, in milliseconds: some die before they have answered anything.
const LIFE_MILLIS_MAX: u64 = 400;

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let mut left = context.rounds(8, 300);
    while left > 0 {
        let rounds = left.min(ROUNDS_PER_DATABASE);
        left -= rounds;
        let retailer = context.retailer(&Assortment::default())?;
        let mut node = serve(&retailer)?;
        let load = Load::start(&Plan::default(), &retailer, &[&node], &mut rng)?;
        for _ in 0..rounds {
            let life = Duration::from_millis(rng.random_range(0..LIFE_MILLIS_MAX));
            tokio::time::sleep(life).await;
            blocking(|| node.kill())?;
            blocking(|| node.start())?;
        }
        let history = load.finish().await?;
        println!("  {rounds} kills; {}", history.answers_text());
        println!("  {}", audit(&retailer, &history).await?);
        history.check_answers()?;
    }
    Ok(Verdict::Held)
}
