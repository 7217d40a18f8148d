//! `DELETE /api-keys/{id}`

use axum::{Json, extract::State};
use onhand_domain::{Permission, PrincipalId};
use uuid::Uuid;

use super::ApiKey;
use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Revokes a key: it opens nothing from the next request on. It stays in the list.
#[utoipa::path(
    delete,
    path = "/api-keys/{id}",
    operation_id = "revoke_api_key",
    tag = "people",
    params(("id" = Uuid, Path, description = "The key")),
    responses((status = 200, description = "The key", body = ApiKey, example = json!({
        "id": "01900000-0000-7000-8000-00000000000d", "name": "pos", "prefix": "ohk_3fK9",
        "role": "inventory_controller", "scope": {"kind": "all", "id": null, "name": null},
        "expires_at": null, "last_used_at": null, "created_at": "2026-01-15T12:00:00Z",
        "revoked_at": "2026-01-16T08:00:00Z",
    }))),
    extensions(("x-permission" = json!("api_keys.manage"))),
)]
pub(crate) async fn revoke_api_key(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<ApiKey>> {
    let authorised = caller.authorise(Permission::ApiKeysManage, None).await?;
    let key = state.store.revoke_api_key(&authorised.by, PrincipalId(id)).await?;
    Ok(Json(key.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_revoked_key_opens_nothing() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let key = state.key("auditor", Scope::All).await;
        state.as_(&key).get("/me").await.ok();
        let path = format!("/api-keys/{}", key.id);
        let revoked = state.as_(&admin).delete(&path).await.ok();
        assert_eq!(revoked["revoked_at"], "2026-01-15T12:00:00Z");
        assert_eq!(state.as_(&admin).delete(&path).await.ok(), revoked);
        state.as_(&key).get("/me").await.problem(401, "signed-out");
        let person = format!("/api-keys/{}", admin.id);
        state.as_(&admin).delete(&person).await.problem(404, "unknown-api-key");
    }
}
