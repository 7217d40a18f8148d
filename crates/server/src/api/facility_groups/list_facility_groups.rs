//! `GET /facility-groups`

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::FacilityGroup;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFacilityGroups {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The groups with facilities that the caller may see, by code.
#[utoipa::path(
    get,
    path = "/facility-groups",
    operation_id = "list_facility_groups",
    tag = "facilities",
    params(ListFacilityGroups),
    responses((status = 200, description = "A page of groups", body = Page<FacilityGroup>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000b", "code": "north", "name": "North",
            "facility_ids": ["01900000-0000-7000-8000-00000000000a"],
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_facility_groups(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListFacilityGroups>,
) -> ApiResult<Json<Page<FacilityGroup>>> {
    let scope = caller.known_facilities().await?;
    let after: Option<String> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_groups(&scope, after.as_deref(), query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |g| g.group.code.clone(), FacilityGroup::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_group_shows_only_what_the_caller_sees() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let (north, south) = (state.id(), state.id());
        for (id, code) in [(north, "north"), (south, "south")] {
            let body = json!({"id": id, "code": code, "name": code});
            state.as_(&admin).post("/facility-groups", &body).await.created();
        }
        let (mine, other) = (state.facility("S1").await, state.facility("S2").await);
        for id in [mine, other] {
            let path = format!("/facilities/{id}");
            state.as_(&admin).patch(&path, &json!({"group_ids": [north]})).await.ok();
        }
        let all = state.as_(&admin).get("/facility-groups").await.ok();
        assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(all["items"][0]["facility_ids"].as_array().map(Vec::len), Some(2));
        let manager = state.user("facility_manager", Scope::Facility(mine)).await;
        let own = state.as_(&manager).get("/facility-groups").await.ok();
        assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(own["items"][0]["facility_ids"], json!([mine.0]));
    }
}
