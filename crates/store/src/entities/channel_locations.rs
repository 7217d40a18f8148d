//! A location of a shop, as it was seen last.

use sea_orm::entity::prelude::*;

/// A location of a shop, as it was seen last.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_locations")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The shop's id of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub location: String,
    /// What it is called there.
    pub name: String,
    /// Whether the shop takes changes for it.
    pub active: bool,
    /// When it was read; microseconds UTC.
    pub seen_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
