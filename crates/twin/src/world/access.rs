//! Who may come in: the app's secret, its tokens and its scopes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::stock::Micros;
use super::{Outcome, Refusal, World};
use crate::hex::hex;

/// The scopes that an app has from the beginning.
pub(crate) const SCOPES: [&str; 12] = [
    "read_inventory",
    "write_inventory",
    "read_locations",
    "write_locations",
    "read_products",
    "read_orders",
    "read_all_orders",
    "read_fulfillments",
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "read_returns",
    "read_inventory_transfers",
];

const SECOND: Micros = 1_000_000;
const CLIENT_CREDENTIALS_SECONDS: i64 = 86_399;
const OFFLINE_SECONDS: i64 = 3_600;
const REFRESH_SECONDS: i64 = 7_776_000;
const CODE_SECONDS: i64 = 60;

#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// The token that never expires.
    pub(crate) fixed: String,
    pub(crate) installed: bool,
    pub(crate) scopes: Vec<String>,
    tokens: BTreeMap<String, Micros>,
    refresh: BTreeMap<String, Refresh>,
    codes: BTreeMap<String, Micros>,
    issued: u64,
}

#[derive(Clone, Debug)]
struct Refresh {
    expires_at: Micros,
    /// The refresh token that this one replaces: usable until this one is used.
    replaces: Option<String>,
}

/// What the token endpoint hands out. Times in seconds from now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) expires_in: Option<i64>,
    pub(crate) refresh: Option<(String, i64)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenAct {
    ClientCredentials,
    /// The merchant said yes: a code for the app.
    Code,
    Exchange {
        code: String,
        expiring: bool,
    },
    Refresh {
        refresh: String,
    },
    /// All tokens expire now, but not the fixed one.
    ExpireAll,
}

impl Access {
    pub(crate) fn new(client_id: String, client_secret: String, fixed: String) -> Self {
        Self {
            client_id,
            client_secret,
            fixed,
            installed: true,
            scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            tokens: BTreeMap::new(),
            refresh: BTreeMap::new(),
            codes: BTreeMap::new(),
            issued: 0,
        }
    }

    /// Whether a token opens the door at this time.
    pub(crate) fn admits(&self, token: &str, now: Micros) -> bool {
        let valid = || self.tokens.get(token).is_some_and(|until| now < *until);
        self.installed && (token == self.fixed || valid())
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        let implied = scope.strip_prefix("read_").map(|what| format!("write_{what}"));
        self.scopes.iter().any(|has| has == scope || Some(has) == implied.as_ref())
    }

    /// The app is removed: nothing that it holds is worth anything any more.
    pub(super) fn revoke(&mut self) {
        self.installed = false;
        self.tokens.clear();
        self.refresh.clear();
        self.codes.clear();
    }
}

impl World {
    pub(super) fn token(&mut self, act: &TokenAct) -> Outcome {
        let issued = match act {
            TokenAct::ClientCredentials => Ok(self.issue(CLIENT_CREDENTIALS_SECONDS, None, false)),
            TokenAct::Code => {
                let code = self.secret("code");
                self.access.installed = true;
                self.access.codes.insert(code.clone(), self.now + CODE_SECONDS * SECOND);
                Ok(Token { text: code, expires_in: None, refresh: None })
            }
            TokenAct::Exchange { code, expiring } => self.exchange(code, *expiring),
            TokenAct::Refresh { refresh } => self.renew(refresh),
            TokenAct::ExpireAll => {
                self.access.tokens.clear();
                return Outcome::Done;
            }
        };
        match issued {
            Ok(token) => Outcome::Token(token),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn exchange(&mut self, code: &str, expiring: bool) -> Result<Token, Refusal> {
        let now = self.now;
        if self.access.codes.remove(code).is_none_or(|until| until <= now) {
            return Err(Refusal::new(400, "The authorization code was not found or was used"));
        }
        // A token without an end stays valid longer than any test.
        let seconds = if expiring { OFFLINE_SECONDS } else { i64::from(i32::MAX) };
        let token = self.issue(seconds, None, expiring);
        Ok(if expiring { token } else { Token { expires_in: None, ..token } })
    }

    fn renew(&mut self, refresh: &str) -> Result<Token, Refusal> {
        let now = self.now;
        let Some(known) = self.access.refresh.get(refresh).cloned() else {
            return Err(Refusal::new(400, "The refresh token is not valid"));
        };
        if known.expires_at <= now {
            return Err(Refusal::new(400, "The refresh token has expired"));
        }
        if let Some(old) = known.replaces {
            self.access.refresh.remove(&old);
        }
        // Whoever lost the answer of the first renewal may renew once more with the old token.
        self.access.refresh.retain(|_, other| other.replaces.as_deref() != Some(refresh));
        Ok(self.issue(OFFLINE_SECONDS, Some(refresh.to_owned()), true))
    }

    fn issue(&mut self, seconds: i64, replaces: Option<String>, refreshable: bool) -> Token {
        let token = self.secret("token");
        self.access.tokens.insert(token.clone(), self.now + seconds * SECOND);
        let refresh = refreshable.then(|| {
            let refresh = self.secret("refresh");
            let expires_at = self.now + REFRESH_SECONDS * SECOND;
            self.access.refresh.insert(refresh.clone(), Refresh { expires_at, replaces });
            (refresh, REFRESH_SECONDS)
        });
        Token { text: token, expires_in: Some(seconds), refresh }
    }

    /// A text that nobody guesses by chance, and that a replay makes again.
    fn secret(&mut self, what: &str) -> String {
        self.access.issued += 1;
        let text = format!("{}:{what}:{}", self.seed, self.access.issued);
        let hex = &hex(&Sha256::digest(text.as_bytes()))[..32];
        let prefix = match what {
            "token" => "shpat_",
            "refresh" => "shprt_",
            _ => "",
        };
        format!("{prefix}{hex}")
    }
}
