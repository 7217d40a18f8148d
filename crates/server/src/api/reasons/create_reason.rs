//! `POST /reasons`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{self as domain, Permission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Reason, ReasonDirection, ReasonEffect};
use crate::{api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// A reason that is to be made; its code is its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateReason {
    /// The stable word: small letters, digits, `_`.
    code: String,
    /// What people read.
    label: String,
    /// Which way it may go: for ever, as movements of the past would else tell another story.
    direction: ReasonDirection,
    /// Where the units go to or come from: for ever, too.
    effect: ReasonEffect,
    /// The account of the general ledger.
    gl_account: Option<String>,
    /// Whether a note must say more.
    #[serde(default)]
    note_required: bool,
    /// Whether a person may choose it; they may if absent.
    selectable: Option<bool>,
    /// Order in lists; the front if absent.
    #[serde(default)]
    position: i64,
}

/// Makes a reason.
#[utoipa::path(
    post,
    path = "/reasons",
    operation_id = "create_reason",
    tag = "variances",
    request_body(content = CreateReason, example = json!({
        "code": "water_damage", "label": "Water damage", "direction": "loss",
        "effect": {"kind": "state", "place": "damaged"}, "gl_account": "1451",
        "note_required": true, "position": 20,
    })),
    responses((status = 201, description = "The reason", body = Reason, example = json!({
        "code": "water_damage", "label": "Water damage", "direction": "loss",
        "effect": {"kind": "state", "place": "damaged"}, "gl_account": "1451",
        "note_required": true, "selectable": true, "active": true, "position": 20, "uses": null,
    }))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn create_reason(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateReason>,
) -> ApiResult<(StatusCode, Json<Reason>)> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let reason = domain::Reason {
        effect: body.effect.read()?,
        code: body.code,
        label: body.label,
        direction: body.direction.into(),
        gl_account: body.gl_account,
        note_required: body.note_required,
        selectable: body.selectable.unwrap_or(true),
        active: true,
        position: body.position,
    };
    let made = state.store.create_reason(&authorised.by, reason).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn effect_and_code_must_fit() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let good = json!({
            "code": "water_damage", "label": "Water damage", "direction": "loss",
            "effect": {"kind": "state", "place": "damaged"},
        });
        for (member, value, pointer) in [
            ("effect", json!({"kind": "external", "place": "damaged"}), "/effect/kind"),
            ("effect", json!({"kind": "state", "place": "available"}), "/effect/place"),
            ("effect", json!({"kind": "state", "place": "reserved"}), "/effect"),
            ("code", json!("Water"), "/code"),
            ("gl_account", json!(""), "/gl_account"),
        ] {
            let mut body = good.clone();
            body[member] = value;
            let problem =
                state.as_(&admin).post("/reasons", &body).await.problem(422, "invalid-request");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let made = state.as_(&admin).post("/reasons", &good).await.created();
        assert_eq!(state.as_(&admin).post("/reasons", &good).await.created(), made);
        let mut other = good.clone();
        other["direction"] = json!("gain");
        state.as_(&admin).post("/reasons", &other).await.problem(409, "code-taken");
    }
}
