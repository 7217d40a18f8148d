//! `PUT /count-policy`

use axum::{Json, extract::State};
use onhand_domain::{GroupId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{CountPolicy, Policy, example, policy};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiQuery},
    state::AppState,
};

/// Whose policy.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PutWhichPolicy {
    /// Of this facility group; the one for all where absent.
    facility_group_id: Option<Uuid>,
    /// The version that was read: of two who change it at once, one is told.
    version: Option<i64>,
}

/// Writes the next version of a policy. Lines that are decided stay decided; the same content
/// again is a retry.
#[utoipa::path(
    put,
    path = "/count-policy",
    operation_id = "put_count_policy",
    tag = "counts",
    params(PutWhichPolicy),
    request_body(content = Policy, example = json!(policy())),
    responses((status = 200, description = "The policy", body = CountPolicy,
        example = json!(example(1)))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn put_count_policy(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<PutWhichPolicy>,
    ApiJson(body): ApiJson<Policy>,
) -> ApiResult<Json<CountPolicy>> {
    let allowed = caller.authorise(Permission::SettingsManage, None).await?;
    let group = query.facility_group_id.map(GroupId);
    let put = state.store.put_count_policy(&allowed.by, group, query.version, body.into()).await?;
    CountPolicy::of(&state, put).await.map(Json)
}
