//! `PATCH /facilities/{id}`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::facilities::FacilityChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Facility;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateFacility {
    /// Short code, unique.
    code: Option<String>,
    /// Name.
    name: Option<String>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// False: it takes no part any more.
    active: Option<bool>,
    /// All of its groups.
    group_ids: Option<Vec<Uuid>>,
}

/// Changes a facility.
#[utoipa::path(
    patch,
    path = "/facilities/{id}",
    operation_id = "update_facility",
    tag = "facilities",
    params(("id" = Uuid, Path, description = "The facility")),
    request_body(content = UpdateFacility, example = json!({"name": "Main Street 5"})),
    responses((status = 200, description = "The facility", body = Facility, example = json!({
        "id": "01900000-0000-7000-8000-00000000000a", "code": "S1", "name": "Main Street 5",
        "time_zone": "Europe/Berlin", "opened_at": "2025-01-14T23:00:00Z", "active": true,
        "groups": [],
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn update_facility(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateFacility>,
) -> ApiResult<Json<Facility>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let change = FacilityChange {
        code: body.code,
        name: body.name,
        time_zone: body.time_zone,
        active: body.active,
        group_ids: body.group_ids.map(|ids| ids.into_iter().collect()),
    };
    let changed = state.store.update_facility(&authorised.by, FacilityId(id), change).await?;
    Ok(Json(changed.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn what_is_absent_stays() {
        let state = TestState::new().await;
        let id = state.facility("S1").await;
        let admin = state.user("admin", Scope::All).await;
        let path = format!("/facilities/{id}");
        let changed = state.as_(&admin).patch(&path, &json!({"name": "New"})).await.ok();
        assert_eq!((&changed["name"], &changed["code"]), (&json!("New"), &json!("S1")));
        state.facility("S2").await;
        let taken = state.as_(&admin).patch(&path, &json!({"code": "S2"})).await;
        taken.problem(409, "code-taken");
        let nobody = format!("/facilities/{}", state.id());
        state.as_(&admin).patch(&nobody, &json!({})).await.problem(404, "unknown-facility");
    }

    #[tokio::test]
    async fn a_manager_changes_no_settings() {
        let state = TestState::new().await;
        let id = state.facility("S1").await;
        let manager = state.user("facility_manager", Scope::Facility(id)).await;
        let answer =
            state.as_(&manager).patch(&format!("/facilities/{id}"), &json!({"name": "Mine"})).await;
        assert_eq!(answer.problem(403, "not-permitted")["permission"], "settings.manage");
    }
}
