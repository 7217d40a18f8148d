//! `GET /webhook-endpoints`

use axum::{Json, extract::State};
use onhand_domain::Permission;

use super::shape::{WebhookEndpoint, endpoint_example};
use crate::{api::ApiResult, caller::Caller, state::AppState, wire::Page};

/// The endpoints, oldest first, all of them: there are at most 20.
#[utoipa::path(
    get,
    path = "/webhook-endpoints",
    operation_id = "list_webhook_endpoints",
    tag = "webhooks",
    responses((status = 200, description = "The endpoints", body = Page<WebhookEndpoint>,
        example = json!({"items": [endpoint_example()], "next_cursor": null}))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn list_webhook_endpoints(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Page<WebhookEndpoint>>> {
    caller.authorise(Permission::SettingsManage, None).await?;
    let all = state.store.list_webhook_endpoints().await?;
    let items = all.into_iter().map(WebhookEndpoint::from).collect();
    Ok(Json(Page { items, next_cursor: None }))
}
