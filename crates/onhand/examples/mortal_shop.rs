//! A fake shop that may be killed at any moment: it keeps what it answered. For the tests of nodes.
//!
//! `mortal_shop STATE ADDRESS:PORT SECRET LOCATIONS SKUS` says where it listens in one line, and
//! ends when its standard input does.

use std::{io::Read as _, path::PathBuf, thread};

use anyhow::{Context as _, Result};
use onhand_twin::{Options, Plan, Twin};

/// What each SKU has at the first location before it is connected: not what the ledger has.
const STOCK: i64 = 7;
/// From which tokens and ids of webhooks follow.
const SEED: u64 = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &'static str| arguments.next().context(name);
    let (state, listen, secret) = (next("STATE")?, next("ADDRESS:PORT")?, next("SECRET")?);
    let (locations, skus): (u64, u64) = (next("LOCATIONS")?.parse()?, next("SKUS")?.parse()?);
    thread::spawn(|| {
        // Nobody is left who would stop it.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let options = Options {
        listen: listen.parse()?,
        catalog: catalog(skus).into_bytes(),
        locations,
        location_names: Vec::new(),
        stocked_at: locations,
        domain: "twin.myshopify.com".to_owned(),
        token: "shpat_test".to_owned(),
        client_id: "app".to_owned(),
        client_secret: secret,
        plan: Plan::Plus,
        seed: SEED,
        state: Some(PathBuf::from(state)),
    };
    let twin = Twin::open(options).await?;
    println!("{}", twin.address());
    twin.serve().await
}

/// A product export of Shopify.
fn catalog(skus: u64) -> String {
    let mut catalog = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
        Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n"
        .to_owned();
    for sku in 1..=skus {
        let row = format!("p-{sku},P {sku},Title,Default Title,SKU-{sku},shopify,{STOCK},10.00\n");
        catalog.push_str(&row);
    }
    catalog
}
