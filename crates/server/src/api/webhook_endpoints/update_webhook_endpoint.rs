//! `PATCH /webhook-endpoints/{id}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::webhooks::EndpointChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::{WebhookEndpoint, WebhookEvent, endpoint_example, read_events, read_url};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateWebhookEndpoint {
    /// What people call it.
    name: Option<String>,
    /// Where messages go.
    url: Option<String>,
    /// All that it is told of.
    #[schema(value_type = Option<Vec<WebhookEvent>>)]
    events: Option<Vec<String>>,
    /// Whether it is told anything.
    active: Option<bool>,
}

/// Changes an endpoint. Once switched on again it is told what happens from then on, and gets the
/// messages that were waiting.
#[utoipa::path(
    patch,
    path = "/webhook-endpoints/{id}",
    operation_id = "update_webhook_endpoint",
    tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint")),
    request_body(content = UpdateWebhookEndpoint, example = json!({"active": true})),
    responses((status = 200, description = "The endpoint", body = WebhookEndpoint,
        example = json!(endpoint_example()))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn update_webhook_endpoint(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateWebhookEndpoint>,
) -> ApiResult<Json<WebhookEndpoint>> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    body.url.as_deref().map(read_url).transpose()?;
    let change = EndpointChange {
        name: body.name,
        url: body.url,
        events: body.events.as_deref().map(read_events).transpose()?,
        active: body.active,
    };
    let changed = state.store.update_webhook_endpoint(&authorised.by, id, change).await?;
    Ok(Json(changed.into()))
}
