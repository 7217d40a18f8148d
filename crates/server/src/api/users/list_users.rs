//! `GET /users`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use serde::Deserialize;
use utoipa::IntoParams;

use super::User;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListUsers {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Everybody who signs in, by e-mail address.
#[utoipa::path(
    get,
    path = "/users",
    operation_id = "list_users",
    tag = "people",
    params(ListUsers),
    responses((status = 200, description = "A page of people", body = Page<User>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000c", "email": "ann@example.com",
            "name": "Ann", "active": true, "grants": [{
                "role": "admin", "label": "Admin", "scope": {"kind": "all", "id": null, "name": null},
            }], "last_sign_in_at": null, "created_at": "2026-01-15T12:00:00Z",
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("users.manage"))),
)]
pub(crate) async fn list_users(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListUsers>,
) -> ApiResult<Json<Page<User>>> {
    caller.authorise(Permission::UsersManage, None).await?;
    let after: Option<String> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_users(after.as_deref(), query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |u| u.email.clone(), User::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn people_are_listed_without_anything_that_signs_in() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        state.nobody().await;
        let reply = state.as_(&admin).get("/users?limit=1").await;
        let page = reply.ok();
        assert!(!reply.text().contains("argon2"), "{page}");
        let cursor = page["next_cursor"].as_str().expect("more");
        let rest = state.as_(&admin).get(&format!("/users?cursor={cursor}")).await.ok();
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        assert_ne!(rest["items"][0]["id"], page["items"][0]["id"]);
    }
}
