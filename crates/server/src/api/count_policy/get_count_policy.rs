//! `GET /count-policy`

use axum::{Json, extract::State};
use onhand_domain::{GroupId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{CountPolicy, example};
use crate::{api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState};

/// Whose policy.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichPolicy {
    /// Of this facility group; the one for all where absent.
    facility_group_id: Option<Uuid>,
}

/// What decides about count lines by itself: the group's own policy, else the one for all, else
/// what was shipped.
#[utoipa::path(
    get,
    path = "/count-policy",
    operation_id = "get_count_policy",
    tag = "counts",
    params(WhichPolicy),
    responses((status = 200, description = "The policy", body = CountPolicy,
        example = json!(example(0)))),
    extensions(("x-permission" = json!("count.review"))),
)]
pub(crate) async fn get_count_policy(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<WhichPolicy>,
) -> ApiResult<Json<CountPolicy>> {
    caller.scope(Permission::CountReview).await?;
    let group = query.facility_group_id.map(GroupId);
    let policy = state.store.count_policy(group).await?;
    CountPolicy::of(&state, policy).await.map(Json)
}
