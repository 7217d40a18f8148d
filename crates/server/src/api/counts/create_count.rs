//! `POST /counts`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{
    CountId, FacilityId, Permission, PrincipalId, SkuId,
    count::{CountFilter as Filter, CountOrigin, LINES_MAX},
};
use onhand_store::counts::{NewCount, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Count, CountKind, count_for, examples};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::ApiJson,
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// A count that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCount {
    /// Made by the client.
    id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// What people call it.
    name: String,
    /// What it covers.
    kind: CountKind,
    /// Whether counters must not know what the record expects; true where absent.
    blind: Option<bool>,
    /// Which part of the facility, in the words used there.
    area: Option<String>,
    /// The SKUs, in the order in which they are to be counted; of a spot count exactly one.
    sku_ids: Option<Vec<Uuid>>,
    /// Chooses the SKUs of a directed count now.
    filter: Option<CountFilter>,
    /// Planned start: it opens by itself then.
    start_at: Option<ApiTime>,
    /// When it should be done.
    due_at: Option<ApiTime>,
    /// Why it is made.
    note: Option<String>,
    /// Who is to count; anybody who may where absent.
    assignee_ids: Option<Vec<Uuid>>,
}

/// Which SKUs that a facility has or had are to be counted. All of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountFilter {
    /// Of products of this category.
    category: Option<String>,
    /// Of this vendor.
    vendor: Option<String>,
    /// The record is below zero, on hand or available.
    #[serde(default)]
    negative: bool,
    /// The record has no unit on hand.
    #[serde(default)]
    on_hand_zero: bool,
    /// Not counted for so many days, or never.
    not_counted_days: Option<u32>,
    /// Units on hand worth at least so much, at cost or else at their price.
    value_min: Option<ApiMoney>,
    /// Words of the product or SKU, or the start of them.
    q: Option<String>,
    /// At most so many: those that were not counted for the longest time.
    #[schema(minimum = 1, maximum = 20_000)]
    limit: Option<u32>,
}

impl From<CountFilter> for Filter {
    fn from(filter: CountFilter) -> Self {
        Self {
            category: filter.category,
            vendor: filter.vendor,
            negative: filter.negative,
            on_hand_zero: filter.on_hand_zero,
            not_counted_days: filter.not_counted_days,
            value_min: filter.value_min.map(|value| value.0),
            q: filter.q,
            limit: filter.limit,
        }
    }
}

impl From<Filter> for CountFilter {
    fn from(filter: Filter) -> Self {
        Self {
            category: filter.category,
            vendor: filter.vendor,
            negative: filter.negative,
            on_hand_zero: filter.on_hand_zero,
            not_counted_days: filter.not_counted_days,
            value_min: filter.value_min.map(ApiMoney),
            q: filter.q,
            limit: filter.limit,
        }
    }
}

/// Whether the caller may choose by a filter: who counts blind must not find out by one what the
/// record has.
pub(super) fn check_filter(
    caller: &Caller,
    facility: FacilityId,
    filter: &Filter,
    pointer: &str,
) -> ApiResult<()> {
    if filter.limit == Some(0) || filter.limit.is_some_and(|limit| limit as usize > LINES_MAX) {
        return Err(Problem::invalid(format!("{pointer}limit"), format!("1 to {LINES_MAX}")));
    }
    if filter.tells_of_stock() && caller.access().counts_blind(Permission::StockView, facility) {
        return Err(Problem::counting_blind());
    }
    Ok(())
}

/// Makes a count: a draft, or scheduled where it has a planned start.
#[utoipa::path(
    post,
    path = "/counts",
    operation_id = "create_count",
    tag = "counts",
    request_body(content = CreateCount, example = json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "name": "Back room",
        "kind": "area", "area": "Back room", "due_at": "2026-03-01T18:00:00Z",
    })),
    responses((status = 201, description = "The count", body = Count,
        example = json!(examples::count_that_is("draft")))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn create_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateCount>,
) -> ApiResult<(StatusCode, Json<Count>)> {
    let facility = FacilityId(body.facility_id);
    let authorised = caller.authorise(Permission::CountManage, Some(facility)).await?;
    let wanted = match (body.sku_ids, body.filter) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("/filter", "name the SKUs, or a filter, not both"));
        }
        (Some(ids), None) => Wanted::Listed(ids.into_iter().map(SkuId).collect()),
        (None, Some(filter)) => {
            let filter = Filter::from(filter);
            check_filter(&caller, facility, &filter, "/filter/")?;
            Wanted::Chosen(filter)
        }
        (None, None) => Wanted::Everything,
    };
    let new = NewCount {
        id: CountId(body.id),
        facility,
        name: body.name,
        kind: body.kind.into(),
        blind: body.blind.unwrap_or(true),
        area: body.area,
        wanted,
        start_at: body.start_at.map(|at| at.0),
        due_at: body.due_at.map(|at| at.0),
        note: body.note,
        assignees: body.assignee_ids.into_iter().flatten().map(PrincipalId).collect(),
        origin: CountOrigin::Hand,
        schedule: None,
    };
    let count = state.store.create_count(&authorised.by, new).await?;
    Ok((StatusCode::CREATED, Json(count_for(&state, &caller, count).await?)))
}
