//! `GET /imports/{id}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use uuid::Uuid;

use super::Import;
use crate::{Problem, api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// An import: how far it is, and its report once it has ended.
#[utoipa::path(
    get,
    path = "/imports/{id}",
    operation_id = "get_import",
    tag = "imports",
    params(("id" = Uuid, Path, description = "The import")),
    responses((status = 200, description = "The import", body = Import, example = json!({
        "id": "01900000-0000-7000-8000-000000000009", "kind": "catalog",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "mode": "good_rows",
        "file_name": "products_export.csv", "status": "done", "rows_done": 1399,
        "rows_total": 1399, "report": {
            "products": {"created": 284, "updated": 0, "unchanged": 0},
            "skus": {"created": 1120, "updated": 0, "unchanged": 0, "untracked": 30},
            "opening": {"posted": 806, "units": 48960, "negative": 23},
            "differences": [], "differences_total": 0,
            "errors": [{"line": 812, "column": "Variant Price", "value": "ten",
                "problem": "is not an amount",
                "remedy": "write digits with up to four decimals after a point, as in 12.50"}],
            "errors_total": 1,
        }, "failure": null,
        "started_at": "2026-03-01T09:30:00Z", "finished_at": "2026-03-01T09:30:02Z",
    }))),
    extensions(("x-permission" = json!("catalog.import"))),
)]
pub(crate) async fn get_import(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Import>> {
    let scope = caller.scope(Permission::CatalogImport).await?;
    let import = state.store.import(&scope, caller.id(), id).await?;
    Ok(Json(import.ok_or_else(|| Problem::unknown("import"))?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn an_unknown_import_is_unknown() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let path = format!("/imports/{}", state.id());
        state.as_(&admin).get(&path).await.problem(404, "unknown-import");
        let auditor = state.user("auditor", Scope::All).await;
        state.as_(&auditor).get(&path).await.problem(403, "not-permitted");
    }
}
