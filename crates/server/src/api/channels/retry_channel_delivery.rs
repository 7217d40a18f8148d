//! `POST /channels/{id}/deliveries/{delivery}/retry`

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel,
    delivery::{ChannelDelivery, example},
    manager,
};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Nothing more to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryChannelDelivery {}

/// Has something that the shop told looked at again at once, because what was in its way is
/// mended: an item was matched, a location has a facility now. What was followed already is not
/// followed twice.
#[utoipa::path(
    post,
    path = "/channels/{id}/deliveries/{delivery}/retry",
    operation_id = "retry_channel_delivery",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("delivery" = Uuid, Path, description = "The message"),
    ),
    request_body(content = RetryChannelDelivery, example = json!({})),
    responses((status = 200, description = "The message, which waits", body = ChannelDelivery,
        example = json!(example()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn retry_channel_delivery(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, delivery)): ApiPath<(Uuid, Uuid)>,
    ApiJson(RetryChannelDelivery {}): ApiJson<RetryChannelDelivery>,
) -> ApiResult<Json<ChannelDelivery>> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    let retried = state.store.retry_delivery(&by, found.id, delivery).await?;
    Ok(Json(ChannelDelivery::seen(retried, true)))
}
