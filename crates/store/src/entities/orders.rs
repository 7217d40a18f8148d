//! A customer's order.

use sea_orm::entity::prelude::*;

/// A customer's order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the shop calls it.
    pub name: String,
    /// Where it came from.
    pub channel: String,
    /// Microseconds UTC.
    pub placed_at: i64,
    /// Microseconds UTC.
    pub due_at: Option<i64>,
    /// `open`, `fulfilled` or `cancelled`.
    pub status: String,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
    /// When the shop had changed it last, of an order that follows a shop; microseconds UTC.
    pub followed: Option<i64>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
