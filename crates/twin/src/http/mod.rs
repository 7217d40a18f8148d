//! What the twin serves: the Admin API, the token endpoint, its own API and a page.

mod admin;
mod consent;
mod graphql;
mod levels;
mod oauth;
mod trade;
mod twin;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::journal::JournalError;
use crate::shop::Shop;
use crate::world::{Act, Outcome, Refusal};

/// Bytes of a request: 250 lines take some 60 KB.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Marks an answer that is never sent: the connection is dropped instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut;

pub(crate) type State = axum::extract::State<Arc<Shop>>;

pub(crate) fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/admin/api/{version}/graphql.json", post(graphql::serve))
        .route("/admin/oauth/access_token", post(oauth::token))
        .route("/admin/oauth/authorize", get(consent::page).post(consent::decide))
        .route("/twin/levels", get(levels::levels))
        .route("/twin/adjustments", get(levels::adjustments))
        .route("/twin/items", get(levels::items))
        .route("/twin/items/{id}", post(twin::edit_item))
        .route("/twin/locations", get(levels::locations))
        .route("/twin/locations/{id}/activate", post(twin::activate_location))
        .route("/twin/locations/{id}/deactivate", post(twin::deactivate_location))
        .route("/twin/edit", post(twin::edit))
        .route("/twin/stock", post(twin::stock))
        .route("/twin/orders", get(trade::orders).post(trade::place))
        .route("/twin/orders/{id}/{deed}", post(trade::act))
        .route("/twin/pos", post(trade::sell))
        .route("/twin/stats", get(twin::stats))
        .route("/twin/webhooks", get(twin::webhooks))
        .route("/twin/faults", get(twin::faults).post(twin::set_faults))
        .route("/twin/clock", get(twin::clock).post(twin::set_clock))
        .route("/twin/uninstall", post(twin::uninstall))
        .route("/twin/install", post(twin::install))
        .route("/twin/scopes", post(twin::scopes))
        .route("/twin/secret", post(twin::secret))
        .route("/twin/tokens/expire", post(twin::expire_tokens))
        .route("/twin/bulk/{file}", get(twin::bulk))
        .route("/", get(admin::page))
        .route("/twin/page/{file}", get(admin::file))
        .fallback(|| async { problem(404, "Not Found") })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shop)
}

/// An error of the twin's own API.
pub(crate) fn problem(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(json!({ "errors": message }))).into_response()
}

/// Why the twin's own API has no answer.
pub(crate) enum Failure {
    Refused(Refusal),
    Journal(JournalError),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => problem(refusal.status, &refusal.message),
            Self::Journal(error) => problem(500, &error.to_string()),
        }
    }
}

pub(crate) fn refuse(status: u16, message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(status, message))
}

pub(crate) type Answer = Result<axum::Json<Value>, Failure>;

/// Lets something happen, and says the number of what came of it.
pub(crate) async fn done(shop: &Shop, act: Act) -> Result<u64, Failure> {
    match shop.apply(act).await.map_err(Failure::Journal)? {
        Outcome::Id(id) => Ok(id),
        Outcome::Refused(refusal) => Err(Failure::Refused(refusal)),
        Outcome::Change(_) | Outcome::Token(_) | Outcome::Done => Ok(0),
    }
}
