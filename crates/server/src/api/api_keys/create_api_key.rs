//! `POST /api-keys`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{Permission, PrincipalId, Scope};
use onhand_store::people::{NewApiKey, NewGrant};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ApiKey;
use crate::{
    api::{ApiResult, people::ScopeInput},
    caller::Caller,
    extract::ApiJson,
    secret::new_api_key,
    state::AppState,
    wire::ApiTime,
};

/// A key that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApiKey {
    /// Made by the client.
    id: Uuid,
    /// What it is for.
    name: String,
    /// The role it gets.
    role: String,
    /// Where; everywhere if absent.
    scope: Option<ScopeInput>,
    /// When it ends by itself; never if absent.
    expires_at: Option<ApiTime>,
}

/// Makes a key. `secret` is in this answer alone: a retry finds the key, but can't show it again.
#[utoipa::path(
    post,
    path = "/api-keys",
    operation_id = "create_api_key",
    tag = "people",
    request_body(content = CreateApiKey, example = json!({
        "id": "01900000-0000-7000-8000-00000000000d", "name": "pos",
        "role": "inventory_controller", "scope": {"kind": "all"},
    })),
    responses((status = 201, description = "The key, with its secret", body = ApiKey,
        example = json!({
            "id": "01900000-0000-7000-8000-00000000000d", "name": "pos", "prefix": "ohk_3fK9",
            "role": "inventory_controller", "scope": {"kind": "all", "id": null, "name": null},
            "expires_at": null, "last_used_at": null, "created_at": "2026-01-15T12:00:00Z",
            "revoked_at": null, "secret": "ohk_3fK9…",
        }))),
    extensions(("x-permission" = json!("api_keys.manage"))),
)]
pub(crate) async fn create_api_key(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateApiKey>,
) -> ApiResult<(StatusCode, Json<ApiKey>)> {
    let authorised = caller.authorise(Permission::ApiKeysManage, None).await?;
    refuse_more_than_own(&state, &caller, &body.role).await?;
    let scope = body.scope.map_or(Ok(Scope::All), |scope| scope.read("/scope"))?;
    let new = NewApiKey {
        id: PrincipalId(body.id),
        name: body.name,
        grant: NewGrant { role: body.role, scope },
        expires_at: body.expires_at.map(|t| t.0),
    };
    let secret = new_api_key();
    let (key, made) = state.store.create_api_key(&authorised.by, new, &secret).await?;
    let mut answer = ApiKey::from(key);
    answer.secret = made.then_some(secret.key);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// A key that manages people would let its maker do so, too: whoever makes one must hold that
/// right themselves.
async fn refuse_more_than_own(
    state: &AppState,
    caller: &Caller,
    role: &str,
) -> Result<(), crate::Problem> {
    let Some(role) = state.store.role(role).await? else { return Ok(()) };
    for permission in role.permissions.into_iter().filter(|p| p.is_global()) {
        caller.authorise(permission, None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use onhand_domain::{Micros, Scope};
    use serde_json::json;

    use crate::testing::{TestState, bearer};

    #[tokio::test]
    async fn a_key_is_shown_once_and_opens_what_its_role_does() {
        let state = TestState::new().await;
        let store = state.facility("S1").await;
        state.facility("S2").await;
        let admin = state.user("admin", Scope::All).await;
        let body = json!({
            "id": state.id(), "name": "pos", "role": "inventory_controller",
            "scope": {"kind": "facility", "id": store.0},
        });
        let made = state.as_(&admin).post("/api-keys", &body).await.created();
        let secret = made["secret"].as_str().expect("shown").to_owned();
        assert!(
            secret.starts_with("ohk_")
                && secret.starts_with(made["prefix"].as_str().expect("text"))
        );
        let again = state.as_(&admin).post("/api-keys", &body).await.created();
        assert_eq!(again.get("secret"), None);
        let seen = state.with(bearer(&secret)).get("/facilities").await.ok();
        assert_eq!(seen["items"].as_array().map(Vec::len), Some(1));
        let wrong = format!("{secret}x");
        state.with(bearer(&wrong)).get("/facilities").await.problem(401, "signed-out");
        let list = state.as_(&admin).get("/api-keys").await;
        assert!(!list.text().contains(&secret));
        assert_eq!(list.ok()["items"][0]["last_used_at"], "2026-01-15T12:00:00Z");
    }

    #[tokio::test]
    async fn a_key_ends_when_it_says() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let mut body = json!({
            "id": state.id(), "name": "pos", "role": "auditor", "expires_at": "2026-01-15T12:00:00Z",
        });
        let problem =
            state.as_(&admin).post("/api-keys", &body).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], "/expires_at");
        body["expires_at"] = json!("2026-01-15T12:00:01Z");
        let made = state.as_(&admin).post("/api-keys", &body).await.created();
        let key = bearer(made["secret"].as_str().expect("shown"));
        state.with(key.clone()).get("/me").await.ok();
        state.clock.advance(Micros::SECOND);
        state.with(key).get("/me").await.problem(401, "signed-out");
    }
}
