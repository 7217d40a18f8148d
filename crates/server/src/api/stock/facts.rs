//! Who may record what other systems saw happen, and where.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use onhand_domain::{
    FacilityId, Limits, Permission,
    plan::command::{Authority, Mandate},
};
use onhand_store::stock::Site;

use crate::{
    Problem,
    api::{ApiResult, variances::authority},
    caller::Caller,
    state::AppState,
};

/// The facilities of one request with what the caller may record there, looked up once.
pub(crate) struct Recorder {
    sites: BTreeMap<FacilityId, Site>,
    rules: BTreeMap<FacilityId, Result<String, Problem>>,
}

/// Looks up the facilities and asks for `movement.record` at each.
pub(crate) async fn recorder(
    state: &AppState,
    caller: &Caller,
    facilities: &BTreeSet<FacilityId>,
) -> ApiResult<Recorder> {
    let mut rules = BTreeMap::new();
    for facility in facilities {
        let authorised = caller.authorise(Permission::MovementRecord, Some(*facility)).await;
        rules.insert(*facility, authorised.map(|authorised| authorised.by.rule));
    }
    Ok(Recorder { sites: state.store.sites(facilities).await?, rules })
}

impl Recorder {
    /// What people call a facility.
    pub(crate) fn name(&self, facility: FacilityId) -> Option<&str> {
        self.sites.get(&facility).map(|site| site.name.as_str())
    }

    /// On whose behalf something is recorded at a facility; `pointer` leads to where the request
    /// names it.
    pub(crate) fn authority(
        &self,
        state: &AppState,
        caller: &Caller,
        facility: FacilityId,
        pointer: &str,
    ) -> Result<Authority, Problem> {
        let unknown =
            || Problem::unknown("facility").at(pointer, "is not known, or is not yours to see");
        let rule = match self.rules.get(&facility) {
            Some(Ok(rule)) => rule.clone(),
            Some(Err(problem)) if problem.status() != StatusCode::NOT_FOUND => {
                return Err(problem.clone());
            }
            _ => return Err(unknown()),
        };
        let site = self.sites.get(&facility).ok_or_else(unknown)?;
        // Facts happened: no limit keeps them out.
        let mandate = Mandate::Post(Limits::NONE);
        Ok(authority(state, caller, site, mandate, rule, None))
    }
}
