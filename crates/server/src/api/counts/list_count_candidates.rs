//! `GET /counts/candidates`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission, count::CountFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::create_count::check_filter;
use crate::{
    Problem,
    api::{ApiResult, shapes::SkuRef},
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::ApiMoney,
};

/// Which SKUs that the facility has or had; all of it must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCountCandidates {
    /// Where.
    facility_id: Uuid,
    /// Of products of this category.
    category: Option<String>,
    /// Of this vendor.
    vendor: Option<String>,
    /// The record is below zero, on hand or available.
    #[serde(default)]
    #[param(required = false)]
    negative: bool,
    /// The record has no unit on hand.
    #[serde(default)]
    #[param(required = false)]
    on_hand_zero: bool,
    /// Not counted for so many days, or never.
    not_counted_days: Option<u32>,
    /// Units on hand worth at least so much.
    value_min: Option<ApiMoney>,
    /// Words of the product or SKU, or the start of them.
    q: Option<String>,
    /// At most so many: those that were not counted for the longest time.
    #[param(minimum = 1, maximum = 20_000)]
    limit: Option<u32>,
}

/// What a filter would choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountCandidates {
    /// How many SKUs; 20,001 means that there are more than a count may have.
    #[schema(example = 128)]
    total: u64,
    /// The first 50 of them.
    items: Vec<SkuRef>,
}

/// What a filter would choose for a count now.
#[utoipa::path(
    get,
    path = "/counts/candidates",
    operation_id = "list_count_candidates",
    tag = "counts",
    params(ListCountCandidates),
    responses((status = 200, description = "How many, and the first of them",
        body = CountCandidates, example = json!({"total": 0, "items": []}))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn list_count_candidates(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListCountCandidates>,
) -> ApiResult<Json<CountCandidates>> {
    let facility = FacilityId(query.facility_id);
    caller.authorise(Permission::CountManage, Some(facility)).await?;
    if state.store.facility(facility).await?.is_none() {
        return Err(Problem::unknown("facility"));
    }
    let filter = CountFilter {
        category: query.category,
        vendor: query.vendor,
        negative: query.negative,
        on_hand_zero: query.on_hand_zero,
        not_counted_days: query.not_counted_days,
        value_min: query.value_min.map(|value| value.0),
        q: query.q,
        limit: query.limit,
    };
    check_filter(&caller, facility, &filter, "?")?;
    let (total, skus) = state.store.count_candidates(facility, &filter).await?;
    Ok(Json(CountCandidates { total, items: skus.into_iter().map(SkuRef::from).collect() }))
}
