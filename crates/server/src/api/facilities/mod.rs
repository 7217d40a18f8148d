//! Stores and warehouses.

mod create_facility;
mod list_facilities;
mod update_facility;

use onhand_store::facilities as store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{state::AppState, wire::ApiTime};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_facilities::list_facilities, create_facility::create_facility))
        .routes(routes!(update_facility::update_facility))
}

/// A store or warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Facility {
    /// Id.
    pub(crate) id: Uuid,
    /// Short code, unique.
    #[schema(example = "S1")]
    pub(crate) code: String,
    /// Name.
    #[schema(example = "Main Street")]
    pub(crate) name: String,
    /// IANA time zone: its days begin there.
    #[schema(example = "Europe/Berlin")]
    pub(crate) time_zone: String,
    /// Nothing happened here before.
    pub(crate) opened_at: ApiTime,
    /// Whether it takes part.
    pub(crate) active: bool,
    /// The groups it belongs to.
    pub(crate) groups: Vec<GroupRef>,
}

/// A group as a facility names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct GroupRef {
    /// Id.
    pub(crate) id: Uuid,
    /// Short code, unique.
    #[schema(example = "north")]
    pub(crate) code: String,
    /// Name.
    #[schema(example = "North")]
    pub(crate) name: String,
}

impl From<store::Facility> for Facility {
    fn from(facility: store::Facility) -> Self {
        let group = |g: store::Group| GroupRef { id: g.id, code: g.code, name: g.name };
        Self {
            id: facility.id.0,
            code: facility.code,
            name: facility.name,
            time_zone: facility.time_zone,
            opened_at: facility.opened_at.into(),
            active: facility.active,
            groups: facility.groups.into_iter().map(group).collect(),
        }
    }
}
