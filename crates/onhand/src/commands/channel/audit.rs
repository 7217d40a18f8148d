//! `onhand channel audit`

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use onhand_domain::{
    Micros,
    channel::{AuditKind, ChannelStatus},
};
use onhand_shopify::reconciler::{self, PATIENCE};
use onhand_store::{Store, channels::Audit as Found};
use serde_json::{Map, Value, json};

use super::{Which, shop};
use crate::{context::Context, output};

/// Have the shop read itself as a whole, and say whether every level is what it should be
#[derive(Args)]
#[command(after_help = "\
The shop is compared with what it was told and what its orders did; what is under way for more
than a minute is counted as such. Exits with 1 where not every level is equal. While onhand serve
runs, it does the same every night.

Examples:
  onhand channel audit
  onhand channel audit --channel Acme --json")]
pub(super) struct Audit {
    #[command(flatten)]
    which: Which,
}

impl Audit {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<ExitCode> {
        let channel = self.which.find(store).await?;
        if channel.status == ChannelStatus::Connected {
            bail!("{} was never made equal: onhand channel start", channel.name);
        }
        let shop = shop(store, context, &channel)?;
        let found = reconciler::audit(store, &shop, channel.id, AuditKind::Asked, PATIENCE).await?;
        output::result(context.json, &shown(&found), || in_words(&found))?;
        let right = found.equal == found.levels;
        Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn time(at: Option<Micros>) -> Option<String> {
    at.and_then(Micros::to_timestamp).map(|at| at.to_string())
}

fn shown(found: &Found) -> Value {
    let differing: Map<String, Value> =
        found.differing.iter().map(|(class, n)| (class.code().to_owned(), json!(n))).collect();
    json!({
        "id": found.id,
        "kind": found.kind.code(),
        "status": found.status.code(),
        "began_at": time(Some(found.began_at)),
        "ended_at": time(found.ended_at),
        "as_of": time(found.as_of),
        "levels": found.levels,
        "equal": found.equal,
        "in_flight": found.in_flight,
        "left_out": found.left_out,
        "differing": differing,
        "problem": found.problem,
    })
}

fn in_words(found: &Found) -> String {
    let at = time(found.as_of).unwrap_or_default();
    let mut text = format!("At {at} {} of {} levels equal", found.equal, found.levels);
    if found.in_flight > 0 {
        text = format!("{text}, {} under way", found.in_flight);
    }
    for (class, number) in &found.differing {
        text = format!("{text}, {number} {}", class.code().replace('_', " "));
    }
    if found.left_out > 0 {
        text = format!("{text}.\n{} levels of the shop take no part", found.left_out);
    }
    if !found.differing.is_empty() {
        text = format!("{text}.\nWhich: onhand channel differences");
    }
    format!("{text}.")
}
