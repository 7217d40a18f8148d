//! What happens around every request.

mod headers;
mod observe;
#[cfg(test)]
mod tests;

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    csrf::ProtectionError,
};

pub(crate) use headers::SecurityHeaders;

use crate::{problem::Problem, state::AppState};

/// Largest body, in bytes, where a route does not allow more.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest time until an answer begins.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The same where a file is sent along: a slow line needs minutes for a large catalogue.
pub(crate) const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
/// Where files are sent to.
const UPLOAD_PATHS: &[&str] = &["/api/v1/imports"];

/// Wraps the routes. The last layer added sees the request first.
pub(crate) fn wrap(routes: Router, state: AppState, headers: SecurityHeaders) -> Router {
    let csrf = CsrfLayer::new().with_rejection_response(cross_origin);
    routes
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(csrf)
        .layer(CompressionLayer::new())
        .layer(from_fn(timeout))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::new(headers), headers::add))
        .layer(from_fn_with_state(state, observe::observe))
}

/// Another site made a browser send this. Browsers say where a request comes from
/// (`Sec-Fetch-Site`, `Origin`); programs don't, and have no cookie that could be abused.
fn cross_origin(_: ProtectionError) -> Response {
    Problem::new(StatusCode::FORBIDDEN, "cross-origin", "Another site may not do this")
        .detail("the request came from a page of another origin")
        .into_response()
}

/// The panic's text went to standard error; the client learns nothing of our insides.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over like this")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    tracing::error!(panic = text, "request.panicked");
    Problem::internal().into_response()
}

async fn timeout(request: Request, next: Next) -> Response {
    let upload = UPLOAD_PATHS.iter().any(|path| request.uri().path().starts_with(path));
    let limit = if upload { UPLOAD_TIMEOUT } else { REQUEST_TIMEOUT };
    let Ok(response) = tokio::time::timeout(limit, next.run(request)).await else {
        tracing::warn!(limit_seconds = limit.as_secs(), "request.timed_out");
        return Problem::busy("this took too long; it is safe to send it again").into_response();
    };
    response
}
