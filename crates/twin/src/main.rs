//! `onhand-twin`: a fake Shopify on a port of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use onhand_twin::{Options, Plan, Twin};

/// A fake Shopify for tests and for the demo. What it can do: docs/TWIN.md.
#[derive(Debug, Parser)]
#[command(name = "onhand-twin", version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// What the shop sells: a product export of Shopify (CSV).
    #[arg(long)]
    catalog: PathBuf,
    /// How many locations it has. The catalogue's quantities lie at the first.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    locations: u64,
    /// What a location is called, from the first on; may be given for each. `Location N`, where it
    /// isn't said.
    #[arg(long = "location-name", value_name = "NAME")]
    location_names: Vec<String>,
    /// At how many locations, from the first on, each item is stocked. Elsewhere it has no level.
    /// All, if it isn't said.
    #[arg(long)]
    stocked_at: Option<u64>,
    /// How the shop calls itself.
    #[arg(long, default_value = "twin.myshopify.com")]
    domain: String,
    /// The access token that never expires.
    #[arg(long, env = "ONHAND_TWIN_TOKEN", default_value = "shpat_twin")]
    token: String,
    #[arg(long, default_value = "twin-client")]
    client_id: String,
    /// Gets tokens, and signs webhooks.
    #[arg(long, env = "ONHAND_TWIN_CLIENT_SECRET", default_value = "twin-secret")]
    client_secret: String,
    /// How much an app may ask per second.
    #[arg(long, value_enum, default_value_t = Plan::Standard)]
    plan: Plan,
    /// From which tokens and ids of webhooks follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file that keeps the shop through a kill. Made if it isn't there.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Say where it listens as one line of JSON.
    #[arg(long)]
    json: bool,
    /// End when this process has ended: nobody is left who would stop it.
    #[arg(long, value_name = "PID")]
    ends_with: Option<u32>,
}

/// How often it looks whether that process is still there.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let catalog = std::fs::read(&arguments.catalog)
        .with_context(|| format!("can't read {}", arguments.catalog.display()))?;
    let is_json = arguments.json;
    let twin = Twin::open(Options {
        listen: arguments.listen,
        catalog,
        locations: arguments.locations,
        location_names: arguments.location_names,
        stocked_at: arguments.stocked_at.unwrap_or(arguments.locations),
        domain: arguments.domain.clone(),
        token: arguments.token,
        client_id: arguments.client_id,
        client_secret: arguments.client_secret,
        plan: arguments.plan,
        seed: arguments.seed,
        state: arguments.state,
    })
    .await?;
    let (locations, items) = twin.size();
    if is_json {
        let line = serde_json::json!({
            "listening": twin.address(),
            "domain": arguments.domain,
            "locations": locations,
            "items": items,
        });
        println!("{line}");
    } else {
        println!("The shop {} with {items} items at {locations} locations.", arguments.domain);
        println!("Open {} or ask {0}/admin/api/2026-10/graphql.json", twin.address());
    }
    match arguments.ends_with {
        None => twin.serve().await,
        Some(process) => tokio::select! {
            served = twin.serve() => served,
            () = ended(process) => Ok(()),
        },
    }
}

async fn ended(process: u32) {
    let entry = format!("/proc/{process}");
    while Path::new(&entry).exists() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
