//! A signed-in browser.

use sea_orm::entity::prelude::*;

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256 of the cookie's token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// Who.
    pub principal_id: Uuid,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub last_used_at: i64,
    /// Absolute end; microseconds UTC.
    pub expires_at: i64,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
