//! The API: one module per area, one file per operation.
//!
//! To add an operation: a file `<area>/<verb>_<resource>.rs` with its request and response, its
//! `#[utoipa::path]` (operation id, `x-permission`, an example of the body and of the answer),
//! its handler and its tests; then one line in the area's `routes`. The proofs in
//! [`crate::proofs`] call it signed out, without the permission and from a foreign facility
//! without anybody thinking of it.

mod api_keys;
mod audit;
mod catalog;
pub(crate) mod channels;
mod count_policy;
mod count_schedules;
mod count_sessions;
mod counts;
mod facilities;
mod facility_groups;
mod immutable;
mod imports;
mod ledger;
mod orders;
mod people;
mod photos;
mod pushes;
mod reasons;
pub(crate) mod refusals;
mod roles;
mod session;
mod settings;
pub(crate) mod shapes;
mod stock;
mod users;
mod variance_requests;
mod variances;
mod webhook_endpoints;
mod work;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{document, state::AppState};

pub(crate) use channels::CHANNEL_JOBS_MAX;
pub(crate) use work::STREAMS_MAX;

/// Where the API lives.
pub(crate) const BASE: &str = "/api/v1";

/// A handler's answer.
pub(crate) type ApiResult<T> = Result<T, crate::Problem>;

/// Whoever acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Actor {
    /// Id.
    pub(crate) id: Uuid,
    /// Name.
    pub(crate) name: String,
    /// What kind of principal.
    #[schema(value_type = shapes::codes::ActorKind, example = "user")]
    pub(crate) kind: String,
}

/// Every operation.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let areas = OpenApiRouter::new()
        .merge(session::routes())
        .merge(settings::routes())
        .merge(facilities::routes())
        .merge(facility_groups::routes())
        .merge(users::routes())
        .merge(roles::routes())
        .merge(api_keys::routes())
        .merge(catalog::routes())
        .merge(imports::routes())
        .merge(reasons::routes())
        .merge(stock::routes())
        .merge(orders::routes())
        .merge(work::routes())
        .merge(ledger::routes())
        .merge(audit::routes())
        .merge(variances::routes())
        .merge(variance_requests::routes())
        .merge(counts::routes())
        .merge(count_schedules::routes())
        .merge(count_policy::routes())
        .merge(count_sessions::routes())
        .merge(webhook_endpoints::routes())
        .merge(photos::routes())
        .merge(channels::routes())
        .merge(pushes::routes());
    OpenApiRouter::new().nest(BASE, areas)
}

/// The API's description (`OpenAPI` 3.1).
pub fn openapi() -> utoipa::openapi::OpenApi {
    document::finish(routes().into_openapi())
}
