//! `POST /counts/{id}/close`

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use onhand_domain::{
    FacilityId, FacilityScope, Permission,
    plan::command::{Authority, Mandate},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::examples;
use crate::{
    Problem,
    api::{
        ApiResult,
        counts::{Count, authorised, count_for},
        variances::authority,
    },
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseCount {}

/// Posts all accepted lines, or none, and ends the count in the same transaction. The same person
/// again gets the same answer.
#[utoipa::path(
    post,
    path = "/counts/{id}/close",
    operation_id = "close_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = CloseCount, example = json!({})),
    responses((status = 200, description = "The count, closed", body = Count,
        example = json!(examples::count_closed()))),
    extensions(("x-permission" = json!("count.review"))),
)]
pub(crate) async fn close_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(CloseCount {}): ApiJson<CloseCount>,
) -> ApiResult<Json<Count>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountReview, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let authority = reviewing(&state, &caller, count.facility, &allowed.by.rule).await?;
    state.store.close_count(&allowed.by, &scope, count.id, &authority).await?;
    let closed = state.store.count(&scope, count.id).await?;
    count_for(&state, &caller, closed.ok_or_else(|| Problem::unknown("count"))?).await.map(Json)
}

/// On whose behalf the ledger is written at the end of a review.
pub(super) async fn reviewing(
    state: &AppState,
    caller: &Caller,
    facility: FacilityId,
    rule: &str,
) -> ApiResult<Authority> {
    let permission = Permission::CountReview;
    let limits = caller.access().limits(permission, facility);
    let limits = limits.ok_or_else(|| Problem::not_permitted(permission))?;
    let sites = state.store.sites(&BTreeSet::from([facility])).await?;
    let site = sites.get(&facility).ok_or_else(|| Problem::unknown("facility"))?;
    let mandate = Mandate::Post(limits);
    Ok(authority(state, caller, site, mandate, rule.to_owned(), None))
}
