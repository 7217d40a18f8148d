//! How we prove to a shop who we are: three kinds of credentials, one source of tokens.

mod endpoint;
pub mod oauth;
mod secret;
mod tokens;

use serde::{Deserialize, Serialize};

pub use endpoint::{Endpoint, TokenError};
pub use secret::Secret;
pub use tokens::{KeepError, RENEW_AT_PERCENT, TokenKeeper, Tokens};

/// What a channel was given to get tokens with. Its `Debug` shows no secret; serialised, it shows
/// all of them, so that goes nowhere but into [`crate::sealed`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Credentials {
    /// A token that never ends, of an app that an admin made (`shpat_…`).
    Static {
        /// The token.
        token: Secret,
    },
    /// The organisation's own app on its own stores: a token for a day, asked for again whenever
    /// needed.
    ClientCredentials {
        /// The app's id.
        client_id: String,
        /// The app's secret.
        client_secret: Secret,
    },
    /// Another organisation's app: a token for an hour, and a refresh token that changes with each
    /// use.
    Offline {
        /// The app's id.
        client_id: String,
        /// The app's secret.
        client_secret: Secret,
        /// The refresh token to begin with; later ones stand in [`Token`].
        refresh_token: Secret,
    },
}

impl Credentials {
    /// The kind's word in the database and the API.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Static { .. } => "static",
            Self::ClientCredentials { .. } => "client_credentials",
            Self::Offline { .. } => "offline",
        }
    }

    /// The app's secret, with which the shop signs its webhooks; a static token comes without.
    pub const fn client_secret(&self) -> Option<&Secret> {
        match self {
            Self::Static { .. } => None,
            Self::ClientCredentials { client_secret, .. } | Self::Offline { client_secret, .. } => {
                Some(client_secret)
            }
        }
    }
}

/// A token with its end. Kept sealed, as the credentials are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Token {
    /// What the shop is shown.
    pub access: Secret,
    /// When we got it, in microseconds UTC.
    pub obtained_at: i64,
    /// When it ends, in microseconds UTC; `None`: never.
    pub expires_at: Option<i64>,
    /// What the next token is got with, where the credentials rotate.
    pub refresh: Option<Secret>,
    /// What was granted, as the shop lists it.
    pub scope: String,
}

#[cfg(test)]
mod tests;
