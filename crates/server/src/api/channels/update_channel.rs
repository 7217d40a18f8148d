//! `PATCH /channels/{id}`

use axum::{Json, extract::State};
use onhand_shopify::{connect, receiver};
use onhand_store::channels::ChannelChange;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel,
    credentials::{NewCredentials, SecretText, read_credentials_if_any},
    examples, key, manager,
    shape::Channel,
};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::nullable,
};

/// What changes; absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateChannel {
    /// What people call it.
    name: Option<String>,
    /// At or below it the shop is told that there are none. Another one takes part from the next
    /// start on; not while it runs.
    threshold: Option<i64>,
    /// Changes of more units wait for a person; null for no limit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    #[expect(clippy::option_option, reason = "absent, null and a value are three things")]
    push_limit: Option<Option<i64>>,
    /// Whether differences are set right without asking.
    corrects: Option<bool>,
    /// How the shop knows who we are from now on.
    #[serde(default, deserialize_with = "read_credentials_if_any")]
    credentials: Option<NewCredentials>,
    /// What the shop signs its messages with. The one before stays good beside it.
    #[schema(value_type = Option<String>, write_only)]
    webhook_secret: Option<SecretText>,
}

/// Changes a channel. Other credentials are kept once the shop has let them in.
#[utoipa::path(
    patch,
    path = "/channels/{id}",
    operation_id = "update_channel",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel")),
    request_body(content = UpdateChannel, example = json!({"push_limit": 500, "corrects": true})),
    responses((status = 200, description = "The channel", body = Channel,
        example = json!(examples::channel()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn update_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UpdateChannel>,
) -> ApiResult<Json<Channel>> {
    let by = manager(&caller).await?.by;
    let mut changed = channel(&state, id).await?;
    let change = ChannelChange {
        name: body.name,
        threshold: body.threshold,
        push_limit: body.push_limit,
        corrects: body.corrects,
        ..ChannelChange::default()
    };
    if change != ChannelChange::default() {
        changed = state.store.update_channel(&by, changed.id, change).await?;
    }
    if let Some(credentials) = body.credentials {
        let key = key(&state)?;
        let (credentials, token) = credentials.into_parts(state.store.clock().now());
        let store = &state.store;
        changed = connect::renew(store, key, &by, &changed, credentials, token).await?;
    }
    if let Some(SecretText(secret)) = body.webhook_secret {
        let key = key(&state)?;
        changed = receiver::add_secret(&state.store, key, &by, &changed, secret).await?;
    }
    Ok(Json(Channel::written(&state, changed).await?))
}
