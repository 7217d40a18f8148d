//! Variances: somebody saw that record and shelf differ.

mod answers;
mod commands;
mod create_variance;

mod create_variances;
mod export_variances;
mod filter;
mod get_variance;
mod list_variances;
mod preview_variance;
mod reverse_variance;
mod sheet;
mod summarize_variances;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use answers::answer_posted;
pub(crate) use commands::{NewVariance, authority, said};
pub(crate) use export_variances::{ExportFormat, file_named};
pub(crate) use sheet::{Cell, csv_of, write_row};

/// Largest body of a bulk, in bytes: as many variances as it may have, each with a long note.
const BULK_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let bulk = OpenApiRouter::new()
        .routes(routes!(create_variances::create_variances))
        .layer(DefaultBodyLimit::max(BULK_BYTES_MAX));
    OpenApiRouter::new()
        .merge(bulk)
        .routes(routes!(list_variances::list_variances, create_variance::create_variance))
        .routes(routes!(get_variance::get_variance))
        .routes(routes!(preview_variance::preview_variance))
        .routes(routes!(reverse_variance::reverse_variance))
        .routes(routes!(summarize_variances::summarize_variances))
        .routes(routes!(export_variances::export_variances))
}
