//! A message to another system: one event.

use sea_orm::entity::prelude::*;

/// A message to another system: one event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_messages")]
pub struct Model {
    /// The same each time it is sent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// To whom.
    pub endpoint_id: Uuid,
    /// What happened.
    pub event: String,
    /// What it happened to.
    pub subject: Uuid,
    /// The body, the same each time it is sent.
    pub payload: String,
    /// `waiting`, `delivered` or `failed`.
    pub status: String,
    /// How often it was sent.
    pub tries: i64,
    /// When it is sent next; microseconds UTC.
    pub next_at: i64,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub delivered_at: Option<i64>,
    /// What the other system answered last.
    pub http_status: Option<i64>,
    /// Why the last try failed.
    pub problem: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
