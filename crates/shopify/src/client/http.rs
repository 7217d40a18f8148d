//! HTTP with limits, and without anything done behind our back: no redirects, no cookies, no
//! retries.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderMap;
use reqwest::{Client, RequestBuilder, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::Base;

/// How long making a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request may take from its beginning to the last byte of the answer.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// How large an answer may be, in bytes: some hundred times what a full page is.
pub const BODY_MAX: usize = 16 << 20;
/// How long an idle connection is kept: shorter than the shop does, lest we send into one that is
/// being closed.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// The limits of a request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// See [`CONNECT_TIMEOUT`].
    pub connect: Duration,
    /// See [`TOTAL_TIMEOUT`].
    pub total: Duration,
    /// See [`BODY_MAX`].
    pub body_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: CONNECT_TIMEOUT, total: TOTAL_TIMEOUT, body_max: BODY_MAX }
    }
}

/// Why a shop can't be spoken to at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// The machine has no certificates to recognise a shop by.
    #[error("this machine has no root certificates, without which no shop can be trusted: {0}")]
    NoRoots(String),
    /// No version of the API is called so.
    #[error("{0} is no version of the API; it is written as 2026-10")]
    Version(String),
    /// The client can't be made.
    #[error("the HTTP client can't be made: {0}")]
    Client(String),
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// Whether any of the request may have reached the other side.
    pub sent: bool,
    /// Why, for a person.
    pub problem: String,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// A client for one address.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    body_max: usize,
}

impl Http {
    /// A client with its own connections.
    pub fn open(base: &Base, limits: Limits) -> Result<Self, OpenError> {
        let broken = |failure: &dyn std::error::Error| OpenError::Client(failure.to_string());
        let mut builder = Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .pool_idle_timeout(IDLE_MAX)
            .redirect(redirect::Policy::none())
            // Each try is counted where it is decided, and none is made twice unseen.
            .retry(retry::never())
            .tls_backend_preconfigured(tls(base)?)
            .user_agent(concat!("Onhand/", env!("CARGO_PKG_VERSION")));
        if base.is_here() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|failure| broken(&failure))?;
        Ok(Self { client, body_max: limits.body_max })
    }

    /// A request to be filled and given to [`Self::send`].
    pub(crate) fn post(&self, url: &Url) -> RequestBuilder {
        self.client.post(url.clone())
    }

    /// A request for a file.
    pub(crate) fn get(&self, url: &Url) -> RequestBuilder {
        self.client.get(url.clone())
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<HttpAnswer, Failure> {
        let mut response = request.send().await.map_err(|failure| Failure {
            // Up to the made connection nothing of the request is written.
            sent: !(failure.is_connect() || failure.is_builder()),
            problem: chain(&failure),
        })?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            match chunk.map_err(|failure| Failure { sent: true, problem: chain(&failure) })? {
                None => return Ok(HttpAnswer { status, headers, body }),
                Some(chunk) if body.len() + chunk.len() > self.body_max => {
                    let problem = format!("the answer is larger than {} bytes", self.body_max);
                    return Err(Failure { sent: true, problem });
                }
                Some(chunk) => body.extend_from_slice(&chunk),
            }
        }
    }
}

/// An error with its causes: the outermost alone says nothing but that there was one.
fn chain(failure: &reqwest::Error) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn tls(base: &Base) -> Result<ClientConfig, OpenError> {
    let mut roots = RootCertStore::empty();
    if base.is_encrypted() {
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            let why: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
            return Err(OpenError::NoRoots(why.join("; ")));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|failure| OpenError::Client(failure.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
