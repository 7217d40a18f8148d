//! `POST /webhook-endpoints/{id}/messages/{message_id}/replay`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::{WebhookMessage, message_example};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Nothing more needs to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayWebhookMessage {}

/// Sends a message again, whether it had arrived or not: the same id, the same body.
#[utoipa::path(
    post,
    path = "/webhook-endpoints/{id}/messages/{message_id}/replay",
    operation_id = "replay_webhook_message",
    tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The endpoint"),
        ("message_id" = Uuid, Path, description = "The message"),
    ),
    request_body(content = ReplayWebhookMessage, example = json!({})),
    responses((status = 200, description = "The message", body = WebhookMessage,
        example = json!(message_example()))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn replay_webhook_message(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, message)): ApiPath<(Uuid, Uuid)>,
    ApiJson(ReplayWebhookMessage {}): ApiJson<ReplayWebhookMessage>,
) -> ApiResult<Json<WebhookMessage>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let message = state.store.replay_webhook_message(&authorised.by, id, message).await?;
    Ok(Json(message.into()))
}
