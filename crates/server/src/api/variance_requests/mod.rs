//! Requests: variances that wait for somebody who may post them.

mod approve_variance_request;
mod decline_variance_request;
mod list_variance_requests;
#[cfg(test)]
mod tests;
mod verdict;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_variance_requests::list_variance_requests))
        .routes(routes!(approve_variance_request::approve_variance_request))
        .routes(routes!(decline_variance_request::decline_variance_request))
}
