//! `POST /roles`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{self as domain, Limits, Permission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Role;
use crate::{
    api::{ApiResult, shapes::codes},
    caller::Caller,
    extract::ApiJson,
    state::AppState,
    wire::ApiMoney,
};

/// A role that is to be made; its code is its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRole {
    /// The stable word: small letters, digits, `_`.
    code: String,
    /// What people read.
    label: String,
    /// What it allows.
    #[schema(value_type = Vec<codes::Permission>)]
    permissions: Vec<Permission>,
    /// How far its holder may go alone; no limits where absent.
    #[serde(default)]
    limits: LimitsInput,
    /// Requests that go beyond a role's limits go to roles of a higher rank.
    #[serde(default)]
    rank: i64,
}

/// Limits; absent or null is no limit.
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsInput {
    /// Most units of one variance.
    variance_units_max: Option<i64>,
    /// Most value of one variance.
    variance_value_max: Option<ApiMoney>,
    /// Most value, losses and gains added up, of a person's day.
    day_value_max: Option<ApiMoney>,
}

/// Makes a role. It gives nothing to anybody until somebody holds it.
#[utoipa::path(
    post,
    path = "/roles",
    operation_id = "create_role",
    tag = "people",
    request_body(content = CreateRole, example = json!({
        "code": "shift_lead", "label": "Shift lead",
        "permissions": ["stock.view", "variance.report", "variance.post"],
        "limits": {"variance_units_max": 5, "variance_value_max": "100.00"}, "rank": 15,
    })),
    responses((status = 201, description = "The role", body = Role, example = json!({
        "code": "shift_lead", "label": "Shift lead", "shipped": false, "rank": 15,
        "permissions": ["stock.view", "variance.report", "variance.post"],
        "limits": {"variance_units_max": 5, "variance_value_max": "100.00", "day_value_max": null},
    }))),
    extensions(("x-permission" = json!("users.manage"))),
)]
pub(crate) async fn create_role(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateRole>,
) -> ApiResult<(StatusCode, Json<Role>)> {
    // Who may do what is about people, more than a setting.
    let authorised = caller.authorise(Permission::UsersManage, None).await?;
    let role = domain::Role {
        code: body.code,
        label: body.label,
        permissions: body.permissions.into_iter().collect(),
        limits: Limits {
            variance_units_max: body.limits.variance_units_max,
            variance_value_max: body.limits.variance_value_max.map(|m| m.0),
            day_value_max: body.limits.day_value_max.map(|m| m.0),
        },
        rank: body.rank,
        shipped: false,
    };
    let made = state.store.create_role(&authorised.by, role).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn an_unknown_permission_is_pointed_at() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let mut body = json!({
            "code": "lead", "label": "Lead", "permissions": ["stock.view", "stock.fly"],
        });
        let problem = state.as_(&admin).post("/roles", &body).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], "/permissions/1");
        body["permissions"] = json!(["stock.view"]);
        let made = state.as_(&admin).post("/roles", &body).await.created();
        assert_eq!(made["limits"]["variance_units_max"], json!(null));
        assert_eq!(state.as_(&admin).post("/roles", &body).await.created(), made);
        body["label"] = json!("Other");
        state.as_(&admin).post("/roles", &body).await.problem(409, "code-taken");
        body["code"] = json!("other");
        body["limits"] = json!({"day_value_max": "-1"});
        let problem = state.as_(&admin).post("/roles", &body).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], "/limits/day_value_max");
    }
}
