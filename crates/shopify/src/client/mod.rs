//! A shop's Admin API over HTTP.
//!
//! [`Shop::send_call`] sends a frozen text once and says what came of it; it never tries again by
//! itself, but for a token that ended a moment ago, which the shop refuses before it looks at the
//! text. Reads, which change nothing, are in [`crate::read`].

mod base;
mod file;
mod http;
mod pace;

use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderValue;
use ::http::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

pub use self::base::{Base, BaseError};
pub use self::http::{
    BODY_MAX, CONNECT_TIMEOUT, Failure, Http, HttpAnswer, Limits, OpenError, TOTAL_TIMEOUT,
};
pub use self::pace::{Pace, Permit};
use crate::auth::{Secret, TokenError, Tokens};
use crate::budget::{Share, Work};
use crate::reply::Reply;

const TOKEN_HEADER: &str = "x-shopify-access-token";

/// One shop, as one app sees it. Cheap to clone; clones share the token and the budget.
#[derive(Clone)]
pub struct Shop {
    http: Http,
    graphql: Url,
    version: Arc<str>,
    tokens: Arc<Tokens>,
    pace: Arc<Pace>,
    /// The share of the budget that reads are made in.
    reads: Share,
}

impl Shop {
    /// A shop at an address, spoken to in one version of the API. Nothing is sent yet.
    pub fn open(
        base: &Base,
        version: &str,
        tokens: Arc<Tokens>,
        limits: Limits,
    ) -> Result<Self, OpenError> {
        let is_version = version.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if version.is_empty() || !is_version {
            return Err(OpenError::Version(version.to_owned()));
        }
        Ok(Self {
            http: Http::open(base, limits)?,
            graphql: base.join(&format!("admin/api/{version}/graphql.json")),
            version: version.into(),
            tokens,
            pace: Arc::default(),
            reads: Share::Background,
        })
    }

    /// The same shop, with reads in another share of the budget.
    #[must_use]
    pub fn reading_as(&self, share: Share) -> Self {
        Self { reads: share, ..self.clone() }
    }

    pub(crate) const fn reads(&self) -> Share {
        self.reads
    }

    /// The version that is asked for.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The shop's budget: every request needs a [`Permit`] of it.
    pub const fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// Waits until the budget has room for some work.
    pub async fn admit(&self, work: Work, share: Share) -> Permit {
        self.pace.admit(work, share).await
    }

    /// Room for some work, or how long to wait before asking again.
    pub fn try_admit(&self, work: Work, share: Share) -> Result<Permit, Duration> {
        self.pace.try_admit(work, share)
    }

    /// Sends a frozen text, byte for byte.
    pub async fn send_call(&self, permit: Permit, payload: &str) -> Reply {
        let token = match self.tokens.token().await {
            Ok(token) => token,
            Err(failure) => return without_token(&failure),
        };
        let mut reply = self.post(&token, payload).await;
        // 401 comes before the text is read, so that nothing was done.
        if is_unauthorised(&reply) && self.tokens.refused(&token).await {
            reply = match self.tokens.token().await {
                Ok(token) => self.post(&token, payload).await,
                Err(failure) => without_token(&failure),
            };
        }
        permit.settle(&reply);
        if let Some(version) = reply.other_version() {
            tracing::warn!(asked = %self.version, answered = version, "shop.other_version");
        }
        reply
    }

    async fn post(&self, token: &Secret, payload: &str) -> Reply {
        let Ok(mut token) = HeaderValue::from_str(token.expose()) else {
            return Reply::NoToken { problem: "the token has characters no token has".to_owned() };
        };
        token.set_sensitive(true);
        let request = self
            .http
            .post(&self.graphql)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(TOKEN_HEADER, token)
            .body(payload.to_owned());
        match self.http.send(request).await {
            Ok(answer) => {
                Reply::answered(&self.version, answer.status, &answer.headers, &answer.body)
            }
            Err(Failure { sent: false, problem }) => Reply::NotSent { problem },
            Err(Failure { sent: true, problem }) => Reply::Unknown { problem },
        }
    }
}

fn is_unauthorised(reply: &Reply) -> bool {
    matches!(reply, Reply::Answered(answer) if answer.status == 401)
}

fn without_token(failure: &TokenError) -> Reply {
    let problem = failure.to_string();
    match failure {
        TokenError::Refused { .. } => Reply::NoToken { problem },
        TokenError::Failed(_) | TokenError::NotKept(_) => Reply::NotSent { problem },
    }
}
