//! `onhand channel status`

use clap::Args;
use onhand_domain::{Micros, channel::LaneStatus};
use onhand_store::{Store, channels::ChannelSummary};
use serde_json::{Value, json};

use super::{Which, shown};
use crate::{context::Context, output};

/// How the shop stands: what waits, what was refused, how long changes take
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand channel status
  onhand channel status --json | jq .waiting")]
pub(super) struct Status {
    #[command(flatten)]
    which: Which,
}

impl Status {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let summary = store.channel_summary(channel.id).await?;
        let mut value = shown(&channel);
        let Value::Object(fields) = numbers(&summary) else { unreachable!("an object") };
        value.as_object_mut().into_iter().for_each(|shown| shown.extend(fields.clone()));
        output::result(context.json, &value, || {
            let reason = channel.status_reason.as_ref();
            let why = reason.map_or_else(String::new, |reason| format!(", {reason}"));
            let (name, shop, status) = (&channel.name, &channel.shop, channel.status.code());
            format!("{name} ({shop}): {status}{why}\n{}", in_words(&summary))
        })
    }
}

fn in_words(summary: &ChannelSummary) -> String {
    let pending: i64 = summary.pending.values().sum();
    let mut lines = vec![format!(
        "Waiting: {} movements not read, {pending} changes to be sent, {} under way.",
        summary.behind, summary.sending
    )];
    if summary.held + summary.rejected > 0 {
        lines.push(format!(
            "For a person: {} larger than the limit, {} refused by the shop.",
            summary.held, summary.rejected
        ));
    }
    if let (Some(median), Some(p99)) = (summary.median, summary.p99) {
        lines.push(format!(
            "Of the last hour: {} changes, half of them in the shop within {} ms, 99 % within {} ms.",
            summary.settled,
            median / 1_000,
            p99 / 1_000
        ));
    }
    let live = summary.lanes.get(&LaneStatus::Live).copied().unwrap_or(0);
    lines.push(format!("Levels kept equal: {live}, of {} items.", summary.items));
    lines.join("\n")
}

/// The numbers, as JSON.
fn numbers(summary: &ChannelSummary) -> Value {
    let by_code = |of: Vec<(&'static str, i64)>| -> Value {
        Value::Object(
            of.into_iter().map(|(code, number)| (code.to_owned(), number.into())).collect(),
        )
    };
    let urgency = ["oversell", "fall", "rise"];
    let waiting = summary.pending.iter().map(|(urgent, number)| {
        let rank = usize::try_from(urgent.rank()).unwrap_or(0);
        (*urgency.get(rank).unwrap_or(&"rise"), *number)
    });
    let time = |at: Option<Micros>| at.and_then(Micros::to_timestamp).map(|at| at.to_string());
    json!({
        "behind": summary.behind,
        "waiting": by_code(waiting.collect()),
        "sending": summary.sending,
        "held": summary.held,
        "rejected": summary.rejected,
        "oldest": time(summary.oldest),
        "settled_last_hour": summary.settled,
        "median_microseconds": summary.median,
        "p99_microseconds": summary.p99,
        "levels": by_code(summary.lanes.iter().map(|(s, n)| (s.code(), *n)).collect()),
        "items": summary.items,
        "items_not_live": summary.items_not_live,
        "problems": by_code(summary.problems.iter().map(|(p, n)| (p.code(), *n)).collect()),
    })
}
