//! `onhand channel differences`

use clap::Args;
use onhand_domain::{Micros, channel::DifferenceClass};
use onhand_store::{
    Store,
    channels::{Difference, DifferenceFilter},
};
use serde_json::{Value, json};

use super::Which;
use crate::{context::Context, output};

/// Differences that are shown; how many there are is always said.
const SHOWN_MAX: u64 = 500;

/// List the levels at which the shop is not what it should be
#[derive(Args)]
#[command(after_help = "\
What is certain was read twice with the same numbers, with the shop's orders followed up to then.
A channel that corrects sets it right by itself; else a person does, in the web app or the API.

Examples:
  onhand channel differences
  onhand channel differences --confirmed --json")]
pub(super) struct Differences {
    /// Only those that are certain
    #[arg(long)]
    confirmed: bool,
    #[command(flatten)]
    which: Which,
}

impl Differences {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let filter = DifferenceFilter {
            confirmed: self.confirmed.then_some(true),
            ..DifferenceFilter::default()
        };
        let found = store.list_differences(channel.id, &filter, None, SHOWN_MAX).await?;
        let number = store.count_differences(channel.id).await?;
        let value = json!({
            "channel_id": channel.id,
            "confirmed": number.confirmed,
            "unconfirmed": number.unconfirmed,
            "items": found.iter().map(shown).collect::<Vec<_>>(),
        });
        output::result(context.json, &value, || {
            let summary =
                format!("{} certain, {} not certain yet", number.confirmed, number.unconfirmed);
            if found.is_empty() {
                return summary;
            }
            let rows: Vec<Vec<String>> = found.iter().map(row).collect();
            let head = ["ITEM", "LOCATION", "SHOP HAS", "SHOULD", "WHY", "CERTAIN"];
            format!("{}\n\n{summary}", output::table(&head, &rows))
        })
    }
}

fn row(one: &Difference) -> Vec<String> {
    let has = one.has.map_or_else(|| "not stocked".to_owned(), |has| has.to_string());
    let certain = match (one.confirmed_at, one.correcting) {
        (_, true) => "being set right",
        (Some(_), false) => "yes",
        (None, false) => "not yet",
    };
    vec![
        one.lane.item.clone(),
        one.lane.location.clone(),
        has,
        one.should.to_string(),
        in_words(one.class).to_owned(),
        certain.to_owned(),
    ]
}

const fn in_words(class: DifferenceClass) -> &'static str {
    match class {
        DifferenceClass::InFlight => "changes are under way",
        DifferenceClass::OrderNotSeen => "perhaps an order not seen yet",
        DifferenceClass::Untracked => "not tracked in the shop",
        DifferenceClass::Inactive => "not stocked there: nobody can buy it",
        DifferenceClass::Unmapped => "takes no part",
        DifferenceClass::ForeignWrite => "somebody else changed it",
        DifferenceClass::Drift => "a change was lost",
    }
}

fn shown(one: &Difference) -> Value {
    let time = |at: Option<Micros>| at.and_then(Micros::to_timestamp).map(|at| at.to_string());
    json!({
        "item": one.lane.item,
        "location": one.lane.location,
        "sku_id": one.sku,
        "class": one.class.code(),
        "shop_has": one.has,
        "should_have": one.should,
        "first_seen_at": time(Some(one.first_seen_at)),
        "seen_at": time(Some(one.seen_at)),
        "sightings": one.sightings,
        "confirmed_at": time(one.confirmed_at),
        "correcting": one.correcting,
        "may_correct": one.can_be_corrected,
        "problem": one.problem,
    })
}
