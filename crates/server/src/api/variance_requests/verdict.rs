//! What approving and declining have in common: who may decide, and on what.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onhand_domain::{
    MovementId, Permission,
    plan::{
        command::{Authority, Body, Command, Mandate, Verdict},
        outcome::Outcome,
    },
};
use onhand_store::stock::Site;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::Asked,
        variances::{authority, said},
    },
    caller::Caller,
    state::AppState,
};

/// A decision on a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVerdict {
    /// What the person wants to say.
    #[schema(max_length = 1000)]
    pub(super) note: Option<String>,
}

/// A decision that may be taken to the ledger.
pub(super) struct Case {
    authority: Authority,
    verdict: Verdict,
    site: Site,
}

impl Case {
    /// The request, if the caller may decide on it. One at a facility that they may not see is as
    /// unknown as one that does not exist.
    pub(super) async fn open(
        state: &AppState,
        caller: &Caller,
        id: Uuid,
        note: Option<&str>,
    ) -> ApiResult<Self> {
        let permission = Permission::VarianceApprove;
        let unknown = || Problem::unknown("variance request");
        let Some(request) = state.store.request(MovementId(id)).await? else {
            // Whoever may not decide anywhere is told so, and not which ids there are.
            caller.scope(permission).await?;
            return Err(unknown());
        };
        let authorised = caller.authorise(permission, Some(request.facility)).await;
        let authorised = authorised.map_err(|problem| match problem.status() {
            StatusCode::NOT_FOUND => unknown(),
            _ => problem,
        })?;
        let limits = caller.access().limits(permission, request.facility);
        let limits = limits.ok_or_else(|| Problem::not_permitted(permission))?;
        let mut sites = state.store.sites(&BTreeSet::from([request.facility])).await?;
        let site = sites.remove(&request.facility).ok_or_else(unknown)?;
        let reason = state.store.reason(&request.reason).await?.ok_or_else(|| {
            tracing::error!(request = %id, reason = %request.reason, "request without its reason");
            Problem::internal()
        })?;
        let rule = authorised.by.rule;
        let authority = authority(state, caller, &site, Mandate::Post(limits), rule, None);
        let verdict = Verdict { request: request.id, reason, note: said(note) };
        Ok(Self { authority, verdict, site })
    }

    /// Takes the decision to the ledger.
    pub(super) async fn decide(
        self,
        state: &AppState,
        body: impl FnOnce(Verdict) -> Body,
    ) -> ApiResult<(Outcome, Site)> {
        let command = Command { authority: self.authority, body: body(self.verdict) };
        let outcome = state.store.post(vec![command]).await?.pop().ok_or_else(Problem::internal)?;
        Ok((outcome, self.site))
    }
}

/// What a problem of a decision may point at.
pub(super) fn asked(site: &Site) -> Asked<'_> {
    Asked { pointer: "", members: &["note"], facility: Some(&site.name) }
}
