//! `POST /facilities`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{FacilityId, Permission};
use onhand_store::facilities::NewFacility;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Facility;
use crate::{api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// A facility that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateFacility {
    /// Made by the client.
    id: Uuid,
    /// Short code, unique.
    code: String,
    /// Name.
    name: String,
    /// IANA time zone.
    time_zone: String,
    /// Its first day; a year before today where absent. Nothing can be recorded before it.
    #[schema(value_type = Option<String>, format = Date)]
    opened_on: Option<jiff::civil::Date>,
    /// The groups it joins.
    #[serde(default)]
    group_ids: Vec<Uuid>,
}

/// Makes a facility with an empty ledger.
#[utoipa::path(
    post,
    path = "/facilities",
    operation_id = "create_facility",
    tag = "facilities",
    request_body(content = CreateFacility, example = json!({
        "id": "01900000-0000-7000-8000-00000000000a", "code": "S1", "name": "Main Street",
        "time_zone": "Europe/Berlin", "opened_on": "2025-01-15", "group_ids": [],
    })),
    responses((status = 201, description = "The facility", body = Facility, example = json!({
        "id": "01900000-0000-7000-8000-00000000000a", "code": "S1", "name": "Main Street",
        "time_zone": "Europe/Berlin", "opened_at": "2025-01-14T23:00:00Z", "active": true,
        "groups": [],
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn create_facility(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateFacility>,
) -> ApiResult<(StatusCode, Json<Facility>)> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let new = NewFacility {
        id: FacilityId(body.id),
        code: body.code,
        name: body.name,
        time_zone: body.time_zone,
        opened_on: body.opened_on,
        group_ids: body.group_ids.into_iter().collect(),
    };
    let made = state.store.create_facility(&authorised.by, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_retry_gets_the_first_answer() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let body = json!({
            "id": state.id(), "code": "S9", "name": "Ninth", "time_zone": "Europe/Berlin",
        });
        let first = state.as_(&admin).post("/facilities", &body).await.created();
        // A year before the test's day, in the store's own zone.
        assert_eq!(first["opened_at"], "2025-01-14T23:00:00Z");
        assert_eq!(state.as_(&admin).post("/facilities", &body).await.created(), first);
        let mut other = body.clone();
        other["name"] = json!("Other");
        state.as_(&admin).post("/facilities", &other).await.problem(409, "id-reused");
        other["id"] = json!(state.id());
        let taken = state.as_(&admin).post("/facilities", &other).await;
        assert_eq!(taken.problem(409, "code-taken")["errors"][0]["pointer"], "/code");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_pointed_at() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let good = json!({
            "id": state.id(), "code": "S9", "name": "Ninth", "time_zone": "Europe/Berlin",
        });
        for (member, value) in [
            ("time_zone", json!("Mars/Olympus")),
            ("opened_on", json!("2030-01-01")),
            ("code", json!("a b")),
            ("name", json!(" ")),
            ("id", json!("x")),
            ("group_ids", json!([state.id()])),
            ("colour", json!("red")),
        ] {
            let mut body = good.clone();
            body[member] = value;
            let problem =
                state.as_(&admin).post("/facilities", &body).await.problem(422, "invalid-request");
            assert_eq!(problem["errors"][0]["pointer"], format!("/{member}"), "{body}");
        }
        let none = state.as_(&admin).get("/facilities").await.ok();
        assert_eq!(none["items"], json!([]));
    }
}
