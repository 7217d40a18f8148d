//! `GET /api-keys`

use axum::{Json, extract::State};
use onhand_domain::{Micros, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::ApiKey;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListApiKeys {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The keys, newest first, also the revoked ones.
#[utoipa::path(
    get,
    path = "/api-keys",
    operation_id = "list_api_keys",
    tag = "people",
    params(ListApiKeys),
    responses((status = 200, description = "A page of keys", body = Page<ApiKey>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000d", "name": "pos", "prefix": "ohk_3fK9",
            "role": "inventory_controller", "scope": {"kind": "all", "id": null, "name": null},
            "expires_at": null, "last_used_at": null, "created_at": "2026-01-15T12:00:00Z",
            "revoked_at": null,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("api_keys.manage"))),
)]
pub(crate) async fn list_api_keys(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListApiKeys>,
) -> ApiResult<Json<Page<ApiKey>>> {
    caller.authorise(Permission::ApiKeysManage, None).await?;
    let after: Option<(Micros, Uuid)> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_api_keys(after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |k| (k.created_at, k.id.0), ApiKey::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn the_newest_stands_first_and_pages_follow() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let (first, second) =
            (state.key("auditor", Scope::All).await, state.key("auditor", Scope::All).await);
        let page = state.as_(&admin).get("/api-keys?limit=1").await.ok();
        assert_eq!(page["items"][0]["id"], second.id.to_string());
        let cursor = page["next_cursor"].as_str().expect("more");
        let rest = state.as_(&admin).get(&format!("/api-keys?cursor={cursor}")).await.ok();
        assert_eq!(rest["items"][0]["id"], first.id.to_string());
    }
}
