//! Failed sign-ins of one address or one client.

use sea_orm::entity::prelude::*;

/// Failed sign-ins of one address or one client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_throttles")]
pub struct Model {
    /// `email:…` or `ip:…`, hashed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// In this window.
    pub failures: i64,
    /// Microseconds UTC.
    pub window_started_at: i64,
    /// Microseconds UTC; 0 when not blocked.
    pub blocked_until: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
