//! `POST /webhook-endpoints`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::Permission;
use onhand_store::webhooks::{NewEndpoint, Sealed};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::{WebhookEndpoint, WebhookEvent, endpoint_example, key, read_events, read_url};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiJson,
    hooks::{new_secret, secret_text},
    state::AppState,
};

/// An endpoint that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateWebhookEndpoint {
    /// Made by the client.
    id: Uuid,
    /// What people call it.
    name: String,
    /// Where messages go: `https://`, or `http://` on this machine.
    url: String,
    /// What it is told of; all but `ping`.
    #[schema(value_type = Vec<WebhookEvent>)]
    events: Vec<String>,
}

/// Makes an endpoint, which is told what happens from now on. `secret` is in this answer alone: a
/// retry finds the endpoint, but can't show it again.
#[utoipa::path(
    post,
    path = "/webhook-endpoints",
    operation_id = "create_webhook_endpoint",
    tag = "webhooks",
    request_body(content = CreateWebhookEndpoint, example = json!({
        "id": "01900000-0000-7000-8000-0000000000e1", "name": "ERP",
        "url": "https://erp.example.com/hooks", "events": ["variance.posted", "count.closed"],
    })),
    responses((status = 201, description = "The endpoint, with its secret", body = WebhookEndpoint,
        example = json!(endpoint_example()))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn create_webhook_endpoint(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateWebhookEndpoint>,
) -> ApiResult<(StatusCode, Json<WebhookEndpoint>)> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    let key = key(&state)?;
    read_url(&body.url)?;
    let secret = new_secret();
    let new = NewEndpoint {
        id: body.id,
        name: body.name,
        url: body.url,
        secret: Sealed(key.seal(body.id, &secret)),
        events: read_events(&body.events)?,
    };
    let (made, now) = state.store.create_webhook_endpoint(&authorised.by, new).await?;
    let mut answer = WebhookEndpoint::from(made);
    answer.secret = now.then(|| secret_text(&secret));
    Ok((StatusCode::CREATED, Json(answer)))
}
