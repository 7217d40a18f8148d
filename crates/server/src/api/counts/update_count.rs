//! `PATCH /counts/{id}`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission, PrincipalId};
use onhand_store::counts::CountChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Count, authorised, count_for, examples};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::{ApiTime, nullable},
};

/// What changes; absent stays as it is, null takes it away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(crate) struct UpdateCount {
    /// What people call it.
    name: Option<String>,
    /// Which part of the facility.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    area: Option<Option<String>>,
    /// Planned start; only until it is open.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ApiTime>)]
    start_at: Option<Option<ApiTime>>,
    /// When it should be done.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ApiTime>)]
    due_at: Option<Option<ApiTime>>,
    /// Why it was made.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
    /// All who are to count; anybody who may where there is none.
    assignee_ids: Option<Vec<Uuid>>,
    /// Whether counters must not know what the record expects; only until it is open.
    blind: Option<bool>,
}

/// Changes the plan of a count that is not over. A draft with a planned start is scheduled.
#[utoipa::path(
    patch,
    path = "/counts/{id}",
    operation_id = "update_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = UpdateCount, example = json!({"name": "Back room"})),
    responses((status = 200, description = "The count", body = Count,
        example = json!(examples::count()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn update_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateCount>,
) -> ApiResult<Json<Count>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountManage, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let time = |at: Option<Option<ApiTime>>| at.map(|at| at.map(|at| at.0));
    let change = CountChange {
        name: body.name,
        area: body.area,
        start_at: time(body.start_at),
        due_at: time(body.due_at),
        note: body.note,
        assignees: body.assignee_ids.map(|ids| ids.into_iter().map(PrincipalId).collect()),
        blind: body.blind,
    };
    let count = state.store.update_count(&allowed.by, &scope, count.id, change).await?;
    count_for(&state, &caller, count).await.map(Json)
}
