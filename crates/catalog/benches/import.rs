//! How long a large shop takes. Prints figures and asserts none: they depend on the machine.
//!
//! `cargo bench -p onhand-catalog`

use std::{
    fmt::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use onhand_catalog::report;
use onhand_store::catalog::ImportMode;

#[path = "../tests/import/support.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "the tests use the rest of it")]
mod support;

use support::Shop;

const PRODUCTS: usize = 25_000;
const SKUS_EACH: usize = 4;
const ROUNDS: u32 = 20;

const KINDS: [&str; 10] =
    ["Runner", "Jacket", "Beanie", "Backpack", "Tent", "Bottle", "Glove", "Saddle", "Lamp", "Sock"];
const MAKERS: [&str; 7] =
    ["Acme", "Northwind", "Fabrikam", "Contoso", "Tailspin", "Litware", "Fox"];
const COLORS: [&str; 8] = ["Black", "White", "Red", "Blue", "Green", "Blush", "Brown", "Bronze"];

/// An export of 100,000 variants with descriptions and a row for a picture each.
fn large(shop: &Shop) -> PathBuf {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Option2 Name,Option2 \
         Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant \
         Barcode,Image Src\n",
    );
    for p in 0..PRODUCTS {
        let (kind, maker) = (KINDS[p % KINDS.len()], MAKERS[p % MAKERS.len()]);
        let text = "<p>Light, warm &amp; dry.</p>\n".repeat(12);
        for s in 0..SKUS_EACH {
            let (color, size) = (COLORS[(p + s) % COLORS.len()], 36 + (p * 3 + s) % 12);
            let own = if s == 0 {
                format!("{maker} {kind} {p},\"{text}\",{maker},{kind},Color,{color},Size,{size}")
            } else {
                format!(",,,,,{color},,{size}")
            };
            let n = p * SKUS_EACH + s;
            writeln!(
                csv,
                "{kind}-{p},{own},{maker}-{n:06},shopify,{},{}.90,'{:013},",
                n % 40,
                n % 300,
                4_000_000_000_000_u64 + n as u64
            )
            .expect("to memory");
        }
        writeln!(csv, "{kind}-{p},,,,,,,,,,,,,,https://example.com/{p}.jpg").expect("to memory");
    }
    shop.file(csv)
}

async fn measure(shop: Shop, name: &str) {
    let path = large(&shop);
    let size = std::fs::metadata(&path).expect("a file").len() / 1_000_000;
    println!("{name}: {} SKUs, {} rows, {size} MB", PRODUCTS * SKUS_EACH, PRODUCTS * 5);
    let start = Instant::now();
    let trial = shop.try_catalog(&path, ImportMode::DryRun, Some(shop.main)).await;
    println!("{name}: dry run {:.1?}, peak memory {}", start.elapsed(), peak_memory());
    let start = Instant::now();
    let report = shop.catalog(&path).await;
    println!("{name}: import {:.1?}, peak memory {}", start.elapsed(), peak_memory());
    assert_eq!(trial.expect("a report"), report);
    assert_eq!(report.skus.created, (PRODUCTS * SKUS_EACH) as u64);
    let start = Instant::now();
    let again = shop.catalog(&path).await;
    println!("{name}: the same again {:.1?}, peak memory {}", start.elapsed(), peak_memory());
    assert_eq!(again.opening, report::Opening::default());
    for text in [
        "b",
        "bl",
        "black",
        "black 40",
        "runner",
        "acme runner",
        "r b",
        "fox-000006",
        "4000000012345",
        "acme runner 140",
        "contoso white 41",
        "nothing",
        "sock red 36 fox",
        "24999",
    ] {
        let mut times: Vec<Duration> = Vec::new();
        let mut found = 0;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            found = shop.find(text).await.items.len();
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!("{name}: {text:?} finds {found}, median {median:.1?}, worst {worst:.1?}");
    }
}

/// The most memory that this process has used so far, where the system tells.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|argument| argument == "--bench") {
        measure(Shop::on_sqlite().await, "SQLite").await;
        measure(Shop::on_postgres().await, "PostgreSQL").await;
    }
}
