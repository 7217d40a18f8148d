//! A location of a shop, with what stands behind it.

use std::collections::HashMap;

use onhand_domain::{FacilityId, FacilityScope};
use onhand_store::{channels as store, facilities};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{api::ApiResult, state::AppState, wire::ApiTime};

/// Facilities that are looked up at a time.
const FACILITIES_A_PAGE: u64 = 1_000;
/// Pages of these: more facilities than anybody has.
const FACILITY_PAGES_MAX: usize = 20;

/// A location of a shop, with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelLocation {
    /// The shop's id of it.
    #[schema(example = "gid://shopify/Location/1")]
    pub(super) location: String,
    /// What it is called there.
    #[schema(example = "Main Street")]
    name: String,
    /// Whether the shop takes changes for it.
    active: bool,
    /// When it was read.
    seen_at: ApiTime,
    /// The facilities behind it.
    facilities: Vec<LocationFacility>,
}

/// A facility behind a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LocationFacility {
    /// Which.
    facility_id: Uuid,
    /// Its code.
    #[schema(example = "S1")]
    code: String,
    /// Its name.
    #[schema(example = "Main Street")]
    name: String,
    /// Units of each SKU that it never offers there.
    safety_stock: i64,
}

/// All locations of a channel, by name.
pub(super) async fn locations(
    state: &AppState,
    channel: onhand_domain::ChannelId,
) -> ApiResult<Vec<ChannelLocation>> {
    let found = state.store.list_channel_locations(channel).await?;
    let names = facility_names(state).await?;
    let facility = |(id, safety_stock): &(FacilityId, i64)| {
        let (code, name) = names.get(id).cloned().unwrap_or_default();
        LocationFacility { facility_id: id.0, code, name, safety_stock: *safety_stock }
    };
    let location = |one: store::Location| ChannelLocation {
        facilities: one.facilities.iter().map(facility).collect(),
        location: one.shop.location,
        name: one.shop.name,
        active: one.shop.active,
        seen_at: one.seen_at.into(),
    };
    Ok(found.into_iter().map(location).collect())
}

/// Code and name of every facility: whoever sees the shops sees all of them.
async fn facility_names(state: &AppState) -> ApiResult<HashMap<FacilityId, (String, String)>> {
    let mut names = HashMap::new();
    let mut after: Option<String> = None;
    for _ in 0..FACILITY_PAGES_MAX {
        let all = FacilityScope::All;
        let page: Vec<facilities::Facility> =
            state.store.list_facilities(&all, after.as_deref(), FACILITIES_A_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.code.clone());
        names.extend(page.into_iter().map(|one| (one.id, (one.code, one.name))));
    }
    Ok(names)
}
