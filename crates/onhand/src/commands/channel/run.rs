//! `onhand channel start` and `onhand channel stop`

use anyhow::bail;
use clap::Args;
use onhand_domain::channel::ChannelStatus;
use onhand_shopify::connect;
use onhand_store::{By, Store};

use super::{Which, check::compared, shop, shown};
use crate::{context::Context, output};

/// Make the shop equal to the ledger and keep it so; onhand serve does the work
#[derive(Args)]
#[command(after_help = "\
The first time the shop is compared, and each level that differs is set, if it still is what was
compared. From then on the shop is told changes only. One that was stopped goes on where it stood.

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
        connect::check(store, &shop, channel.id).await?;
        let comparison = connect::compare(store, &shop, channel.id).await?;
        if comparison.compared == 0 {
            bail!(
                "no level of the shop is a SKU at a facility: put a facility behind a location \
                 (onhand channel map), and see onhand channel check"
            );
        }
        let taken = connect::go_live(store, &by, &comparison).await?;
        let channel = self.which.find(store).await?;
        let mut value = shown(&channel);
        value["compared"] = compared(&comparison);
        output::result(context.json, &value, || {
            format!(
                "{} runs: {} levels take part, {} changes make the shop equal",
                channel.name, taken.lanes, taken.pushes
            )
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
