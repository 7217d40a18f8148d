//! Schedules: what makes counts by itself, by the calendar.

mod create_count_schedule;
mod delete_count_schedule;
mod list_count_schedules;
mod shape;
#[cfg(test)]
mod tests;
mod update_count_schedule;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

use shape::{CountSchedule, ScheduleRule, authorised, example};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_count_schedules::list_count_schedules,
            create_count_schedule::create_count_schedule
        ))
        .routes(routes!(
            update_count_schedule::update_count_schedule,
            delete_count_schedule::delete_count_schedule
        ))
}
