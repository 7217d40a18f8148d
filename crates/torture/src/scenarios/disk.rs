//! A disk that fills up, and has room again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use onhand_testkit::PgCluster;
use onhand_testkit::node::{Assortment, Node, Retailer};

use super::{Verdict, tail};
use crate::audit::audit;
use crate::client::Client;
use crate::context::{Context, Kind, blocking, serve};
use crate::load::{Load, Plan};
use crate::shim::Shim;

/// Room for the database, and for what the load adds to it each time that there is room again.
const DISK_MEGABYTES: u32 = 48;
const ROUND_MEGABYTES: u32 = 4;
const PROGRESS_TIMEOUT: Duration = Duration::from_secs(20);
/// The code of the problem that says why.
const FULL: &str = "storage-full";
const LOOKS_MAX: u32 = 400;
const LOOK_PAUSE: Duration = Duration::from_millis(25);

pub(super) async fn run(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let megabytes = DISK_MEGABYTES + rounds(context) * ROUND_MEGABYTES;
    let Some(disk) = Disk::mount(megabytes)? else { return without_mount(context).await };
    // Of its own: the server does not outlive a disk that is taken away.
    let cluster;
    let retailer = match context.kind() {
        Kind::Sqlite => blocking(|| Retailer::on_sqlite_in(&disk.0, &Assortment::default()))?,
        Kind::Postgres => {
            cluster = blocking(PgCluster::start)?;
            on_small_tablespace(&cluster, &disk.0)?
        }
    };
    let node = serve(&retailer)?;
    let ballast = disk.0.join("ballast");
    let full = |full: bool| if full { fill(&ballast) } else { Ok(fs::remove_file(&ballast)?) };
    fill_and_empty(context, &retailer, &node, full).await
}

/// How many times the disk is full.
fn rounds(context: &Context<'_>) -> u32 {
    context.rounds(2, 20)
}

/// Where nothing can be mounted: the process is told so by the library before the C library.
async fn without_mount(context: &Context<'_>) -> anyhow::Result<Verdict> {
    let why = "mounting a small disk needs root";
    if context.kind() == Kind::Postgres {
        return Ok(Verdict::NotRun(why.to_owned()));
    }
    let retailer = context.retailer(&Assortment::default())?;
    let Some(shim) = Shim::build(retailer.folder())? else {
        return Ok(Verdict::NotRun(format!("{why}, its stand-in a C compiler")));
    };
    println!("  {why}: writes find no room by an injected fault instead");
    let node = blocking(|| retailer.serve_with(&shim.environment()))?;
    fill_and_empty(context, &retailer, &node, |full| shim.fill_disk(full)).await
}

async fn fill_and_empty(
    context: &Context<'_>,
    retailer: &Retailer,
    node: &Node,
    set_full: impl Fn(bool) -> anyhow::Result<()>,
) -> anyhow::Result<Verdict> {
    let mut rng = context.rng(0);
    let load = Load::start(&Plan::default(), retailer, &[node], &mut rng)?;
    let rounds = rounds(context);
    for _ in 0..rounds {
        load.progress(20, PROGRESS_TIMEOUT).await?;
        set_full(true)?;
        let noticed = until_full(context, retailer, node, &load).await;
        let readable = is_readable(retailer, node).await;
        set_full(false)?;
        noticed?;
        readable?;
        // Without hands: nobody restarts anything.
        load.progress(20, PROGRESS_TIMEOUT).await.context("after there was room again")?;
    }
    let history = load.finish().await?;
    println!("  {rounds} times full; {}", history.answers_text());
    println!("  {}", audit(retailer, &history).await?);
    history.check_answers()?;
    Ok(Verdict::Held)
}

/// Asks until the answer is that there is no room.
async fn until_full(
    context: &Context<'_>,
    retailer: &Retailer,
    node: &Node,
    load: &Load,
) -> anyhow::Result<()> {
    let mut client = Client::new(node.url(), retailer.key(), PROGRESS_TIMEOUT);
    let told = load.answers(FULL);
    for _ in 0..LOOKS_MAX {
        let ready = client.get("/readyz").await?;
        // What PostgreSQL's tables have no room for, its log still has: only who writes to a table
        // that has to grow is told.
        let said = context.kind() == Kind::Postgres || ready.status == 503 && ready.has_retry_after;
        if said && load.answers(FULL) > told {
            return Ok(());
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
    anyhow::bail!("clients and /readyz were not told of it:\n{}", tail(&node.log()))
}

/// Reads go on.
async fn is_readable(retailer: &Retailer, node: &Node) -> anyhow::Result<()> {
    let mut client = Client::new(node.url(), retailer.key(), PROGRESS_TIMEOUT);
    let facility = &retailer.facilities()[0];
    for path in ["levels", "movements", "products"] {
        let query =
            if path == "products" { String::new() } else { format!("?facility_id={facility}") };
        let reply = client.get(&format!("/api/v1/{path}{query}")).await?;
        ensure!(reply.status == 200, "GET {path} on a full disk: {} {}", reply.status, reply.body);
    }
    Ok(())
}

/// A file as large as the room that is left.
fn fill(ballast: &Path) -> anyhow::Result<()> {
    let mut file = fs::File::create(ballast)?;
    let block = [0; 4096];
    while std::io::Write::write_all(&mut file, &block).is_ok() {}
    Ok(())
}

/// The tables alone on the small disk: a full log is for PostgreSQL itself to survive.
fn on_small_tablespace(cluster: &PgCluster, disk: &Path) -> anyhow::Result<Retailer> {
    let place = disk.join("tables");
    fs::create_dir(&place)?;
    // The cluster runs as `postgres` where we are root, and only root mounts.
    let owned = Command::new("chown").arg("postgres").arg(&place).status()?;
    ensure!(owned.success(), "can't give the disk to PostgreSQL");
    blocking(|| {
        let url = cluster.fresh_database();
        let name = url.rsplit('/').next().unwrap_or_default();
        let place = place.display();
        cluster.psql(cluster.url(), &format!("CREATE TABLESPACE small LOCATION '{place}'"))?;
        cluster.psql(cluster.url(), &format!("ALTER DATABASE {name} SET TABLESPACE small"))?;
        Ok(Retailer::on_postgres(&url, &Assortment::default())?)
    })
}

/// A small disk in memory, for as long as this value lives.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this process may not mount.
    fn mount(megabytes: u32) -> anyhow::Result<Option<Self>> {
        let name = format!("onhand-torture-{}", std::process::id());
        let place = std::env::temp_dir().join(name);
        fs::create_dir(&place)?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=755"), "tmpfs"])
            .arg(&place)
            .output();
        if mount.is_ok_and(|done| done.status.success()) {
            return Ok(Some(Self(place)));
        }
        fs::remove_dir(&place)?;
        Ok(None)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: PostgreSQL still has files open there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}
