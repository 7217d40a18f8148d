//! A backup under load, restored elsewhere.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::node::Assortment;

use super::Verdict;
use crate::audit::{audit, audit_backup};
use crate::context::{Context, Kind, blocking, serve};
use crate::load::{Load, Plan};

const PROGRESS_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let retailer = context.retailer(&Assortment::default())?;
    let node = serve(&retailer)?;
    let load = Load::start(&Plan::default(), &retailer, &[&node], &mut rng)?;
    let mut copies = Vec::new();
    for round in 0..context.rounds(2, 10) {
        load.progress(100, PROGRESS_TIMEOUT).await?;
        let before = load.acknowledged_ids();
        let file = retailer.folder().join(format!("copy-{round}"));
        let name = file.to_str().context("a text")?;
        blocking(|| retailer.run(&["backup", name]))?;
        copies.push((before, file));
    }
    let history = load.finish().await?;
    let taken = copies.len();
    for (before, file) in copies {
        let elsewhere = match context.kind() {
            Kind::Sqlite => format!("sqlite://{}", file.display()),
            Kind::Postgres => restore(context, &file)?,
        };
        audit_backup(&elsewhere, &before, &history).await?;
        blocking(|| retailer.program().run(&elsewhere, &["verify"])).context("verify the copy")?;
    }
    println!("  {taken} copies under load, each with all that was acknowledged before it began");
    println!("  the original: {}", audit(&retailer, &history).await?);
    history.check_answers()?;
    Ok(Verdict::Held)
}

fn restore(context: &Context<'_>, file: &std::path::Path) -> anyhow::Result<String> {
    let cluster = context.cluster()?;
    blocking(|| {
        let url = cluster.fresh_database();
        let restored = Command::new("pg_restore")
            .args(["--exit-on-error", "--no-owner", "--dbname", &url])
            .arg(file)
            .stdout(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&restored.stderr);
        ensure!(restored.status.success(), "pg_restore: {said}");
        Ok(url)
    })
}
