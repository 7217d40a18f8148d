//! For operators and integrators: is it alive, can it write, how much, what is there.

use std::{sync::OnceLock, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use onhand_store::Trouble;

use crate::{problem::Problem, state::AppState};

/// How long the database may take to show that it can be written.
const READY_TIMEOUT: Duration = Duration::from_secs(2);
/// When to ask again, in seconds.
const READY_RETRY_SECONDS: u64 = 2;
/// Upper bounds of the latency histogram, in seconds.
const LATENCY_BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The process lives. Says nothing about the database: restarting would not help it.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Writes are possible.
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    let not_ready = |detail: &str| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Writes are not possible")
            .detail(detail)
            .retry_after(READY_RETRY_SECONDS)
            .into_response()
    };
    if state.stopping.is_cancelled() {
        return not_ready("the server is stopping");
    }
    match tokio::time::timeout(READY_TIMEOUT, state.store.check_writable()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(error = %crate::problem::chain(&error), "readyz failed");
            not_ready(match error.trouble() {
                Some(Trouble::Full) => "the database can't be written: the disk is full",
                _ => "the database can't be written",
            })
        }
        Err(_) => not_ready("the database takes too long"),
    }
}

/// The process's one recorder: metrics are global by their nature.
pub(crate) fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let latency = Matcher::Suffix("_seconds".to_owned());
            PrometheusBuilder::new()
                .set_buckets_for_metric(latency, LATENCY_BUCKETS)
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::error!(%error, "metrics.install failed"))
                .ok()
        })
        .as_ref()
}

/// The metrics as Prometheus reads them.
pub(crate) async fn metrics_text() -> Response {
    match recorder() {
        Some(recorder) => {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (kind, recorder.render()).into_response()
        }
        None => Problem::internal().into_response(),
    }
}

/// The API's description.
pub(crate) async fn openapi_json() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| crate::openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

/// The description for people. Our own page rather than a known viewer: those load their script
/// from elsewhere, and nothing here asks a foreign host for anything.
pub(crate) async fn docs_page() -> Html<&'static str> {
    Html(include_str!("docs.html"))
}

/// The script of that page.
pub(crate) async fn docs_script() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("docs.js")).into_response()
}
