//! `onhand key`

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onhand_domain::{Micros, PrincipalId};
use onhand_server::secret::new_api_key;
use onhand_store::{
    By,
    people::{ApiKey, NewApiKey},
};
use serde_json::{Value, json};

use super::scope::{ScopeArgs, shown as shown_role};
use crate::{context::Context, output};

/// Keys of a list: all that anybody has.
const KEYS_MAX: u64 = 1_000_000;

/// Make, list and revoke API keys
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand key add --name pos --role inventory_controller
  onhand key list
  onhand key revoke --prefix ohk_3fK9")]
pub(crate) struct Key {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a key and print it: once, it is stored hashed
#[derive(Args)]
#[command(after_help = "\
Send it as the header  Authorization: Bearer ohk_…

Examples:
  onhand key add --name pos --role inventory_controller
  onhand key add --name till-7 --role inventory_controller --facility S1 \\
      --expires 2027-01-01T00:00:00Z
  KEY=$(onhand key add --name ci --role auditor)")]
struct Add {
    /// What it is for
    #[arg(long)]
    name: String,
    /// The role to give it
    #[arg(long)]
    role: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// When it ends by itself [default: never]
    #[arg(long, value_name = "TIME")]
    expires: Option<jiff::Timestamp>,
}

/// List the keys, without their secrets
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand key list
  onhand key list --json")]
struct List {}

/// Revoke a key at once
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand key revoke --prefix ohk_3fK9")]
struct Revoke {
    /// Its first characters, as in the list
    #[arg(long)]
    prefix: String,
}

impl Key {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Add(add) => add.run(context).await?,
            Action::List(_) => list(context).await?,
            Action::Revoke(revoke) => revoke.run(context).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, context: &Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let new = NewApiKey {
            id: PrincipalId(store.ids().next()),
            name: self.name,
            grant: self.scope.grant(&store, &self.role).await?,
            expires_at: self.expires.map(Micros::from),
        };
        let secret = new_api_key();
        let by = By::command_line("create_api_key");
        let (made, _) = store.create_api_key(&by, new, &secret).await?;
        let mut value = shown(&made);
        if let Some(members) = value.as_object_mut() {
            members.insert("secret".to_owned(), secret.key.clone().into());
        }
        // The key alone on standard output, so that a script can take it from there.
        output::result(context.json, &value, || secret.key)
    }
}

impl Revoke {
    async fn run(self, context: &Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let all = store.list_api_keys(None, KEYS_MAX).await?;
        let live = |key: &&ApiKey| key.prefix == self.prefix && key.revoked_at.is_none();
        let mut found = all.iter().filter(live);
        let key =
            found.next().with_context(|| format!("no live key starts with {}", self.prefix))?;
        if found.next().is_some() {
            anyhow::bail!("several keys start with {}: revoke it in the settings", self.prefix);
        }
        let by = By::command_line("revoke_api_key");
        let revoked = store.revoke_api_key(&by, key.id).await?;
        output::result(context.json, &shown(&revoked), || {
            format!("Revoked {} ({})", revoked.prefix, revoked.name)
        })
    }
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let all = context.store().await?.list_api_keys(None, KEYS_MAX).await?;
    let items: Vec<Value> = all.iter().map(shown).collect();
    output::result(context.json, &items, || {
        let row = |key: &ApiKey| {
            let role = key.grant.as_ref().map(shown_role).unwrap_or_default();
            let state = if key.revoked_at.is_some() { "revoked" } else { "" };
            vec![key.prefix.clone(), key.name.clone(), role, state.to_owned()]
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        output::table(&["KEY", "NAME", "ROLE", ""], &rows)
    })
}

fn shown(key: &ApiKey) -> Value {
    let time = |at: Option<Micros>| at.and_then(Micros::to_timestamp).map(|t| t.to_string());
    json!({
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "role": key.grant.as_ref().map(shown_role),
        "expires_at": time(key.expires_at),
        "last_used_at": time(key.last_used_at),
        "created_at": time(Some(key.created_at)),
        "revoked_at": time(key.revoked_at),
    })
}
