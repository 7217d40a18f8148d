//! Counts: the work order, its lines, its review and its result.

mod cancel_count;
mod create_count;
mod examples;
mod get_count;
mod import_counts;
#[cfg(test)]
mod life_tests;
mod list_count_candidates;
mod list_count_catalog;
mod list_counters;
mod list_counts;
mod list_sku_counts;
mod open_count;
#[cfg(test)]
mod plan_tests;
mod refusals;
mod review;
mod shape;
mod update_count;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use create_count::CountFilter;
pub(crate) use shape::{Count, CountKind, CountOrigin, authorised, count_for, counts_for};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let sheets = OpenApiRouter::new()
        .routes(routes!(import_counts::import_counts))
        .layer(DefaultBodyLimit::max(import_counts::SHEET_BYTES_MAX));
    OpenApiRouter::new()
        .merge(sheets)
        .merge(review::routes())
        .routes(routes!(list_counts::list_counts, create_count::create_count))
        .routes(routes!(list_count_candidates::list_count_candidates))
        .routes(routes!(list_counters::list_counters))
        .routes(routes!(get_count::get_count, update_count::update_count))
        .routes(routes!(list_count_catalog::list_count_catalog))
        .routes(routes!(list_sku_counts::list_sku_counts))
        .routes(routes!(open_count::open_count))
        .routes(routes!(cancel_count::cancel_count))
}
