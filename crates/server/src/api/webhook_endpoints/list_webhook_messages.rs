//! `GET /webhook-endpoints/{id}/messages`

use axum::{Json, extract::State};
use onhand_domain::{Permission, hook::HookStatus};
use onhand_store::webhooks::MessageCursor;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{WebhookMessage, WebhookMessageStatus, message_example};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListWebhookMessages {
    /// Only those that stand like this.
    #[param(value_type = Option<WebhookMessageStatus>)]
    status: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The messages to an endpoint, the latest first. What was delivered is kept for 30 days,
/// everything else for 90.
#[utoipa::path(
    get,
    path = "/webhook-endpoints/{id}/messages",
    operation_id = "list_webhook_messages",
    tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint"), ListWebhookMessages),
    responses((status = 200, description = "A page of messages", body = Page<WebhookMessage>,
        example = json!({"items": [message_example()], "next_cursor": null}))),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn list_webhook_messages(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListWebhookMessages>,
) -> ApiResult<Json<Page<WebhookMessage>>> {
    caller.authorise(Permission::SettingsManage, None).await?;
    let known = state.store.webhook_endpoint(id).await?;
    known.ok_or_else(|| Problem::unknown("webhook endpoint"))?;
    let status = query.status.as_deref().map(read_status).transpose()?;
    let after: Option<MessageCursor> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_webhook_messages(id, status, after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, MessageCursor::after, WebhookMessage::from)))
}

fn read_status(word: &str) -> ApiResult<HookStatus> {
    HookStatus::from_code(word).ok_or_else(|| {
        let detail = "waiting, delivered or failed";
        Problem::malformed("invalid-query", format!("?status: {detail}")).at("?status", detail)
    })
}
