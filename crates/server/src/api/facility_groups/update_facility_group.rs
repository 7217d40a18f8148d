//! `PATCH /facility-groups/{id}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::groups::GroupChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::FacilityGroup;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateFacilityGroup {
    /// Short code, unique.
    code: Option<String>,
    /// Name.
    name: Option<String>,
}

/// Changes a group.
#[utoipa::path(
    patch,
    path = "/facility-groups/{id}",
    operation_id = "update_facility_group",
    tag = "facilities",
    params(("id" = Uuid, Path, description = "The group")),
    request_body(content = UpdateFacilityGroup, example = json!({"name": "North and coast"})),
    responses((status = 200, description = "The group", body = FacilityGroup, example = json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "north", "name": "North and coast",
        "facility_ids": [],
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn update_facility_group(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateFacilityGroup>,
) -> ApiResult<Json<FacilityGroup>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let change = GroupChange { code: body.code, name: body.name };
    Ok(Json(state.store.update_group(&authorised.by, id, change).await?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn what_is_absent_stays() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let id = state.id();
        let body = json!({"id": id, "code": "north", "name": "North"});
        state.as_(&admin).post("/facility-groups", &body).await.created();
        let path = format!("/facility-groups/{id}");
        let changed = state.as_(&admin).patch(&path, &json!({"name": "N"})).await.ok();
        assert_eq!((&changed["code"], &changed["name"]), (&json!("north"), &json!("N")));
    }
}
