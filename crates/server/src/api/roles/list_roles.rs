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
    caller.authorise(Permission::SettingsManage, None).await?;
    let after: Option<String> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_roles(after.as_deref(), query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |r| r.code.clone(), Role::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

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
}
