//! People who sign in.

mod create_user;
mod list_users;
mod update_user;

use onhand_store::people as store;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::people::GrantView;
use crate::{password::check_password, problem::Problem, state::AppState, wire::ApiTime};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_users::list_users, create_user::create_user))
        .routes(routes!(update_user::update_user))
}

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct User {
    /// Id.
    id: Uuid,
    /// The address they sign in with.
    email: String,
    /// Name.
    name: String,
    /// False once locked out.
    active: bool,
    /// What they hold, and where.
    grants: Vec<GrantView>,
    /// Last sign-in.
    last_sign_in_at: Option<ApiTime>,
    /// When they were added.
    created_at: ApiTime,
}

impl From<store::User> for User {
    fn from(user: store::User) -> Self {
        Self {
            id: user.id.0,
            email: user.email,
            name: user.name,
            active: user.active,
            grants: user.grants.into_iter().map(GrantView::from).collect(),
            last_sign_in_at: user.last_sign_in_at.map(ApiTime),
            created_at: user.created_at.into(),
        }
    }
}

/// The hash of a password that may be chosen. `pointer` leads to it in the request.
pub(crate) async fn hash_chosen(
    state: &AppState,
    pointer: &str,
    password: &str,
) -> Result<String, Problem> {
    check_password(password).map_err(|why| Problem::invalid(pointer, why))?;
    state.passwords.hash(password).await
}
