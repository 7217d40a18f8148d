//! Counts: the work order, its lines, its review and its result.

mod cancel_count;
mod create_count;
mod examples;
mod get_count;
#[cfg(test)]
mod life_tests;
mod list_counts;
mod open_count;
mod refusals;
mod review;
mod shape;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use shape::{Count, CountKind, CountOrigin, authorised, count_for, counts_for};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(review::routes())
        .routes(routes!(list_counts::list_counts, create_count::create_count))
        .routes(routes!(get_count::get_count))
        .routes(routes!(open_count::open_count))
        .routes(routes!(cancel_count::cancel_count))
}
