//! `onhand channel secret`

use clap::Args;
use onhand_shopify::receiver;
use onhand_store::{By, Store};

use super::{Which, add::secret, key, shown};
use crate::{context::Context, output};

/// Say what the shop signs its messages with, read from standard input
#[derive(Args)]
#[command(after_help = "\
An app with a client id has it already. One with a static token needs it: the API secret key of the
app, without which no message of the shop is believed. The secret before stays good beside it, so
that none is lost while the shop replaces it.

Examples:
  printf %s \"$SECRET\" | onhand channel secret
  onhand channel secret --channel Acme < secret")]
pub(super) struct SecretOf {
    #[command(flatten)]
    which: Which,
}

impl SecretOf {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let key = key(context)?;
        let channel = self.which.find(store).await?;
        let by = By::command_line("keep_webhook_secret");
        let channel = receiver::add_secret(store, &key, &by, &channel, secret()?).await?;
        output::result(context.json, &shown(&channel), || {
            format!("Messages of {} are believed that are signed with it", channel.name)
        })
    }
}
