//! `GET /roles`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Role;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Whoever gives roles to people or keys chooses among them, too.
const APPOINT: [Permission; 2] = [Permission::UsersManage, Permission::ApiKeysManage];

/// Which roles.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListRoles {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The roles, by code.
///
/// Whoever gives roles to people (`users.manage`) or to keys (`api_keys.manage`) may see them, too.
#[utoipa::path(
    get,
    path = "/roles",
    operation_id = "list_roles",
    tag = "people",
    params(ListRoles),
    responses((status = 200, description = "A page of roles", body = Page<Role>,
        example = json!({"items": [{
            "code": "facility_manager", "label": "Facility manager", "shipped": true, "rank": 20,
            "permissions": ["stock.view", "variance.post"],
            "limits": {"variance_units_max": 50, "variance_value_max": "1000.00",
                "day_value_max": "5000.00"},
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn list_roles(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListRoles>,
) -> ApiResult<Json<Page<Role>>> {
    let may = |permission: &Permission| caller.access().decide(*permission, None).allowed;
    if !APPOINT.iter().any(may) {
        caller.authorise(Permission::SettingsManage, None).await?;
    }
    let after: Option<String> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_roles(after.as_deref(), query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |r| r.code.clone(), Role::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::{Limits, Permission, Role, Scope};
    use onhand_store::By;

    use crate::testing::TestState;

    #[tokio::test]
    async fn the_shipped_roles_have_their_limits() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let roles = state.as_(&admin).get("/roles").await.ok();
        let roles = roles["items"].as_array().expect("a list");
        assert_eq!(roles.len(), 5);
        let manager = roles.iter().find(|r| r["code"] == "facility_manager").expect("shipped");
        assert_eq!(manager["limits"]["variance_units_max"], 50);
        assert_eq!(manager["limits"]["variance_value_max"], "1000.00");
        assert_eq!(manager["limits"]["day_value_max"], "5000.00");
    }
    #[tokio::test]
    async fn whoever_gives_roles_may_see_them() {
        let state = TestState::new().await;
        let by = By::command_line("test");
        for (permission, status) in [
            (Permission::UsersManage, 200),
            (Permission::ApiKeysManage, 200),
            (Permission::SettingsManage, 200),
            (Permission::ChannelsManage, 403),
        ] {
            let role = Role {
                code: permission.code().replace('.', "_"),
                label: "One".to_owned(),
                permissions: [permission].into(),
                limits: Limits::NONE,
                rank: 1,
                shipped: false,
            };
            let code = role.code.clone();
            state.app.store.create_role(&by, role).await.expect("created");
            let one = state.user(&code, Scope::All).await;
            let reply = state.as_(&one).get("/roles").await;
            assert_eq!(reply.status, status, "{}", permission.code());
        }
    }
}
