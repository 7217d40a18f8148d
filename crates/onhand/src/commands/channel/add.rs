//! `onhand channel add`

use std::io::Read as _;

use anyhow::{Context as _, bail};
use clap::Args;
use onhand_domain::{ChannelId, Micros};
use onhand_shopify::{
    auth::{Credentials, Secret, Token},
    connect::{self, NewShop},
};
use onhand_store::{By, Store};
use serde::Deserialize;

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
  onhand channel add --shop http://127.0.0.1:4010 --token-stdin < token

An app of another organisation is let in by a person, in the web app. Whoever has its refresh token
already hands it over for good, since it changes with each use:
  onhand channel add --shop acme.myshopify.com --client-id 0a1b2c --offline-stdin <<'END'
  {\"client_secret\": \"...\", \"refresh_token\": \"...\"}
  END
With \"access_token\" and \"expires_in\" (seconds from now), as the shop has answered them, the first
renewal waits until that token is old; what else stands in the shop's answer is passed over.")]
pub(super) struct Add {
    /// The shop's address
    #[arg(long, value_name = "URL")]
    shop: String,
    /// What people call it [default: as the shop calls itself]
    #[arg(long)]
    name: Option<String>,
    /// Read the app's access token from standard input
    #[arg(long, conflicts_with_all = ["client_id", "client_secret_stdin", "offline_stdin"])]
    token_stdin: bool,
    /// The app's client id, where it asks for its own tokens
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Read the app's client secret from standard input
    #[arg(long, requires = "client_id", conflicts_with = "offline_stdin")]
    client_secret_stdin: bool,
    /// Read the app's client secret and the shop's refresh token from standard input, as JSON
    #[arg(long, requires = "client_id")]
    offline_stdin: bool,
}

/// What stands on standard input for an app that a person has let in.
#[derive(Deserialize)]
struct Offline {
    client_secret: Secret,
    refresh_token: Secret,
    access_token: Option<Secret>,
    /// Seconds from now.
    expires_in: Option<i64>,
}

impl Add {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let key = key(context)?;
        let (credentials, token) = match (self.token_stdin, self.client_id) {
            (true, _) => (Credentials::Static { token: secret()? }, None),
            (false, Some(client_id)) if self.offline_stdin => {
                let offline = Offline::read(&secret()?)?;
                (offline.credentials(client_id), offline.token(store.clock().now()))
            }
            (false, Some(client_id)) if self.client_secret_stdin => {
                (Credentials::ClientCredentials { client_id, client_secret: secret()? }, None)
            }
            (false, _) => bail!(
                "say how to sign in: --token-stdin, --client-id ID --client-secret-stdin, or \
                 --client-id ID --offline-stdin"
            ),
        };
        let id = ChannelId(store.ids().next());
        let new = NewShop { id, name: self.name, address: self.shop, credentials };
        let by = By::command_line("create_channel");
        let (channel, read) = connect::connect_with(store, &key, &by, new, token).await?;
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

impl Offline {
    fn read(text: &Secret) -> anyhow::Result<Self> {
        // The parser's own words could repeat a secret.
        let read: Option<Self> = serde_json::from_str(text.expose()).ok();
        let read = read.context(
            "standard input must be {\"client_secret\": …, \"refresh_token\": …}, with \
             \"access_token\" and \"expires_in\" if you like",
        )?;
        if read.access_token.is_some() != read.expires_in.is_some_and(|seconds| seconds > 0) {
            bail!("access_token and expires_in, in seconds from now, belong together");
        }
        Ok(read)
    }

    fn credentials(&self, client_id: String) -> Credentials {
        let (client_secret, refresh_token) =
            (self.client_secret.clone(), self.refresh_token.clone());
        Credentials::Offline { client_id, client_secret, refresh_token }
    }

    fn token(&self, now: Micros) -> Option<Token> {
        let (access, seconds) = (self.access_token.clone()?, self.expires_in?);
        Some(Token {
            access,
            obtained_at: now.0,
            expires_at: Some(now.plus(seconds.saturating_mul(Micros::SECOND)).0),
            refresh: Some(self.refresh_token.clone()),
            scope: String::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Offline> {
        Offline::read(&Secret::new(text))
    }

    #[test]
    fn the_shops_answer_with_the_apps_secret_is_all_it_takes() {
        let text = r#"{"client_secret": "hush", "access_token": "a1", "expires_in": 3600,
            "refresh_token": "r1", "refresh_token_expires_in": 7776000, "scope": "x"}"#;
        let offline = read(text).unwrap();
        let token = offline.token(Micros(5)).unwrap();
        assert_eq!(token.expires_at, Some(3_600_000_005));
        assert_eq!((token.access.expose(), token.refresh), ("a1", Some(Secret::new("r1"))));
        assert_eq!(offline.credentials("app".to_owned()).kind(), "offline");
        let short = read(r#"{"client_secret": "hush", "refresh_token": "r1"}"#).unwrap();
        assert_eq!(short.token(Micros(5)), None);
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        for wrong in [
            "hidden",
            r#"{"client_secret": "hidden"}"#,
            r#"{"client_secret": ["hidden"], "refresh_token": "hidden"}"#,
            r#"{"client_secret": "hidden", "refresh_token": "hidden", "access_token": "hidden"}"#,
            r#"{"client_secret": "hidden", "refresh_token": "hidden", "expires_in": 9}"#,
        ] {
            let Err(error) = read(wrong) else { panic!("{wrong} was taken") };
            assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
        }
    }
}
