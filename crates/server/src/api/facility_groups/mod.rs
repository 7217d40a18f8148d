//! Regions and districts.

mod create_facility_group;
mod list_facility_groups;
mod update_facility_group;

use onhand_store::groups as store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_facility_groups::list_facility_groups,
            create_facility_group::create_facility_group
        ))
        .routes(routes!(update_facility_group::update_facility_group))
}

/// A region or district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FacilityGroup {
    /// Id.
    id: Uuid,
    /// Short code, unique.
    #[schema(example = "north")]
    code: String,
    /// Name.
    #[schema(example = "North")]
    name: String,
    /// Those of its facilities that the caller may see.
    facility_ids: Vec<Uuid>,
}

impl From<store::GroupWithMembers> for FacilityGroup {
    fn from(group: store::GroupWithMembers) -> Self {
        Self {
            id: group.group.id,
            code: group.group.code,
            name: group.group.name,
            facility_ids: group.facilities.into_iter().map(|f| f.0).collect(),
        }
    }
}
