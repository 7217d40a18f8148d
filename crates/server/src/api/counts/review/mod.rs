//! Lines, decisions, closing, undo and result of a count.

mod close_count;
mod count_line;
mod decide_count_lines;
mod examples;
mod export_count;
mod filter;
mod get_count_line;
mod get_count_result;
mod get_count_summary;
mod list_count_lines;
mod mark_none_found;
mod refusals;
mod submit_count;
mod undo_count;
mod viewer;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(super) use get_count_line::SkuCount;

/// Largest body that names lines, in bytes: 20,000 ids, or 1,000 decisions with long reasons.
const LINES_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let large = OpenApiRouter::new()
        .routes(routes!(mark_none_found::mark_none_found))
        .routes(routes!(decide_count_lines::decide_count_lines))
        .routes(routes!(undo_count::undo_count))
        .layer(DefaultBodyLimit::max(LINES_BYTES_MAX));
    OpenApiRouter::new()
        .merge(large)
        .routes(routes!(list_count_lines::list_count_lines))
        .routes(routes!(get_count_summary::get_count_summary))
        .routes(routes!(get_count_line::get_count_line))
        .routes(routes!(get_count_result::get_count_result))
        .routes(routes!(export_count::export_count))
        .routes(routes!(submit_count::submit_count))
        .routes(routes!(close_count::close_count))
}
