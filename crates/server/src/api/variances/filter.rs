//! Which variances: the same for the list, its sums and its export.

use onhand_domain::{FacilityId, FacilityScope, Permission};
use onhand_store::stock::MovementFilter;
use uuid::Uuid;

use crate::{Caller, api::ApiResult, wire::ApiTime};

/// What the three operations can be asked.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) facility_id: Option<Uuid>,
    pub(super) sku_id: Option<Uuid>,
    pub(super) reason: Option<String>,
    pub(super) actor_id: Option<Uuid>,
    pub(super) from: Option<ApiTime>,
    pub(super) to: Option<ApiTime>,
}

impl Chosen {
    /// The facilities: those where the caller has the permission, or the one that is named.
    pub(super) async fn scope(
        &self,
        caller: &Caller,
        permission: Permission,
    ) -> ApiResult<FacilityScope> {
        caller.scope_at(permission, self.facility_id.map(FacilityId)).await
    }

    pub(super) fn filter(&self) -> MovementFilter {
        MovementFilter {
            sku: self.sku_id.map(Into::into),
            kind: None,
            reason: self.reason.clone(),
            actor: self.actor_id.map(Into::into),
            from: self.from.map(|at| at.0),
            to: self.to.map(|at| at.0),
            variances: true,
        }
    }
}
