//! `GET /facilities`

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Facility;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which facilities.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListFacilities {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The facilities that the caller may see, by code.
#[utoipa::path(
    get,
    path = "/facilities",
    operation_id = "list_facilities",
    tag = "facilities",
    params(ListFacilities),
    responses((status = 200, description = "A page of facilities", body = Page<Facility>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000a", "code": "S1", "name": "Main Street",
            "time_zone": "Europe/Berlin", "opened_at": "2025-01-14T23:00:00Z", "active": true,
            "groups": [{"id": "01900000-0000-7000-8000-00000000000b", "code": "north", "name": "North"}],
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_facilities(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListFacilities>,
) -> ApiResult<Json<Page<Facility>>> {
    let scope = caller.known_facilities().await?;
    let after: Option<String> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_facilities(&scope, after.as_deref(), query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |f| f.code.clone(), Facility::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_manager_sees_their_own_store_alone() {
        let state = TestState::new().await;
        let mine = state.facility("S1").await;
        state.facility("S2").await;
        let manager = state.user("facility_manager", Scope::Facility(mine)).await;
        let body = state.as_(&manager).get("/facilities").await.ok();
        assert_eq!(body["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(body["items"][0]["code"], "S1");
    }

    #[tokio::test]
    async fn pages_follow_each_other_without_gap_or_double() {
        let state = TestState::new().await;
        for code in ["A", "B", "C"] {
            state.facility(code).await;
        }
        let admin = state.user("admin", Scope::All).await;
        let first = state.as_(&admin).get("/facilities?limit=2").await.ok();
        let cursor = first["next_cursor"].as_str().expect("more");
        let rest =
            state.as_(&admin).get(&format!("/facilities?limit=2&cursor={cursor}")).await.ok();
        assert_eq!(rest["items"][0]["code"], "C");
        assert!(rest["next_cursor"].is_null());
        state.as_(&admin).get("/facilities?limit=201").await.problem(400, "invalid-query");
        state.as_(&admin).get("/facilities?cursor=x").await.problem(400, "invalid-query");
    }
}
