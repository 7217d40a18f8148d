//! `PATCH /roles/{code}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::roles::RoleChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Role;
use crate::{
    api::{ApiResult, shapes::codes},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::{ApiMoney, nullable},
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRole {
    /// What people read.
    label: Option<String>,
    /// All that it allows.
    #[schema(value_type = Option<Vec<codes::Permission>>)]
    permissions: Option<Vec<Permission>>,
    /// How far its holder may go alone.
    #[serde(default)]
    #[schema(required = false)]
    limits: LimitsChange,
    /// Requests that go beyond a role's limits go to roles of a higher rank.
    rank: Option<i64>,
}

/// Limits that change: absent stays, null is no limit.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsChange {
    /// Most units of one variance.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    variance_units_max: Option<Option<i64>>,
    /// Most value of one variance.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ApiMoney>)]
    variance_value_max: Option<Option<ApiMoney>>,
    /// Most value, losses and gains added up, of a person's day.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ApiMoney>)]
    day_value_max: Option<Option<ApiMoney>>,
}

/// Changes a role for everybody who holds it, from their next request on.
#[utoipa::path(
    patch,
    path = "/roles/{code}",
    operation_id = "update_role",
    tag = "people",
    params(("code" = String, Path, description = "The role", example = "facility_manager")),
    request_body(content = UpdateRole, example = json!({"limits": {"variance_units_max": 20}})),
    responses((status = 200, description = "The role", body = Role, example = json!({
        "code": "facility_manager", "label": "Facility manager", "shipped": true, "rank": 20,
        "permissions": ["stock.view", "variance.post"],
        "limits": {"variance_units_max": 20, "variance_value_max": "1000.00",
            "day_value_max": "5000.00"},
    }))),
    extensions(("x-permission" = json!("users.manage"))),
)]
pub(crate) async fn update_role(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(code): ApiPath<String>,
    ApiJson(body): ApiJson<UpdateRole>,
) -> ApiResult<Json<Role>> {
    let authorised = caller.authorise(Permission::UsersManage, None).await?;
    let amount = |change: Option<Option<ApiMoney>>| change.map(|amount| amount.map(|m| m.0));
    let change = RoleChange {
        label: body.label,
        permissions: body.permissions.map(|all| all.into_iter().collect()),
        variance_units_max: body.limits.variance_units_max,
        variance_value_max: amount(body.limits.variance_value_max),
        day_value_max: amount(body.limits.day_value_max),
        rank: body.rank,
    };
    Ok(Json(state.store.update_role(&authorised.by, &code, change).await?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_limit_changes_alone_and_null_takes_it_away() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let body = json!({"limits": {"variance_units_max": 20, "day_value_max": null}});
        let role = state.as_(&admin).patch("/roles/facility_manager", &body).await.ok();
        let limits = json!({
            "variance_units_max": 20, "variance_value_max": "1000.00", "day_value_max": null,
        });
        assert_eq!(role["limits"], limits);
    }

    #[tokio::test]
    async fn a_change_holds_from_the_next_request_on() {
        let state = TestState::new().await;
        let store = state.facility("S1").await;
        let admin = state.user("admin", Scope::All).await;
        let auditor = state.user("auditor", Scope::Facility(store)).await;
        state.as_(&auditor).get("/facilities").await.ok();
        let body = json!({"permissions": ["audit.view"]});
        state.as_(&admin).patch("/roles/auditor", &body).await.ok();
        state.as_(&auditor).get("/facilities").await.problem(403, "not-permitted");
    }

    #[tokio::test]
    async fn nobody_widens_their_own_role_and_somebody_keeps_the_keys() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let wider = json!({"permissions": ["users.manage", "settings.manage", "variance.post"]});
        state.as_(&admin).patch("/roles/admin", &wider).await.problem(403, "own-roles");
        let locked = json!({"permissions": ["stock.view"]});
        state.as_(&admin).patch("/roles/admin", &locked).await.problem(409, "last-admin");
        state.as_(&admin).patch("/roles/nobody", &locked).await.problem(404, "unknown-role");
    }
}
