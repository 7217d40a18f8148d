//! What decides about count lines by itself.

mod get_count_policy;
mod put_count_policy;
mod shape;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_count_policy::get_count_policy, put_count_policy::put_count_policy))
}
