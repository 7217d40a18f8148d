//! `GET /count-schedules`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{CountSchedule, example};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which schedules.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCountSchedules {
    /// At this facility; everywhere that the caller may plan counts where absent.
    facility_id: Option<Uuid>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Schedules, in the order of their ids.
#[utoipa::path(
    get,
    path = "/count-schedules",
    operation_id = "list_count_schedules",
    tag = "counts",
    params(ListCountSchedules),
    responses((status = 200, description = "A page of schedules", body = Page<CountSchedule>,
        example = json!({"items": [example()], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn list_count_schedules(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListCountSchedules>,
) -> ApiResult<Json<Page<CountSchedule>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::CountManage, facility).await?;
    let after: Option<Uuid> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_count_schedules(&scope, after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |it| it.id, CountSchedule::from)))
}
