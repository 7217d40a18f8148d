//! Whoever acts: a person, an API key, the system.

use sea_orm::entity::prelude::*;

/// Whoever acts: a person, an API key, the system.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "principals")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `user`, `key` or `system`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Lower-cased address of a user, unique.
    pub email: Option<String>,
    /// Argon2id, PHC string.
    pub password_hash: Option<String>,
    /// The first characters of an API key, to recognise it by.
    pub key_prefix: Option<String>,
    /// SHA-256 of an API key, unique.
    pub key_hash: Option<Vec<u8>>,
    /// When an API key ends; microseconds UTC.
    pub expires_at: Option<i64>,
    /// Last sign-in or call; microseconds UTC.
    pub last_used_at: Option<i64>,
    /// False once locked out or revoked.
    pub active: bool,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Who made it.
    pub created_by: Option<Uuid>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
