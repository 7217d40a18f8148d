//! One span, one line in the log and two metrics per request; nothing personal in any of them.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use metrics::Label;
use tracing::Instrument as _;

use crate::state::AppState;

/// The header that carries a request's id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from a proxy, in bytes.
const REQUEST_ID_BYTES_MAX: usize = 64;

pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(&request, &state);
    let path = request.extensions().get::<MatchedPath>().map_or("other", |p| p.as_str());
    let operation = state.operations.id(request.method(), path);
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id, operation = %operation);
    if let Ok(value) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(%method, status, elapsed_us = micros, "request.done {operation}");
    });
    let operation = Label::new("operation", operation);
    let labels = vec![operation.clone(), Label::new("status", status.to_string())];
    metrics::counter!("onhand_http_requests_total", labels).increment(1);
    metrics::histogram!("onhand_http_request_seconds", vec![operation])
        .record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The id that a proxy gave, so that its log and ours can be laid side by side; else a new one.
fn request_id(request: &Request, state: &AppState) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let fits = |id: &&str| {
        !id.is_empty()
            && id.len() <= REQUEST_ID_BYTES_MAX
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given.filter(fits).map_or_else(|| state.store.ids().next().to_string(), str::to_owned)
}
