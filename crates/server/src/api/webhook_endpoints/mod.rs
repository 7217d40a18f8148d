//! Webhook endpoints: other systems that are told what happens here.

mod create_webhook_endpoint;
mod delete_webhook_endpoint;
mod list_webhook_endpoints;
mod list_webhook_messages;
mod replay_webhook_message;
mod shape;
mod test_webhook_endpoint;
#[cfg(test)]
mod tests;
mod update_webhook_endpoint;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_webhook_endpoints::list_webhook_endpoints,
            create_webhook_endpoint::create_webhook_endpoint
        ))
        .routes(routes!(
            update_webhook_endpoint::update_webhook_endpoint,
            delete_webhook_endpoint::delete_webhook_endpoint
        ))
        .routes(routes!(test_webhook_endpoint::test_webhook_endpoint))
        .routes(routes!(list_webhook_messages::list_webhook_messages))
        .routes(routes!(replay_webhook_message::replay_webhook_message))
}
