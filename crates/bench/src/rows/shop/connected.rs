//! A server with a shop that is kept equal by it: both processes of their own.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use onhand_store::{Clock as _, clock::System};
use serde_json::Value;
use std::io::Write as _;

use crate::{
    bench::Bench,
    database::Db,
    http::{self, Connection},
    server::Server,
    world::World,
};

/// The fake shop's first location; the others follow by number.
const FIRST_LOCATION: usize = 60_000_001;
const CLIENT_ID: &str = "twin-client";
const CLIENT_SECRET: &str = "twin-secret";
/// 32 bytes that seal nothing worth it.
const SECRET_KEY: &str = "6f6e68616e642d62656e63682d6f6e68616e642d62656e63682d6f6e68616e64";
/// How long the last change may take.
const SETTLED_WAIT_MAX: Duration = Duration::from_mins(3);
const POLL: Duration = Duration::from_millis(50);

pub(super) struct Connected {
    pub(super) world: World,
    pub(super) server: Server,
    pub(super) db: Db,
    twin: Server,
    onhand: PathBuf,
}

impl Connected {
    /// Opens a shop that sells what the retailer has, connects it, and waits until it is equal.
    pub(super) async fn open(bench: &Bench, world: World, plan: &str) -> Result<Self> {
        let facilities = world.places.facilities.len();
        let catalogue = bench.folder().join("catalogue.csv");
        let twin = Server::twin(&bench.twin, &catalogue, facilities, plan).await?;
        let onhand = |arguments: &[&str]| channel(&bench.onhand, &world.url, arguments);
        let shop = format!("http://{}", twin.address);
        let add = ["add", "--shop", &shop, "--client-id", CLIENT_ID, "--client-secret-stdin"];
        run(onhand(&add), CLIENT_SECRET)?;
        for n in 0..facilities {
            let location = format!("gid://shopify/Location/{}", FIRST_LOCATION + n);
            let facility = format!("S{n}");
            run(onhand(&["map", "--location", &location, "--facility", &facility]), "")?;
        }
        run(onhand(&["start"]), "")?;
        // The shop must know where to tell before anybody listens there.
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let server = Server::with_shop(&bench.onhand, &world.url, &free, SECRET_KEY).await?;
        let db = Db::open(&world.url).await?;
        let shop = Self { world, server, db, twin, onhand: bench.onhand.clone() };
        shop.settled().await?;
        Ok(shop)
    }

    /// The clock that the server has, in microseconds.
    #[expect(clippy::unused_self, reason = "the shop's and the server's clock are this machine's")]
    pub(super) fn now(&self) -> i64 {
        System.now().0
    }

    /// Waits until the shop was told everything.
    pub(super) async fn settled(&self) -> Result<()> {
        const OPEN: &str = "SELECT (SELECT count(*) FROM channel_pushes WHERE settled_at IS NULL) \
            + (SELECT count(*) FROM channel_cursors k JOIN ledger_heads h \
               ON h.facility_id = k.facility_id WHERE h.seq > k.seq)";
        let began = Instant::now();
        loop {
            let open = self.db.number(OPEN).await?;
            if open == 0 {
                return Ok(());
            }
            ensure!(began.elapsed() < SETTLED_WAIT_MAX, "{open} changes are not settled");
            tokio::time::sleep(POLL).await;
        }
    }

    /// How long each change that was recorded since then took, in microseconds.
    pub(super) async fn delays(&self, since: i64) -> Result<Vec<i64>> {
        self.delays_of(since, "TRUE").await
    }

    /// The same of those that fit a condition.
    pub(super) async fn delays_of(&self, since: i64, condition: &str) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT settled_at - recorded_at FROM channel_pushes \
             WHERE recorded_at >= {since} AND movement_id IS NOT NULL AND status = 'confirmed' \
             AND {condition}"
        );
        self.db.numbers(&sql).await
    }

    /// Has the shop read itself as a whole; how many levels a second, which must all be equal.
    pub(super) fn audit(&self, levels: usize) -> Result<f64> {
        let mut command = channel(&self.onhand, &self.world.url, &["audit", "--json"]);
        let began = Instant::now();
        let output = command.stdin(Stdio::null()).output()?;
        let took = began.elapsed();
        let text = String::from_utf8_lossy(&output.stdout);
        let found: Value = serde_json::from_str(&text)
            .with_context(|| format!("{text}{}", String::from_utf8_lossy(&output.stderr)))?;
        let equal = usize::try_from(found["equal"].as_u64().unwrap_or_default())?;
        ensure!(equal == levels, "{equal} of {levels} levels are equal: {text}");
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand levels")]
        let levels = levels as f64;
        Ok(levels / took.as_secs_f64())
    }

    /// What the fake shop has counted under this name.
    pub(super) async fn twin_count(&self, name: &str) -> Result<u64> {
        let stats = self.ask_twin("/twin/stats").await?;
        Ok(stats["counts"][name].as_u64().unwrap_or_default())
    }

    /// Fails unless the ledger has what was acknowledged, and the shop what the ledger has.
    pub(super) async fn check(&self) -> Result<()> {
        self.world.check(&self.db).await?;
        let levels = self.ask_twin("/twin/levels").await?;
        let levels = levels["levels"].as_array().context("levels")?;
        let shop: i64 = levels.iter().filter_map(|level| level["available"].as_i64()).sum();
        let ledger = self.db.number("SELECT CAST(sum(available) AS bigint) FROM levels").await?;
        ensure!(shop == ledger, "the shop has {shop} units, the ledger {ledger}");
        let expected = "SELECT CAST(sum(expected) AS bigint) FROM channel_lanes";
        ensure!(self.db.number(expected).await? == ledger, "the lanes expect something else");
        Ok(())
    }

    async fn ask_twin(&self, path: &str) -> Result<Value> {
        let mut connection = Connection::open(&self.twin.address).await?;
        let answer = connection.call(&http::get(path, "none")).await?;
        Ok(serde_json::from_slice(answer)?)
    }

    /// Tells the fake shop how to fail.
    pub(super) async fn faults(&self, faults: &Value) -> Result<()> {
        let mut connection = Connection::open(&self.twin.address).await?;
        connection.call(&http::post("/twin/faults", "none", &faults.to_string())).await?;
        Ok(())
    }

    pub(super) async fn close(self) -> Result<World> {
        self.server.stop().await?;
        self.db.close().await;
        Ok(self.world)
    }
}

fn channel(onhand: &Path, database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(onhand);
    command.args(["channel", "--database", database]).args(arguments);
    command.env("ONHAND_SECRET_KEY", SECRET_KEY);
    command
}

/// Runs a command that reads `input`.
fn run(mut command: Command, input: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut to) = child.stdin.take() {
        to.write_all(input.as_bytes())?;
    }
    let status = child.wait()?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}
