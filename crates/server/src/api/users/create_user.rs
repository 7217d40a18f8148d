//! `POST /users`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{Permission, PrincipalId};
use onhand_store::{Refusal, Store, people::NewUser};
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
    extract::ApiJson,
    state::AppState,
};

/// A person who is to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateUser {
    /// Made by the client.
    id: Uuid,
    /// The address to sign in with.
    email: String,
    /// Name.
    name: String,
    /// 12 to 128 characters of any kind.
    password: String,
    /// What they hold, and where.
    #[serde(default)]
    grants: Vec<GrantInput>,
}

/// Adds a person.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "create_user",
    tag = "people",
    request_body(content = CreateUser, example = json!({
        "id": "01900000-0000-7000-8000-00000000000c", "email": "ann@example.com", "name": "Ann",
        "password": "a sentence that is long", "grants": [
            {"role": "inventory_controller", "scope": {"kind": "all"}},
        ],
    })),
    responses((status = 201, description = "The person", body = User, example = json!({
        "id": "01900000-0000-7000-8000-00000000000c", "email": "ann@example.com", "name": "Ann",
        "active": true, "grants": [{
            "role": "inventory_controller", "label": "Inventory controller",
            "scope": {"kind": "all", "id": null, "name": null},
        }], "last_sign_in_at": null, "created_at": "2026-01-15T12:00:00Z",
    }))),
    extensions(("x-permission" = json!("users.manage"))),
)]
pub(crate) async fn create_user(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateUser>,
) -> ApiResult<(StatusCode, Json<User>)> {
    let authorised = caller.authorise(Permission::UsersManage, None).await?;
    let mut new = NewUser {
        id: PrincipalId(body.id),
        email: body.email,
        name: body.name,
        password_hash: String::new(),
        grants: read_grants(body.grants)?,
    };
    if let Some(existing) = state.store.user(new.id).await? {
        // The password is content, too: compared as at a sign-in.
        let hash = state.store.password_of_user(new.id).await?;
        let same = Store::is_same_user(&existing, &new)
            && state.passwords.matches(&body.password, hash).await?;
        return if same {
            Ok((StatusCode::CREATED, Json(existing.into())))
        } else {
            Err(Refusal::IdReused.into())
        };
    }
    new.password_hash = hash_chosen(&state, "/password", &body.password).await?;
    let made = state.store.create_user(&authorised.by, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_retry_is_recognised_by_all_of_its_content() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let body = json!({
            "id": state.id(), "email": "Ann@Example.com", "name": "Ann",
            "password": "a sentence that is long",
            "grants": [{"role": "auditor", "scope": {"kind": "all"}}],
        });
        let first = state.as_(&admin).post("/users", &body).await.created();
        assert_eq!(first["email"], "ann@example.com");
        assert_eq!(state.as_(&admin).post("/users", &body).await.created(), first);
        for (member, value) in
            [("name", json!("Bob")), ("password", json!("another sentence")), ("grants", json!([]))]
        {
            let mut other = body.clone();
            other[member] = value;
            state.as_(&admin).post("/users", &other).await.problem(409, "id-reused");
        }
        let mut other = body.clone();
        other["id"] = json!(state.id());
        state.as_(&admin).post("/users", &other).await.problem(409, "email-taken");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_pointed_at() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let good = json!({
            "id": state.id(), "email": "ann@example.com", "name": "Ann",
            "password": "a sentence that is long", "grants": [],
        });
        let grant = |role: &str, scope: serde_json::Value| json!([{"role": role, "scope": scope}]);
        for (member, value, pointer) in [
            ("password", json!("short"), "/password"),
            ("email", json!("ann"), "/email"),
            ("grants", grant("king", json!({"kind": "all"})), "/grants/0/role"),
            ("grants", grant("admin", json!({"kind": "facility"})), "/grants/0/scope/id"),
            (
                "grants",
                grant("admin", json!({"kind": "group", "id": state.id()})),
                "/grants/0/scope/id",
            ),
            ("grants", grant("admin", json!({"kind": "moon"})), "/grants/0/scope/kind"),
        ] {
            let mut body = good.clone();
            body[member] = value;
            let problem =
                state.as_(&admin).post("/users", &body).await.problem(422, "invalid-request");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    }
}
