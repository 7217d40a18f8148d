//! `PATCH /settings`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::settings::SettingsChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Settings;
use crate::{api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateSettings {
    /// One of `currencies`. Amounts stay as they are: nothing is converted.
    #[schema(example = "USD", pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
}

/// Changes what holds for the retailer as a whole.
#[utoipa::path(
    patch,
    path = "/settings",
    operation_id = "update_settings",
    tag = "settings",
    request_body(content = UpdateSettings, example = json!({"currency": "USD"})),
    responses((status = 200, description = "The settings", body = Settings,
        example = json!({"currency": "USD", "currencies": ["CHF", "EUR", "USD"]}))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn update_settings(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<UpdateSettings>,
) -> ApiResult<Json<Settings>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let change = SettingsChange { currency: body.currency };
    Ok(Json(state.store.update_settings(&authorised.by, change).await?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn everybody_reads_amounts_in_the_new_currency_at_once() {
        let state = TestState::new().await;
        let here = state.facility("S1").await;
        let admin = state.user("admin", Scope::All).await;
        let associate = state.user("associate", Scope::Facility(here)).await;
        let before = state.as_(&associate).get("/settings").await.ok();
        assert_eq!(before["currency"], "EUR");
        let offered = before["currencies"].as_array().expect("a list");
        assert!(offered.contains(&json!("USD")), "{before}");
        let changed = state.as_(&admin).patch("/settings", &json!({"currency": "USD"})).await.ok();
        assert_eq!(changed["currency"], "USD");
        let unchanged = state.as_(&admin).patch("/settings", &json!({})).await.ok();
        assert_eq!(unchanged, changed);
        assert_eq!(state.as_(&associate).get("/settings").await.ok(), changed);
        assert_eq!(state.as_(&associate).get("/me").await.ok()["currency"], "USD");
    }

    #[tokio::test]
    async fn what_is_no_currency_is_pointed_at() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        for bad in [json!("usd"), json!("US"), json!("XXX"), json!("DEM"), json!(""), json!(7)] {
            let body = json!({ "currency": bad });
            let answer = state.as_(&admin).patch("/settings", &body).await;
            let problem = answer.problem(422, "invalid-request");
            assert_eq!(problem["errors"][0]["pointer"], "/currency", "{body}");
        }
        assert_eq!(state.as_(&admin).get("/settings").await.ok()["currency"], "EUR");
    }

    #[tokio::test]
    async fn a_manager_changes_no_currency_and_an_admin_is_on_record() {
        let state = TestState::new().await;
        let here = state.facility("S1").await;
        let admin = state.user("admin", Scope::All).await;
        let manager = state.user("facility_manager", Scope::Facility(here)).await;
        let body = json!({"currency": "USD"});
        let refused = state.as_(&manager).patch("/settings", &body).await;
        assert_eq!(refused.problem(403, "not-permitted")["permission"], "settings.manage");
        state.as_(&admin).patch("/settings", &body).await.ok();
        let audit = state.as_(&admin).get("/audit?action=update_settings").await.ok();
        let items = audit["items"].as_array().expect("a list");
        let allowed = items.iter().filter(|i| i["allowed"] == true).collect::<Vec<_>>();
        assert_eq!((items.len(), allowed.len()), (2, 1), "{audit}");
        assert_eq!(allowed[0]["actor"]["id"], json!(admin.id.0));
        assert_eq!(allowed[0]["subject"], "settings: currency EUR -> USD");
    }
}
