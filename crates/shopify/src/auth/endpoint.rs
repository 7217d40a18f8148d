//! Where a shop gives tokens.

use onhand_domain::Micros;
use serde::Deserialize;
use url::Url;

use super::{Credentials, Secret, Token};
use crate::client::{Base, Http, Limits, OpenError};

/// A shop's address for tokens.
#[derive(Clone, Debug)]
pub struct Endpoint {
    http: Http,
    url: Url,
}

/// Why there is no token.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// The shop refuses: a person has to act.
    #[error("the shop gives no token: HTTP {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The shop's words.
        message: String,
    },
    /// The shop couldn't be asked, or its answer can't be read. Later it may go.
    #[error("no token could be got: {0}")]
    Failed(String),
    /// The token is there and couldn't be kept, so it must not be used.
    #[error("the new token could not be kept: {0}")]
    NotKept(String),
}

/// What the shop answers. Times are in seconds from now.
#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    #[serde(default)]
    scope: String,
    expires_in: Option<i64>,
    refresh_token: Option<Secret>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
    error_description: Option<String>,
}

impl Endpoint {
    /// The address of a shop's tokens.
    pub fn open(base: &Base, limits: Limits) -> Result<Self, OpenError> {
        let url = base.join("admin/oauth/access_token");
        Ok(Self { http: Http::open(base, limits)?, url })
    }

    /// A new token by the credentials; `refresh` is the refresh token to use, where they rotate.
    /// A static token is given back as it is.
    pub async fn grant(
        &self,
        credentials: &Credentials,
        refresh: Option<&Secret>,
        now: Micros,
    ) -> Result<Token, TokenError> {
        match credentials {
            Credentials::Static { token } => Ok(Token {
                access: token.clone(),
                obtained_at: now.0,
                expires_at: None,
                refresh: None,
                scope: String::new(),
            }),
            Credentials::ClientCredentials { client_id, client_secret } => {
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", client_id),
                    ("client_secret", client_secret.expose()),
                ];
                self.ask(&form, now).await
            }
            Credentials::Offline { client_id, client_secret, refresh_token } => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", client_id),
                    ("client_secret", client_secret.expose()),
                    ("refresh_token", refresh.unwrap_or(refresh_token).expose()),
                ];
                self.ask(&form, now).await
            }
        }
    }

    /// Exchanges the code that the shop sent a person back with for a token that expires and its
    /// refresh token.
    pub async fn exchange(
        &self,
        client_id: &str,
        client_secret: &Secret,
        code: &str,
        now: Micros,
    ) -> Result<Token, TokenError> {
        let form = [
            ("client_id", client_id),
            ("client_secret", client_secret.expose()),
            ("code", code),
            ("expiring", "1"),
        ];
        self.ask(&form, now).await
    }

    async fn ask(&self, form: &[(&str, &str)], now: Micros) -> Result<Token, TokenError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .http
            .post(&self.url)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(http::header::ACCEPT, "application/json")
            .body(body);
        let answer =
            self.http.send(request).await.map_err(|failure| TokenError::Failed(failure.problem))?;
        match answer.status {
            200..=299 => read(&answer.body, now),
            // Busy or broken, not unwilling.
            408 | 429 | 500..=599 => Err(TokenError::Failed(format!("HTTP {}", answer.status))),
            status => Err(TokenError::Refused { status, message: refusal(&answer.body) }),
        }
    }
}

fn read(body: &[u8], now: Micros) -> Result<Token, TokenError> {
    // The parser's own words would quote the token.
    let granted: Granted = serde_json::from_slice(body)
        .map_err(|_| TokenError::Failed("the answer is no token".to_owned()))?;
    let lasting = |seconds: i64| now.plus(seconds.saturating_mul(Micros::SECOND)).0;
    Ok(Token {
        access: granted.access_token,
        obtained_at: now.0,
        expires_at: granted.expires_in.map(lasting),
        refresh: granted.refresh_token,
        scope: granted.scope,
    })
}

/// The shop's words, as far as they have the usual form: anything else could be anything.
fn refusal(body: &[u8]) -> String {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(body) else { return String::new() };
    let parts = [refusal.error, refusal.error_description];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}
