//! `onhand channel start` and `onhand channel stop`

use clap::Args;
use onhand_domain::channel::ChannelStatus;
use onhand_shopify::connect::{self, Started};
use onhand_store::{By, Store};
use serde_json::json;

use super::{Which, check::compared, shop, shown};
use crate::{context::Context, output};

/// Make the shop equal to the ledger and keep it so; onhand serve does the work
#[derive(Args)]
#[command(after_help = "\
The first time, what the shop has promised to customers is taken in, then it is compared, and each
level that differs is set, if it still is what was compared. On hand in the ledger must be what lies
on the shelf, also for orders that are not sent yet. From then on the shop is told changes
only. One that was stopped goes on where it stood.

Examples:
  onhand channel start
  onhand channel start --anew")]
pub(super) struct Start {
    /// Compare the whole shop anew, also where it could go on
    #[arg(long)]
    anew: bool,
    #[command(flatten)]
    which: Which,
}

/// Tell the shop nothing more until it is started again; nothing is lost
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand channel stop
  onhand channel stop --channel Acme")]
pub(super) struct Stop {
    #[command(flatten)]
    which: Which,
}

impl Start {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let by = By::command_line("start_channel");
        let first = channel.status == ChannelStatus::Connected || self.anew;
        if !first {
            let running = ChannelStatus::Running;
            let channel = store.set_channel_status(&by, channel.id, running, None).await?;
            return output::result(context.json, &shown(&channel), || {
                format!("{} goes on where it stood", channel.name)
            });
        }
        let shop = shop(store, context, &channel)?;
        if channel.status == ChannelStatus::Running {
            let why = Some("to be taken in anew".to_owned());
            store.set_channel_status(&by, channel.id, ChannelStatus::Stopped, why).await?;
        }
        let Started { orders, comparison, taken } =
            connect::start(store, &shop, &by, channel.id).await?;
        let channel = self.which.find(store).await?;
        let mut value = shown(&channel);
        value["compared"] = compared(&comparison);
        value["orders"] = json!({ "taken_in": orders.orders, "left_out": orders.problems });
        output::result(context.json, &value, || {
            let mut text = format!(
                "{} runs: {} levels take part, {} changes make the shop equal; {} orders taken in",
                channel.name, taken.lanes, taken.pushes, orders.orders
            );
            for problem in &orders.problems {
                text = format!("{text}\n  left out: {problem}");
            }
            text
        })
    }
}

impl Stop {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let by = By::command_line("stop_channel");
        let why = Some("stopped at the command line".to_owned());
        let stopped = ChannelStatus::Stopped;
        let channel = match channel.status {
            // One that never ran has nothing to stop.
            ChannelStatus::Connected => channel,
            _ => store.set_channel_status(&by, channel.id, stopped, why).await?,
        };
        output::result(context.json, &shown(&channel), || {
            format!("{} is told nothing more", channel.name)
        })
    }
}
