//! HTTP with limits, and without anything done behind our back: no redirects, no cookies, no
//! retries.

use std::{error::Error as _, sync::Arc, time::Duration};

use axum::http::{StatusCode, header};
use reqwest::{ClientBuilder, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::address::{check_url, is_here};

/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a try may take from its beginning to the head of the answer: the specification says 15
/// to 30 seconds.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// How long an idle connection is kept.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken, with this status.
    Delivered(u16),
    /// The other system wants no more messages.
    Gone(u16),
    /// It did not arrive, or nobody knows.
    Failed {
        /// What was answered, if anything was.
        http_status: Option<u16>,
        /// Why, for a person.
        problem: String,
    },
}

impl Outcome {
    pub(super) fn failed(http_status: Option<u16>, problem: impl Into<String>) -> Self {
        Self::Failed { http_status, problem: problem.into() }
    }
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// For this machine: never through a proxy.
    here: reqwest::Client,
    /// For everywhere else; none where this machine has no certificates to trust.
    there: Result<reqwest::Client, String>,
}

impl Client {
    pub(super) fn open() -> Result<Self, String> {
        Self::with_timeout(TOTAL_TIMEOUT)
    }

    pub(super) fn with_timeout(total: Duration) -> Result<Self, String> {
        let here = builder(RootCertStore::empty(), total)?.no_proxy();
        let here = here.build().map_err(|failure| chain(&failure))?;
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        let there = if added == 0 {
            Err("this machine has no root certificates, without which nobody can be trusted".into())
        } else {
            builder(roots, total)?.build().map_err(|failure| chain(&failure))
        };
        Ok(Self { here, there })
    }

    /// One try.
    pub(super) async fn post(
        &self,
        address: &str,
        id: &str,
        seconds: i64,
        signature: &str,
        body: &str,
    ) -> Outcome {
        // Whatever stands in the database: nothing goes where it was not allowed to.
        if let Err(problem) = check_url(address) {
            return Outcome::failed(None, format!("the address {problem}"));
        }
        let Ok(url) = Url::parse(address) else { return Outcome::failed(None, "no address") };
        let client = match (is_here(&url), &self.there) {
            (true, _) => &self.here,
            (false, Ok(client)) => client,
            (false, Err(problem)) => return Outcome::failed(None, problem.clone()),
        };
        let request = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned());
        // What it answers beyond the head is not read: it could be endless.
        match request.send().await {
            Ok(answer) => judge(answer.status()),
            // The address may hold a secret of its own.
            Err(failure) => Outcome::failed(None, chain(&failure.without_url())),
        }
    }
}

fn judge(status: StatusCode) -> Outcome {
    match status {
        _ if status.is_success() => Outcome::Delivered(status.as_u16()),
        StatusCode::GONE => Outcome::Gone(status.as_u16()),
        _ => Outcome::failed(Some(status.as_u16()), format!("it answered {status}")),
    }
}

fn builder(roots: RootCertStore, total: Duration) -> Result<ClientBuilder, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|failure| failure.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(total)
        .pool_idle_timeout(IDLE_MAX)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .tls_backend_preconfigured(config)
        .user_agent(concat!("Onhand/", env!("CARGO_PKG_VERSION"))))
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
