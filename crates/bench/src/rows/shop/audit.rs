//! How fast a shop is proved to be equal, level by level.

use anyhow::Result;

use super::{FACILITIES, SKUS, close, connect};
use crate::{bench::Bench, database::Kind, report::Draft, rows::rounds::Rounds};

/// SKUs of a shop that is audited: 18,000 levels.
const AUDITED_SKUS: usize = 3_600;

const fn skus(quick: bool) -> usize {
    if quick { SKUS } else { AUDITED_SKUS }
}

/// Audits of a shop that runs: from the command to the certificate.
pub(super) async fn measure(bench: &Bench, kind: Kind, rounds: &mut Rounds) -> Result<()> {
    let skus = skus(bench.plan.quick);
    let shop = connect(bench, kind, ("plus", skus)).await?;
    for _ in 0..bench.plan.rounds {
        rounds.push("audit", shop.audit(skus * FACILITIES)?);
    }
    close(bench, kind, shop).await
}

pub(super) fn add(bench: &mut Bench, kind: Kind, rounds: &Rounds) {
    let levels = skus(bench.plan.quick) * FACILITIES;
    bench.report.add(Draft {
        database: kind.name(),
        key: "shop.audit",
        measure: format!("levels proved equal, audit of {levels}, every one equal"),
        unit: "/s",
        values: rounds.of("audit"),
        yardstick: None,
        goal: None,
    });
}
