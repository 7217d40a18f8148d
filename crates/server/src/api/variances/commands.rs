//! From what a client says to what the ledger is asked: who may, by which rule, on which day.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    FacilityId, Permission, Reason,
    movement::Origin,
    plan::command::{Authority, Body, Command, Mandate, Variance},
};
use onhand_store::stock::Site;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, refusals::Asked},
    caller::Caller,
    caller::Credential,
    state::AppState,
    wire::ApiTime,
};

/// A variance that is to be posted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVariance {
    /// Made by the client: the same again is a retry.
    pub(crate) id: Uuid,
    /// Where.
    pub(crate) facility_id: Uuid,
    /// What.
    pub(crate) sku_id: Uuid,
    /// How many, signed, not 0: −1 is one fewer that can be sold.
    #[schema(example = -1, minimum = -1_000_000, maximum = 1_000_000)]
    pub(crate) quantity: i64,
    /// Why: the code of a reason.
    #[schema(example = "damaged", max_length = 40)]
    pub(crate) reason: String,
    /// What the person wants to say; some reasons need it.
    #[schema(example = "sole torn", max_length = 1000)]
    pub(crate) note: Option<String>,
    /// When it was seen; now where absent.
    pub(crate) effective_at: Option<ApiTime>,
    /// The device, as it names itself.
    #[schema(max_length = 200)]
    pub(crate) device: Option<String>,
}

/// The members of a variance that a problem may point at.
pub(super) const MEMBERS: &[&str] =
    &["id", "facility_id", "sku_id", "quantity", "reason", "note", "effective_at", "device"];

/// What a caller may do at a facility.
#[derive(Clone, Debug)]
struct Standing {
    mandate: Mandate,
    rule: String,
}

/// What the entries of one request have in common, looked up once.
pub(super) struct Grounds {
    pub(super) sites: BTreeMap<FacilityId, Site>,
    reasons: BTreeMap<String, Reason>,
    standings: BTreeMap<FacilityId, Result<Standing, Problem>>,
}

impl Grounds {
    pub(super) async fn of(caller: &Caller, variances: &[NewVariance]) -> ApiResult<Self> {
        let facilities: BTreeSet<FacilityId> =
            variances.iter().map(|v| FacilityId(v.facility_id)).collect();
        let codes = variances.iter().map(|v| v.reason.clone()).collect();
        let mut standings = BTreeMap::new();
        for facility in &facilities {
            standings.insert(*facility, standing(caller, *facility).await);
        }
        Ok(Self {
            sites: caller.directory().sites(&facilities).await?,
            reasons: caller.directory().reasons_by_code(&codes).await?,
            standings,
        })
    }

    /// The command for one variance; `asked` points at it.
    pub(super) fn command(
        &self,
        state: &AppState,
        caller: &Caller,
        variance: &NewVariance,
        asked: &Asked<'_>,
    ) -> Result<Command, Problem> {
        let facility = FacilityId(variance.facility_id);
        let at = |member: &str| format!("{}/{member}", asked.pointer);
        let unknown = || {
            let detail = "is not known, or is not yours to see";
            Problem::unknown("facility").at(at("facility_id"), detail)
        };
        let standing = match self.standings.get(&facility) {
            Some(Ok(standing)) => standing,
            Some(Err(problem)) if problem.status() != axum::http::StatusCode::NOT_FOUND => {
                return Err(problem.clone());
            }
            _ => return Err(unknown()),
        };
        let site = self.sites.get(&facility).ok_or_else(unknown)?;
        let reason = self.reasons.get(&variance.reason).ok_or_else(|| {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "unknown-reason", "There is no such reason")
                .detail("choose one of GET /reasons?selectable=true")
                .at(at("reason"), "is not the code of a reason")
        })?;
        let authority = authority(
            state,
            caller,
            site,
            standing.mandate,
            standing.rule.clone(),
            variance.device.clone(),
        );
        let body = Body::Variance(Variance {
            id: variance.id.into(),
            facility,
            sku: variance.sku_id.into(),
            quantity: variance.quantity,
            reason: reason.clone(),
            note: said(variance.note.as_deref()),
            effective_at: variance.effective_at.map(|at| at.0),
        });
        Ok(Command { authority, body })
    }
}

/// Whoever may post, posts within limits; whoever may report, reports; nobody else does either.
async fn standing(caller: &Caller, facility: FacilityId) -> Result<Standing, Problem> {
    if let Some(limits) = caller.access().limits(Permission::VariancePost, facility) {
        let authorised = caller.authorise(Permission::VariancePost, Some(facility)).await?;
        return Ok(Standing { mandate: Mandate::Post(limits), rule: authorised.by.rule });
    }
    let authorised = caller.authorise(Permission::VarianceReport, Some(facility)).await?;
    Ok(Standing { mandate: Mandate::Report, rule: authorised.by.rule })
}

/// On whose behalf a command is done at a facility, now.
pub(crate) fn authority(
    state: &AppState,
    caller: &Caller,
    site: &Site,
    mandate: Mandate,
    rule: String,
    device: Option<String>,
) -> Authority {
    Authority {
        actor: caller.id(),
        mandate,
        rule,
        day: site.day(state.store.clock().now()),
        origin: match caller.credential {
            Credential::Session(_) => Origin::Ui,
            Credential::Key(_) => Origin::Api,
        },
        device,
    }
}

/// A note of blanks is none: a form sends an empty field.
pub(crate) fn said(note: Option<&str>) -> Option<String> {
    note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned)
}
