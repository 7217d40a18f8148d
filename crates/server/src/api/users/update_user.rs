//! `PATCH /users/{id}`

use axum::{Json, extract::State};
use onhand_domain::{Permission, PrincipalId};
use onhand_store::people::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{User, hash_chosen};
use crate::{
    api::{
        ApiResult,
        people::{GrantInput, read_grants},
    },
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// What changes; absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUser {
    /// Name.
    name: Option<String>,
    /// The address to sign in with.
    email: Option<String>,
    /// A new password: signs them out everywhere.
    password: Option<String>,
    /// False locks them out at once.
    active: Option<bool>,
    /// All that they hold.
    grants: Option<Vec<GrantInput>>,
}

/// Changes a person. Their rights hold from their next request on; nobody changes their own.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    operation_id = "update_user",
    tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    request_body(content = UpdateUser, example = json!({"active": false})),
    responses((status = 200, description = "The person", body = User, example = json!({
        "id": "01900000-0000-7000-8000-00000000000c", "email": "ann@example.com", "name": "Ann",
        "active": false, "grants": [], "last_sign_in_at": null,
        "created_at": "2026-01-15T12:00:00Z",
    }))),
    extensions(("x-permission" = json!("users.manage"))),
)]
pub(crate) async fn update_user(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateUser>,
) -> ApiResult<Json<User>> {
    let authorised = caller.authorise(Permission::UsersManage, None).await?;
    let password_hash = match &body.password {
        Some(password) => Some(hash_chosen(&state, "/password", password).await?),
        None => None,
    };
    let change = UserChange {
        email: body.email,
        name: body.name,
        password_hash,
        active: body.active,
        grants: body.grants.map(read_grants).transpose()?,
    };
    Ok(Json(state.store.update_user(&authorised.by, PrincipalId(id), change).await?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_locked_out_person_is_out_at_once() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let other = state.user("auditor", Scope::All).await;
        let path = format!("/users/{}", other.id);
        state.as_(&other).get("/me").await.ok();
        state.as_(&admin).patch(&path, &json!({"active": false})).await.ok();
        state.as_(&other).get("/me").await.problem(401, "signed-out");
        // Unlocking does not bring the old session back.
        state.as_(&admin).patch(&path, &json!({"active": true})).await.ok();
        state.as_(&other).get("/me").await.problem(401, "signed-out");
    }

    #[tokio::test]
    async fn a_new_password_ends_the_sessions() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let other = state.user("auditor", Scope::All).await;
        let path = format!("/users/{}", other.id);
        let body = json!({"password": "another long sentence"});
        state.as_(&admin).patch(&path, &body).await.ok();
        state.as_(&other).get("/me").await.problem(401, "signed-out");
    }

    #[tokio::test]
    async fn nobody_changes_their_own_roles() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let path = format!("/users/{}", admin.id);
        for body in [json!({"grants": []}), json!({"active": false})] {
            state.as_(&admin).patch(&path, &body).await.problem(403, "own-roles");
        }
        state.as_(&admin).patch(&path, &json!({"name": "New"})).await.ok();
    }

    #[tokio::test]
    async fn the_last_admin_stays() {
        last_admin(TestState::new().await).await;
    }

    #[tokio::test]
    async fn the_last_admin_stays_on_postgres() {
        last_admin(TestState::postgres().await).await;
    }

    async fn last_admin(state: TestState) {
        let admin = state.user("admin", Scope::All).await;
        let key = state.key("admin", Scope::All).await;
        let path = format!("/users/{}", admin.id);
        for body in [json!({"grants": []}), json!({"active": false})] {
            state.as_(&key).patch(&path, &body).await.problem(409, "last-admin");
        }
        let second = state.user("admin", Scope::All).await;
        state.as_(&second).patch(&path, &json!({"active": false})).await.ok();
    }

    #[tokio::test]
    async fn new_rights_hold_from_the_next_request_on() {
        let state = TestState::new().await;
        let store = state.facility("S1").await;
        let admin = state.user("admin", Scope::All).await;
        let other = state.nobody().await;
        state.as_(&other).get("/facilities").await.problem(403, "not-permitted");
        let grants = json!({"grants": [
            {"role": "associate", "scope": {"kind": "facility", "id": store.0}},
        ]});
        let path = format!("/users/{}", other.id);
        let user = state.as_(&admin).patch(&path, &grants).await.ok();
        assert_eq!(user["grants"][0]["scope"]["name"], "Store S1");
        state.as_(&other).get("/facilities").await.ok();
    }
}
