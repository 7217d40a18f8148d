//! Roles and their limits.

mod create_role;
mod list_roles;
mod update_role;

use onhand_domain as domain;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{people::LimitsView, shapes::codes};
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_roles::list_roles, create_role::create_role))
        .routes(routes!(update_role::update_role))
}

/// A named set of permissions with limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Role {
    /// The stable word.
    code: String,
    /// What people read.
    label: String,
    /// Whether it came with the program.
    shipped: bool,
    /// Requests that go beyond a role's limits go to roles of a higher rank.
    rank: i64,
    /// What it allows.
    #[schema(value_type = Vec<codes::Permission>)]
    permissions: Vec<&'static str>,
    /// How far its holder may go alone.
    limits: LimitsView,
}

impl From<domain::Role> for Role {
    fn from(role: domain::Role) -> Self {
        Self {
            code: role.code,
            label: role.label,
            shipped: role.shipped,
            rank: role.rank,
            permissions: role.permissions.iter().map(|p| p.code()).collect(),
            limits: role.limits.into(),
        }
    }
}
