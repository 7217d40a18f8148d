//! `onhand channel add`

use std::io::Read as _;

use anyhow::{Context as _, bail};
use clap::Args;
use onhand_domain::ChannelId;
use onhand_shopify::{
    auth::{Credentials, Secret},
    connect::{self, NewShop},
};
use onhand_store::{By, Store};

use super::{check::checked, key, shown};
use crate::{context::Context, output};

/// Most bytes of a secret on standard input.
const SECRET_BYTES_MAX: u64 = 4_096;

/// Connect a shop: its locations and items are read, nothing is changed in it
#[derive(Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | onhand channel add --shop https://acme.myshopify.com --token-stdin
  printf %s \"$SECRET\" | onhand channel add --shop acme.myshopify.com \\
      --client-id 0a1b2c --client-secret-stdin
  onhand channel add --shop http://127.0.0.1:4010 --token-stdin < token")]
pub(super) struct Add {
    /// The shop's address
    #[arg(long, value_name = "URL")]
    shop: String,
    /// What people call it [default: as the shop calls itself]
    #[arg(long)]
    name: Option<String>,
    /// Read the app's access token from standard input
    #[arg(long, conflicts_with_all = ["client_id", "client_secret_stdin"])]
    token_stdin: bool,
    /// The app's client id, where it asks for its own tokens
    #[arg(long, value_name = "ID", requires = "client_secret_stdin")]
    client_id: Option<String>,
    /// Read the app's client secret from standard input
    #[arg(long, requires = "client_id")]
    client_secret_stdin: bool,
}

impl Add {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let key = key(context)?;
        let credentials = match (self.token_stdin, self.client_id) {
            (true, _) => Credentials::Static { token: secret()? },
            (false, Some(client_id)) => {
                Credentials::ClientCredentials { client_id, client_secret: secret()? }
            }
            (false, None) => {
                bail!("say how to sign in: --token-stdin, or --client-id ID --client-secret-stdin")
            }
        };
        let id = ChannelId(store.ids().next());
        let new = NewShop { id, name: self.name, address: self.shop, credentials };
        let by = By::command_line("create_channel");
        let (channel, read) = connect::connect(store, &key, &by, new).await?;
        let mut value = shown(&channel);
        value["read"] = checked(&read);
        output::result(context.json, &value, || {
            format!(
                "Connected {} ({}): {} locations, {} items are SKUs, {} fit several or none.\n\
                 Next: onhand channel map --location GID --facility CODE; onhand channel check",
                channel.name,
                channel.shop,
                read.locations,
                read.items.matched,
                read.items.twice + read.items.none,
            )
        })
    }
}

/// What stands on standard input, without the line's end.
pub(super) fn secret() -> anyhow::Result<Secret> {
    let mut text = String::new();
    std::io::stdin()
        .take(SECRET_BYTES_MAX)
        .read_to_string(&mut text)
        .context("the secret can't be read from standard input")?;
    let text = text.trim();
    if text.is_empty() {
        bail!("standard input is empty: pipe the secret into the command");
    }
    Ok(Secret::new(text))
}
