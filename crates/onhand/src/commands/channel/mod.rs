//! `onhand channel`

mod add;
mod audit;
mod check;
mod differences;
mod map;
mod run;
mod secret;
mod status;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use onhand_shopify::{client::Shop, connection, sealed::Key};
use onhand_store::{Store, channels::Channel as Row};
use serde_json::{Value, json};

use crate::context::Context;

/// Connect Shopify shops and keep them equal to the ledger
#[derive(Args)]
#[command(after_help = "\
The shops' credentials are kept sealed. Make a key for that once, keep it outside the database and
its backups, and name it in ONHAND_SECRET_KEY_FILE (or give it in ONHAND_SECRET_KEY) wherever
onhand runs:  head -c 32 /dev/urandom | base64 > onhand.key

Examples:
  printf %s \"$TOKEN\" | onhand channel add --shop https://acme.myshopify.com --token-stdin
  onhand channel check
  onhand channel map --location gid://shopify/Location/1 --facility S1
  onhand channel start
  onhand channel status --json")]
pub(crate) struct Channel {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Add(add::Add),
    Check(check::Check),
    Map(map::Map),
    Unmap(map::Unmap),
    Secret(secret::SecretOf),
    Start(run::Start),
    Stop(run::Stop),
    Status(status::Status),
    Audit(audit::Audit),
    Differences(differences::Differences),
}

/// Which channel.
#[derive(Args)]
struct Which {
    /// Its name, id or address [default: the only one]
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
}

impl Channel {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let store = context.store().await?;
        let mut code = ExitCode::SUCCESS;
        match self.action {
            Action::Add(add) => add.run(&store, context).await?,
            Action::Check(check) => check.run(&store, context).await?,
            Action::Map(map) => map.run(&store, context).await?,
            Action::Unmap(unmap) => unmap.run(&store, context).await?,
            Action::Secret(secret) => secret.run(&store, context).await?,
            Action::Start(start) => start.run(&store, context).await?,
            Action::Stop(stop) => stop.run(&store, context).await?,
            Action::Status(status) => status.run(&store, context).await?,
            Action::Audit(audit) => code = audit.run(&store, context).await?,
            Action::Differences(differences) => differences.run(&store, context).await?,
        }
        store.close().await;
        Ok(code)
    }
}

impl Which {
    /// The channel that is meant.
    async fn find(&self, store: &Store) -> anyhow::Result<Row> {
        let all = store.list_channels().await?;
        let Some(asked) = &self.channel else {
            return match <[Row; 1]>::try_from(all) {
                Ok([only]) => Ok(only),
                Err(all) if all.is_empty() => {
                    bail!("no shop is connected yet; see onhand channel add --help")
                }
                Err(all) => {
                    let names: Vec<_> = all.iter().map(|channel| channel.name.as_str()).collect();
                    bail!("say which with --channel: {}", names.join(", "))
                }
            };
        };
        let is = |channel: &Row| {
            [&channel.name, &channel.shop, &channel.id.to_string()].contains(&asked)
        };
        all.into_iter().find(is).with_context(|| format!("there is no channel {asked}"))
    }
}

/// The key that credentials are sealed with.
fn key(context: &Context) -> anyhow::Result<Key> {
    context.secret_key()?.context(
        "the shops' credentials are sealed with a key: name its file in ONHAND_SECRET_KEY_FILE \
         (onhand channel --help says how to make one)",
    )
}

/// The way to the shop of a channel.
fn shop(store: &Store, context: &Context, channel: &Row) -> anyhow::Result<Shop> {
    Ok(connection::open(store, channel, &key(context)?)?)
}

/// A channel, as every command shows it.
fn shown(channel: &Row) -> Value {
    let time = |at: Option<onhand_domain::Micros>| {
        at.and_then(onhand_domain::Micros::to_timestamp).map(|at| at.to_string())
    };
    json!({
        "id": channel.id,
        "name": channel.name,
        "shop": channel.shop,
        "api_version": channel.api_version,
        "status": channel.status.code(),
        "status_reason": channel.status_reason,
        "in_step_since": time(channel.in_step_since),
        "last_reply_at": time(channel.last_reply_at),
    })
}
