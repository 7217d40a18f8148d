//! `PATCH /count-schedules/{id}`

use axum::{Json, extract::State};
use onhand_store::counts::ScheduleChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CountSchedule, ScheduleRule, authorised, example, shape::read_time};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::nullable,
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(crate) struct UpdateCountSchedule {
    /// What its counts are called, with the day.
    name: Option<String>,
    /// What it makes, and on which days.
    rule: Option<ScheduleRule>,
    /// Whether its counts are blind.
    blind: Option<bool>,
    /// At what time of the facility's day its counts begin.
    at: Option<String>,
    /// When its counts are due, in hours after their beginning; null: never.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>)]
    due_after_hours: Option<Option<u32>>,
    /// False: it rests.
    active: Option<bool>,
}

/// Changes a schedule. When it is due next follows from now on.
#[utoipa::path(
    patch,
    path = "/count-schedules/{id}",
    operation_id = "update_count_schedule",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The schedule")),
    request_body(content = UpdateCountSchedule, example = json!({"at": "07:30"})),
    responses((status = 200, description = "The schedule", body = CountSchedule,
        example = json!(example()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn update_count_schedule(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateCountSchedule>,
) -> ApiResult<Json<CountSchedule>> {
    let (before, allowed, scope) = authorised(&state, &caller, id).await?;
    let mut schedule = before.schedule.clone();
    if let Some(rule) = body.rule {
        schedule.rule = rule.into();
    }
    if let Some(at) = body.at {
        schedule.at = read_time(&at)?;
    }
    schedule.blind = body.blind.unwrap_or(schedule.blind);
    schedule.due_after_hours = body.due_after_hours.unwrap_or(schedule.due_after_hours);
    let changed = (schedule != before.schedule).then_some(schedule);
    let change = ScheduleChange { name: body.name, schedule: changed, active: body.active };
    let after = state.store.update_count_schedule(&allowed.by, &scope, id, change).await?;
    Ok(Json(after.into()))
}
