//! `GET /imports`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Import;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListImports {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The imports at the caller's facilities and their own, newest first.
#[utoipa::path(
    get,
    path = "/imports",
    operation_id = "list_imports",
    tag = "imports",
    params(ListImports),
    responses((status = 200, description = "A page of imports", body = Page<Import>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000009", "kind": "catalog",
            "facility_id": "01900000-0000-7000-8000-00000000000a", "mode": "good_rows",
            "file_name": "products_export.csv", "status": "running", "rows_done": 500,
            "rows_total": 1399, "report": null, "failure": null,
            "started_at": "2026-03-01T09:30:00Z", "finished_at": null,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("catalog.import"))),
)]
pub(crate) async fn list_imports(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListImports>,
) -> ApiResult<Json<Page<Import>>> {
    let scope = caller.scope(Permission::CatalogImport).await?;
    let after: Option<(i64, Uuid)> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_imports(&scope, caller.id(), after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |row| (row.started_at, row.id), Import::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::{
        api::imports::testing::{CAP, finished, import},
        testing::TestState,
    };

    #[tokio::test]
    async fn newest_first_and_foreign_ones_hidden() {
        let state = TestState::new().await;
        let (home, other) = (state.facility("S1").await, state.facility("S2").await);
        let controller = state.user("inventory_controller", Scope::All).await;
        for facility in [home, other, home] {
            let query = format!("kind=catalog&mode=dry_run&facility_id={facility}");
            let started = import(&state, &controller, &query, CAP).await.expect(202);
            finished(&state, &controller, &started).await;
            state.clock.advance(1_000_000);
        }
        let all = state.as_(&controller).get("/imports?limit=2").await.ok();
        assert_eq!(all["items"][1]["facility_id"], other.to_string());
        let cursor = all["next_cursor"].as_str().expect("more");
        let rest = state.as_(&controller).get(&format!("/imports?cursor={cursor}")).await.ok();
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        let local = state.user("inventory_controller", Scope::Facility(home)).await;
        let own = state.as_(&local).get("/imports").await.ok();
        assert_eq!(own["items"].as_array().map(Vec::len), Some(2));
        let hidden = format!("/imports/{}", all["items"][1]["id"].as_str().expect("an id"));
        state.as_(&local).get(&hidden).await.problem(404, "unknown-import");
    }
}
