//! `onhand channel check`

use clap::Args;
use onhand_shopify::connect::{self, Checked, Comparison};
use onhand_store::Store;
use serde_json::{Value, json};

use super::{Which, shop, shown};
use crate::{context::Context, output};

/// Differences that are shown; how many there are is always said.
const SHOWN_MAX: usize = 20;

/// Read the shop anew and compare it with the ledger; change nothing
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand channel check
  onhand channel check --channel Acme --json")]
pub(super) struct Check {
    #[command(flatten)]
    which: Which,
}

impl Check {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let shop = shop(store, context, &channel)?;
        let read = connect::check(store, &shop, channel.id).await?;
        let comparison = connect::compare(store, &shop, channel.id).await?;
        let locations = store.list_channel_locations(channel.id).await?;
        let mut value = shown(&channel);
        value["read"] = checked(&read);
        value["compared"] = compared(&comparison);
        let location = |one: &onhand_store::channels::Location| {
            json!({
                "location": one.shop.location,
                "name": one.shop.name,
                "active": one.shop.active,
                "facility_ids": one.facilities.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            })
        };
        value["locations"] = locations.iter().map(location).collect();
        output::result(context.json, &value, || {
            let rows: Vec<Vec<String>> = locations
                .iter()
                .map(|one| {
                    let state = if one.shop.active { "active" } else { "inactive" };
                    let behind = one.facilities.len().to_string();
                    vec![one.shop.location.clone(), one.shop.name.clone(), state.to_owned(), behind]
                })
                .collect();
            let table = output::table(&["LOCATION", "NAME", "STATE", "FACILITIES"], &rows);
            format!("{table}\n\n{}", in_words(&read, &comparison))
        })
    }
}

fn in_words(read: &Checked, comparison: &Comparison) -> String {
    let items = &read.items;
    let mut text = format!(
        "Items: {} are SKUs, {} fit several, {} fit none, {} are not tracked in the shop.\n\
         Levels: {} compared, {} differ.",
        items.matched,
        items.twice,
        items.none,
        items.untracked,
        comparison.compared,
        comparison.differences.len(),
    );
    for one in comparison.differences.iter().take(SHOWN_MAX) {
        let (has, target) = (one.has, one.target);
        let what =
            format!("{} at {}: the shop has {has}, the ledger {target}", one.item, one.location);
        text = format!("{text}\n  {what}");
    }
    let more = comparison.differences.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        text = format!("{text}\n  and {more} more");
    }
    text
}

/// What was read, as JSON.
pub(super) fn checked(read: &Checked) -> Value {
    json!({
        "locations": read.locations,
        "items": {
            "matched": read.items.matched,
            "twice": read.items.twice,
            "none": read.items.none,
            "untracked": read.items.untracked,
        },
    })
}

/// What was compared, as JSON.
pub(super) fn compared(comparison: &Comparison) -> Value {
    let difference = |one: &connect::Difference| {
        json!({
            "item": one.item,
            "location": one.location,
            "sku_id": one.sku,
            "shop_has": one.has,
            "target": one.target,
        })
    };
    let shown = comparison.differences.iter().take(SHOWN_MAX);
    json!({
        "levels": comparison.compared,
        "differences": comparison.differences.len(),
        "largest": shown.map(difference).collect::<Vec<_>>(),
    })
}
