//! Sessions of counts: beginning one, sending what was scanned, and being done.

mod add_scans;
mod create_count_session;
mod discard_count_session;
mod examples;
mod get_count_session;
mod list_count_sessions;
mod list_session_codes;
mod list_session_lines;
mod match_code;
mod refusals;
mod reopen_count_session;
mod shape;
mod submit_count_session;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// Bytes of a sending of scans: 1,000 with codes as long as they may be.
const SCANS_BYTES_MAX: usize = 2 * 1024 * 1024;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let scans = OpenApiRouter::new()
        .routes(routes!(add_scans::add_scans))
        .layer(DefaultBodyLimit::max(SCANS_BYTES_MAX));
    OpenApiRouter::new()
        .merge(scans)
        .routes(routes!(
            create_count_session::create_count_session,
            list_count_sessions::list_count_sessions
        ))
        .routes(routes!(get_count_session::get_count_session))
        .routes(routes!(list_session_lines::list_session_lines))
        .routes(routes!(list_session_codes::list_session_codes, match_code::match_code))
        .routes(routes!(submit_count_session::submit_count_session))
        .routes(routes!(reopen_count_session::reopen_count_session))
        .routes(routes!(discard_count_session::discard_count_session))
}
