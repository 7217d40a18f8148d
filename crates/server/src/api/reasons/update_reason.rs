//! `PATCH /reasons/{code}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::reasons::ReasonChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Reason;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::nullable,
};

/// What changes; absent stays as it is.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateReason {
    /// What people read.
    label: Option<String>,
    /// The account of the general ledger; null takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    gl_account: Option<Option<String>>,
    /// Whether a note must say more.
    note_required: Option<bool>,
    /// Whether a person may choose it.
    selectable: Option<bool>,
    /// Whether it is in use.
    active: Option<bool>,
    /// Order in lists.
    position: Option<i64>,
}

/// Changes a reason. Direction and effect stay: movements of the past would else tell another
/// story.
#[utoipa::path(
    patch,
    path = "/reasons/{code}",
    operation_id = "update_reason",
    tag = "variances",
    params(("code" = String, Path, description = "The reason", example = "damaged")),
    request_body(content = UpdateReason, example = json!({"label": "Broken", "gl_account": "1460"})),
    responses((status = 200, description = "The reason", body = Reason, example = json!({
        "code": "damaged", "label": "Broken", "direction": "loss",
        "effect": {"kind": "state", "place": "damaged"}, "gl_account": "1460",
        "note_required": false, "selectable": true, "active": true, "position": 1, "uses": null,
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn update_reason(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(code): ApiPath<String>,
    ApiJson(body): ApiJson<UpdateReason>,
) -> ApiResult<Json<Reason>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let change = ReasonChange {
        label: body.label,
        gl_account: body.gl_account,
        note_required: body.note_required,
        selectable: body.selectable,
        active: body.active,
        position: body.position,
    };
    Ok(Json(state.store.update_reason(&authorised.by, &code, change).await?.into()))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn null_takes_away_and_absent_stays() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let path = "/reasons/damaged";
        let label = state.as_(&admin).patch(path, &json!({"label": "Broken"})).await.ok();
        assert_eq!((&label["label"], &label["gl_account"]), (&json!("Broken"), &json!("1450")));
        let none = state.as_(&admin).patch(path, &json!({"gl_account": null})).await.ok();
        assert_eq!(none["gl_account"], json!(null));
        state.as_(&admin).patch(path, &json!({"active": false})).await.ok();
        let chosen = state.as_(&admin).get("/reasons?selectable=true").await.ok();
        assert_eq!(chosen["items"].as_array().map(Vec::len), Some(12));
    }

    #[tokio::test]
    async fn a_system_reason_is_never_for_people() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        for body in [json!({"selectable": true}), json!({"active": false})] {
            let answer = state.as_(&admin).patch("/reasons/opening", &body).await;
            answer.problem(422, "invalid-request");
        }
        state.as_(&admin).patch("/reasons/opening", &json!({"label": "Start"})).await.ok();
    }
}
