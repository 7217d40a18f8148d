//! `PUT /count-policy`

use axum::{Json, extract::State};
use onhand_domain::{GroupId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{CountPolicy, Policy, example, policy};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiQuery},
    state::AppState,
};

/// Whose policy.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PutWhichPolicy {
    /// Of this facility group; the one for all where absent.
    facility_group_id: Option<Uuid>,
    /// The version that was read: of two who change it at once, one is told.
    version: Option<i64>,
}

/// Writes the next version of a policy. Lines that are decided stay decided; the same content
/// again is a retry.
#[utoipa::path(
    put,
    path = "/count-policy",
    operation_id = "put_count_policy",
    tag = "counts",
    params(PutWhichPolicy),
    request_body(content = Policy, example = json!(policy())),
    responses((status = 200, description = "The policy", body = CountPolicy,
        example = json!(example(1)))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn put_count_policy(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<PutWhichPolicy>,
    ApiJson(body): ApiJson<Policy>,
) -> ApiResult<Json<CountPolicy>> {
    let allowed = caller.authorise(Permission::SettingsManage, None).await?;
    let group = query.facility_group_id.map(GroupId);
    let before = state.store.count_policy(group).await?.policy;
    let policy = body.after(&before);
    let put = state.store.put_count_policy(&allowed.by, group, query.version, policy).await?;
    CountPolicy::of(&state, put).await.map(Json)
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use super::policy;
    use crate::testing::TestState;

    #[tokio::test]
    async fn what_a_request_does_not_say_of_triggers_stays() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let client = state.as_(&admin);
        let shipped = json!({
            "variance_units_min": 50, "variance_value_min": "1000.00", "due_hours": 24,
        });
        assert_eq!(client.get("/count-policy").await.ok()["triggers"], shipped);
        let own = json!({
            "variance_units_min": 5, "variance_value_min": "12.50", "due_hours": 8,
        });
        let mut body = policy();
        body["triggers"] = own.clone();
        let put = client.put("/count-policy", &body).await.ok();
        assert_eq!((&put["triggers"], &put["version"]), (&own, &json!(1)));
        body.as_object_mut().expect("members").remove("triggers");
        body["accept"]["units_max"] = json!(3);
        let put = client.put("/count-policy", &body).await.ok();
        assert_eq!((&put["triggers"], &put["version"]), (&own, &json!(2)));
        body["triggers"] = json!({
            "variance_units_min": 0, "variance_value_min": "12.50", "due_hours": 8,
        });
        let refused = client.put("/count-policy", &body).await.problem(422, "invalid-request");
        assert_eq!(refused["errors"][0]["pointer"], "/triggers/variance_units_min");
    }
}
