//! Puts the routes together.

use axum::{Router, extract::State, response::IntoResponse, routing::get};

use crate::{
    api,
    middleware::{self, SecurityHeaders},
    oauth,
    problem::Problem,
    state::AppState,
    system, web_app, webhooks,
};

/// The whole server as one router, for [`crate::serve`] and for tests.
pub fn router(state: AppState) -> Router {
    let around = state.clone();
    let (api, _) = api::routes().split_for_parts();
    let headers = SecurityHeaders::new(&web_app::index_html(), state.config.behind_tls_proxy);
    let routes = Router::new()
        .merge(api)
        .route("/api/v1/openapi.json", get(system::openapi_json))
        .route("/api/docs", get(system::docs_page))
        .route("/api/docs.js", get(system::docs_script))
        .route("/healthz", get(system::healthz))
        .route("/readyz", get(system::readyz))
        .route("/metrics", get(system::metrics_text))
        .route(webhooks::PATH, webhooks::route())
        .route(oauth::PATH, oauth::route())
        .fallback(web_app::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state);
    middleware::wrap(routes, around, headers)
}

async fn method_not_allowed(State(_): State<AppState>) -> impl IntoResponse {
    Problem::method_not_allowed()
}
