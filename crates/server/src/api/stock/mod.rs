//! Stock: how much there is, what moved, and what other systems saw happen.

mod create_movements;
mod facts;
mod list_levels;
mod list_movements;
#[cfg(test)]
mod tests;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) use facts::recorder;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_levels::list_levels))
        .routes(routes!(list_movements::list_movements, create_movements::create_movements))
}
