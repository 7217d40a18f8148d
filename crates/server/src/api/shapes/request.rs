//! A variance that waits, with the facts to decide by.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    Access, FacilityId, Money, Permission, plan::beyond, request, request::RequestStatus as Status,
};
use onhand_store::stock::{RequestDetail, Shortfall, Site};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, OrderAtRisk, Quantities, SkuRef, named_orders};
use crate::{
    api::ApiResult,
    caller::Caller,
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// Why a variance was not posted at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Because {
    /// Whoever reported it may report, but not post.
    NoPermission,
    /// More units than their limit.
    Units,
    /// More value than their limit.
    Value,
    /// More value that day than their limit.
    DayValue,
}

impl From<request::Because> for Because {
    fn from(because: request::Because) -> Self {
        match because {
            request::Because::NoPermission => Self::NoPermission,
            request::Because::Units => Self::Units,
            request::Because::Value => Self::Value,
            request::Because::DayValue => Self::DayValue,
        }
    }
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestStatus {
    /// Waits for a decision.
    Pending,
    /// Posted; the movement has the request's id.
    Approved,
    /// Not posted.
    Declined,
}

impl From<Status> for RequestStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Approved => Self::Approved,
            Status::Declined => Self::Declined,
        }
    }
}

impl From<RequestStatus> for Status {
    fn from(status: RequestStatus) -> Self {
        match status {
            RequestStatus::Pending => Self::Pending,
            RequestStatus::Approved => Self::Approved,
            RequestStatus::Declined => Self::Declined,
        }
    }
}

/// Why the caller may not approve a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
// Lines of counts have reasons of their own; two of one name in the description hide each other.
#[schema(as = RequestMayNot)]
pub(crate) enum MayNot {
    /// They reported it themselves.
    OwnRequest,
    /// No role of theirs has `variance.approve` there.
    NoPermission,
    /// It is beyond their limits.
    AboveLimit,
}

/// A variance as it was reported, with the facts to decide by and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct VarianceRequest {
    /// The variance's id.
    pub(crate) id: Uuid,
    /// Where.
    pub(crate) facility_id: Uuid,
    /// What.
    pub(crate) sku: SkuRef,
    /// How many, signed.
    #[schema(example = -1)]
    pub(crate) quantity: i64,
    /// Why.
    #[schema(example = "damaged")]
    pub(crate) reason: String,
    /// What people read for it.
    #[schema(example = "Damaged")]
    pub(crate) reason_label: String,
    /// What the reporter wrote.
    pub(crate) note: Option<String>,
    /// When it was seen: the movement gets this time.
    pub(crate) effective_at: ApiTime,
    /// Who saw it.
    pub(crate) reported_by: Actor,
    /// When they said so.
    pub(crate) reported_at: ApiTime,
    /// The device, as it names itself.
    pub(crate) device: Option<String>,
    /// Why it was not posted at once.
    pub(crate) because: Vec<Because>,
    /// How it stands.
    pub(crate) status: RequestStatus,
    /// What it is worth; null where neither cost nor price is known.
    pub(crate) value: Option<ApiMoney>,
    /// The level as of now.
    pub(crate) level: Quantities,
    /// What approval would make of it; as `level` once it is decided.
    pub(crate) level_after: Quantities,
    /// Orders that could not be filled any more after approval; none once it is decided.
    pub(crate) orders_at_risk: Vec<OrderAtRisk>,
    /// Whether the caller may approve it now.
    pub(crate) may_decide: bool,
    /// Why not; null where they may, and once it is decided.
    pub(crate) may_not_because: Option<MayNot>,
    /// Who decided.
    pub(crate) decided_by: Option<Actor>,
    /// When.
    pub(crate) decided_at: Option<ApiTime>,
    /// What they wrote.
    pub(crate) decision_note: Option<String>,
}

/// What a caller has left of the days at the facilities in question.
struct Days {
    sites: BTreeMap<FacilityId, Site>,
    used: BTreeMap<String, Money>,
    now: onhand_domain::Micros,
}

impl Days {
    async fn of(state: &AppState, caller: &Caller, details: &[RequestDetail]) -> ApiResult<Self> {
        let now = state.store.clock().now();
        let facilities: BTreeSet<FacilityId> = details.iter().map(|d| d.request.facility).collect();
        let sites = state.store.sites(&facilities).await?;
        let days = sites.values().map(|site| site.day(now)).collect();
        let used = state.store.used_on(caller.id(), &days).await?;
        Ok(Self { sites, used, now })
    }

    fn used(&self, facility: FacilityId) -> Money {
        let day = self.sites.get(&facility).map(|site| site.day(self.now));
        day.and_then(|day| self.used.get(&day)).copied().unwrap_or_default()
    }
}

/// Requests as this caller sees them, in the same order.
pub(crate) async fn requests_for(
    state: &AppState,
    caller: &Caller,
    details: Vec<RequestDetail>,
) -> ApiResult<Vec<VarianceRequest>> {
    let days = Days::of(state, caller, &details).await?;
    let shortfall = |d: &RequestDetail| {
        let pending = d.request.status == Status::Pending;
        let available = if pending { d.level_after.available } else { 0 };
        Shortfall::at(d.request.facility, d.request.sku, available)
    };
    let shortfalls: Vec<Shortfall> = details.iter().map(shortfall).collect();
    let scope = caller.access().sighted_scope(Permission::StockView);
    let at_risk = state.store.orders_at_risk(&scope, &shortfalls).await?;
    let at_risk = named_orders(state, at_risk).await?;
    let seen = |(detail, at_risk): (RequestDetail, Vec<_>)| {
        let may_not = may_not(caller.access(), &detail, days.used(detail.request.facility));
        request_of(detail, at_risk, may_not)
    };
    Ok(details.into_iter().zip(at_risk).map(seen).collect())
}

/// As the ledger will decide, as far as it lies in the caller.
fn may_not(access: &Access, detail: &RequestDetail, used: Money) -> Option<MayNot> {
    let request = &detail.request;
    if request.status != Status::Pending {
        return None;
    }
    let Some(limits) = access.limits(Permission::VarianceApprove, request.facility) else {
        return Some(MayNot::NoPermission);
    };
    if request.reported_by == access.principal {
        return Some(MayNot::OwnRequest);
    }
    let value = onhand_domain::plan::value_of(&detail.sku.worth, request.quantity);
    let within = beyond(limits, request.quantity, value, used).is_empty();
    (!within).then_some(MayNot::AboveLimit)
}

fn request_of(
    detail: RequestDetail,
    orders_at_risk: Vec<OrderAtRisk>,
    may_not_because: Option<MayNot>,
) -> VarianceRequest {
    let request = detail.request;
    VarianceRequest {
        id: request.id.0,
        facility_id: request.facility.0,
        sku: detail.sku.sku.into(),
        quantity: request.quantity,
        reason: request.reason,
        reason_label: detail.reason_label,
        note: request.note,
        effective_at: request.effective_at.into(),
        reported_by: detail.reported_by.into(),
        reported_at: request.reported_at.into(),
        device: request.device,
        because: request.because.into_iter().map(Into::into).collect(),
        status: request.status.into(),
        value: request.value.map(ApiMoney),
        level: detail.level.into(),
        level_after: detail.level_after.into(),
        orders_at_risk,
        may_decide: request.status == Status::Pending && may_not_because.is_none(),
        may_not_because,
        decided_by: detail.decided_by.map(Into::into),
        decided_at: request.decided_at.map(ApiTime),
        decision_note: request.decision_note,
    }
}
