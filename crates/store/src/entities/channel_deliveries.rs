//! Something that a shop has told, or that a look at it has found: where to look again.

use sea_orm::entity::prelude::*;

/// Something that a shop has told, or that a look at it has found: where to look again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_deliveries")]
pub struct Model {
    /// Our own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The shop's id of the message, the same for all its tries; unique in the channel.
    pub delivery: String,
    /// The shop's id of what has happened; unique with the topic in the channel.
    pub event: Option<String>,
    /// What the message calls itself.
    pub topic: String,
    /// What is to be read again.
    pub kind: String,
    /// The shop's id of it.
    pub subject: String,
    /// Of a level, where.
    pub location: Option<String>,
    /// When it happened, as the shop says; microseconds UTC.
    pub triggered_at: Option<i64>,
    /// When we learned it; microseconds UTC.
    pub received_at: i64,
    /// `waiting`, `done` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub tries: i64,
    /// Not before; microseconds UTC.
    pub next_at: i64,
    /// What was left out, or why it failed.
    pub problem: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
