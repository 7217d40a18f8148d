//! Pushes: what a shop is told of each movement, what waits and why.

mod list_channel_pushes;
mod release_push;
mod retry_push;
mod shape;
mod skip_push;

use onhand_domain::ChannelId;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, channels::channel},
    state::AppState,
};

use shape::{Push, pushes};

pub(crate) use shape::example;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_channel_pushes::list_channel_pushes))
        .routes(routes!(release_push::release_push))
        .routes(routes!(retry_push::retry_push))
        .routes(routes!(skip_push::skip_push))
}

/// Nothing more to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecidePush {}

/// The shop has this push.
async fn known(state: &AppState, id: Uuid, push: Uuid) -> ApiResult<ChannelId> {
    let found = channel(state, id).await?;
    let push = state.store.find_push(found.id, push).await?;
    push.map(|_| found.id).ok_or_else(|| Problem::unknown("push"))
}
