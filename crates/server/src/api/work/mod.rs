//! What there is to do, and what changes while one looks.

mod get_home;
mod stream_events;
#[cfg(test)]
pub(crate) mod tests;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use stream_events::STREAMS_MAX;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_home::get_home))
        .routes(routes!(stream_events::stream_events))
}
