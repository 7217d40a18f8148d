//! `GET /home`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, FacilityScope, Permission, request::RequestStatus};
use onhand_store::stock::{self, MovementFilter, RequestFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Problem,
    api::{
        ApiResult,
        shapes::{Level, Movement, SkuRef, VarianceRequest, movements_seen, requests_for},
    },
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// Requests that are shown.
const REQUESTS_MAX: u64 = 5;
/// Negative records that are shown.
const NEGATIVE_MAX: u64 = 10;
/// Movements that are shown.
const RECENT_MAX: u64 = 10;

/// Whose home.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetHome {
    /// The facility.
    facility_id: Uuid,
}

/// What there is to do at a facility, and what happened there today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Home {
    /// Requests that wait for a decision.
    requests_pending: u64,
    /// The newest of them, at most 5.
    requests: Vec<VarianceRequest>,
    /// SKUs of which some state has fewer than no units.
    negative_count: u64,
    /// The worst of them, at most 10.
    negative: Vec<NegativeRecord>,
    /// What happened since midnight there.
    today: Today,
    /// The latest movements, at most 10.
    recent: Vec<Movement>,
}

/// A record that proves itself wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NegativeRecord {
    /// What.
    sku: SkuRef,
    /// How many the record says.
    level: Level,
}

/// What happened at a facility since its midnight. What was undone counts back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Today {
    /// The midnight.
    since: ApiTime,
    /// Variances, less those that were undone.
    variances: i64,
    /// Good units that became fewer by them.
    units_lost: i64,
    /// Good units that became more.
    units_gained: i64,
    /// What the lost ones were worth.
    value_lost: ApiMoney,
    /// What the gained ones are worth.
    value_gained: ApiMoney,
    /// Units sold.
    sold: i64,
    /// Units received from suppliers.
    received: i64,
    /// Units that customers brought back.
    returned: i64,
    /// Units that came from other facilities.
    transferred_in: i64,
    /// Units sent to other facilities.
    transferred_out: i64,
}

impl From<stock::Today> for Today {
    fn from(today: stock::Today) -> Self {
        Self {
            since: today.since.into(),
            variances: today.variances,
            units_lost: today.units_lost,
            units_gained: today.units_gained,
            value_lost: today.value_lost.into(),
            value_gained: today.value_gained.into(),
            sold: today.sold,
            received: today.received,
            returned: today.returned,
            transferred_in: today.transferred_in,
            transferred_out: today.transferred_out,
        }
    }
}

/// What there is to do at a facility, and what happened there today.
#[utoipa::path(
    get,
    path = "/home",
    operation_id = "get_home",
    tag = "work",
    params(GetHome),
    responses((status = 200, description = "The facility's day", body = Home,
        example = json!({
            "requests_pending": 0, "requests": [], "negative_count": 0, "negative": [],
            "today": {"since": "2026-02-28T23:00:00Z", "variances": 2, "units_lost": 3,
                "units_gained": 1, "value_lost": "59.70", "value_gained": "19.90", "sold": 41,
                "received": 120, "returned": 2, "transferred_in": 0, "transferred_out": 6},
            "recent": [],
        }))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_home(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<GetHome>,
) -> ApiResult<Json<Home>> {
    let facility = FacilityId(query.facility_id);
    caller.authorise(Permission::StockView, Some(facility)).await?;
    let sites = state.store.sites(&[facility].into()).await?;
    let site = sites.get(&facility).ok_or_else(|| Problem::unknown("facility"))?;
    let here = FacilityScope::Only([facility].into());
    let pending = RequestFilter { status: Some(RequestStatus::Pending), sku: None };
    let requests = state.store.list_requests(&here, &pending, None, REQUESTS_MAX).await?;
    let (negative_count, negative) = state.store.negative_levels(facility, NEGATIVE_MAX).await?;
    let all = MovementFilter::default();
    let recent = state.store.list_movements(&here, &all, None, RECENT_MAX).await?;
    Ok(Json(Home {
        requests_pending: state.store.pending_requests(facility).await?,
        requests: requests_for(&state, &caller, requests).await?,
        negative_count,
        negative: negative
            .into_iter()
            .map(|(label, level)| NegativeRecord { sku: label.sku.into(), level: level.into() })
            .collect(),
        today: state.store.today(site).await?.into(),
        recent: movements_seen(&state, caller.access(), recent).await?,
    }))
}
