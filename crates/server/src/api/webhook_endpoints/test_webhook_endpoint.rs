//! `POST /webhook-endpoints/{id}/test`

use axum::{Json, extract::State, http::StatusCode};
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

/// A try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestWebhookEndpoint {
    /// Made by the client; the message's.
    id: Uuid,
}

/// Sends the message `ping`, to try whether it arrives: look at it among the messages.
#[utoipa::path(
    post,
    path = "/webhook-endpoints/{id}/test",
    operation_id = "test_webhook_endpoint",
    tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint")),
    request_body(content = TestWebhookEndpoint, example = json!({
        "id": "01900000-0000-7000-8000-0000000000e2",
    })),
    responses((status = 201, description = "The message", body = WebhookMessage,
        example = json!(message_example()))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn test_webhook_endpoint(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<TestWebhookEndpoint>,
) -> ApiResult<(StatusCode, Json<WebhookMessage>)> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let message = state.store.ping_webhook(&authorised.by, id, body.id).await?;
    Ok((StatusCode::CREATED, Json(message.into())))
}
