//! `POST /facility-groups`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::Permission;
use onhand_store::facilities::Group;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::FacilityGroup;
use crate::{api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// A group that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateFacilityGroup {
    /// Made by the client.
    id: Uuid,
    /// Short code, unique.
    code: String,
    /// Name.
    name: String,
}

/// Makes a group without facilities; they join by `PATCH /facilities/{id}`.
#[utoipa::path(
    post,
    path = "/facility-groups",
    operation_id = "create_facility_group",
    tag = "facilities",
    request_body(content = CreateFacilityGroup, example = json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "north", "name": "North",
    })),
    responses((status = 201, description = "The group", body = FacilityGroup, example = json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "north", "name": "North",
        "facility_ids": [],
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn create_facility_group(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateFacilityGroup>,
) -> ApiResult<(StatusCode, Json<FacilityGroup>)> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let group = Group { id: body.id, code: body.code, name: body.name };
    let made = state.store.create_group(&authorised.by, group).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_retry_is_recognised_and_a_code_is_unique() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let body = json!({"id": state.id(), "code": "north", "name": "North"});
        let path = "/facility-groups";
        let first = state.as_(&admin).post(path, &body).await.created();
        assert_eq!(state.as_(&admin).post(path, &body).await.created(), first);
        let mut other = body.clone();
        other["name"] = json!("South");
        state.as_(&admin).post(path, &other).await.problem(409, "id-reused");
        other["id"] = json!(state.id());
        state.as_(&admin).post(path, &other).await.problem(409, "code-taken");
    }
}
