//! API keys, for programs.

mod create_api_key;
mod list_api_keys;
mod revoke_api_key;

use onhand_store::people as store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::people::{GrantView, ScopeView};
use crate::{state::AppState, wire::ApiTime};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_api_keys::list_api_keys, create_api_key::create_api_key))
        .routes(routes!(revoke_api_key::revoke_api_key))
}

/// An API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ApiKey {
    /// Id.
    id: Uuid,
    /// What it is for.
    name: String,
    /// Its first characters, to recognise it by.
    #[schema(example = "ohk_3fK9")]
    prefix: String,
    /// The role it has.
    role: Option<String>,
    /// Where it has it.
    scope: Option<ScopeView>,
    /// When it ends by itself.
    expires_at: Option<ApiTime>,
    /// Last call, to the minute.
    last_used_at: Option<ApiTime>,
    /// When it was made.
    created_at: ApiTime,
    /// When it was revoked.
    revoked_at: Option<ApiTime>,
    /// The key itself: only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

impl From<store::ApiKey> for ApiKey {
    fn from(key: store::ApiKey) -> Self {
        let (role, scope) = key.grant.map(|held| GrantView::from(held).parts()).unzip();
        Self {
            id: key.id.0,
            name: key.name,
            prefix: key.prefix,
            role,
            scope,
            expires_at: key.expires_at.map(ApiTime),
            last_used_at: key.last_used_at.map(ApiTime),
            created_at: key.created_at.into(),
            revoked_at: key.revoked_at.map(ApiTime),
            secret: None,
        }
    }
}
