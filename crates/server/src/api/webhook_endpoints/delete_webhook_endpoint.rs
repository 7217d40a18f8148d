//! `DELETE /webhook-endpoints/{id}`

use axum::{extract::State, http::StatusCode};
use onhand_domain::Permission;
use uuid::Uuid;

use crate::{api::ApiResult, caller::Caller, extract::ApiPath, state::AppState};

/// Removes an endpoint with its messages. Nothing more is sent to it.
#[utoipa::path(
    delete,
    path = "/webhook-endpoints/{id}",
    operation_id = "delete_webhook_endpoint",
    tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint")),
    responses((status = 204, description = "It is no more")),
    extensions(("x-permission" = json!("settings.manage"))),
)]
pub(crate) async fn delete_webhook_endpoint(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<StatusCode> {
    let authorised = caller.authorise(Permission::SettingsManage, None).await?;
    state.store.delete_webhook_endpoint(&authorised.by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
