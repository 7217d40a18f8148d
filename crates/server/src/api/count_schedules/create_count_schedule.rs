//! `POST /count-schedules`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{FacilityId, Permission, count::schedule::Schedule};
use onhand_store::counts::NewSchedule;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CountSchedule, ScheduleRule, example, shape::read_time};
use crate::{api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// A schedule that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCountSchedule {
    /// Made by the client.
    id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// What its counts are called, with the day.
    name: String,
    /// What it makes, and on which days.
    rule: ScheduleRule,
    /// Whether its counts are blind; true where absent.
    blind: Option<bool>,
    /// At what time of the facility's day its counts begin.
    #[schema(example = "07:30")]
    at: String,
    /// When its counts are due, in hours after their beginning.
    due_after_hours: Option<u32>,
    /// Whether it goes on; true where absent.
    active: Option<bool>,
}

/// Makes a schedule, which makes counts by itself from now on.
#[utoipa::path(
    post,
    path = "/count-schedules",
    operation_id = "create_count_schedule",
    tag = "counts",
    request_body(content = CreateCountSchedule, example = json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "name": "Monday round",
        "rule": {"kind": "weekly", "weekdays": [1], "area": "Back room"}, "at": "07:30",
        "due_after_hours": 12,
    })),
    responses((status = 201, description = "The schedule", body = CountSchedule,
        example = json!(example()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn create_count_schedule(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateCountSchedule>,
) -> ApiResult<(StatusCode, Json<CountSchedule>)> {
    let facility = FacilityId(body.facility_id);
    let authorised = caller.authorise(Permission::CountManage, Some(facility)).await?;
    let schedule = Schedule {
        rule: body.rule.into(),
        blind: body.blind.unwrap_or(true),
        at: read_time(&body.at)?,
        due_after_hours: body.due_after_hours,
    };
    let active = body.active.unwrap_or(true);
    let new = NewSchedule { id: body.id, facility, name: body.name, schedule, active };
    let made = state.store.create_count_schedule(&authorised.by, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
