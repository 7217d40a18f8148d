//! An item of a shop at one of its locations.

use sea_orm::entity::prelude::*;

/// An item of a shop at one of its locations.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_lanes")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: String,
    /// The location.
    #[sea_orm(primary_key, auto_increment = false)]
    pub location: String,
    /// What it is here.
    pub sku_id: Uuid,
    /// What the shop has as available once every push is confirmed.
    pub expected: i64,
    /// The number of its last push.
    pub ordinal: i64,
    /// Whether it takes part.
    pub status: String,
    /// Why not.
    pub reason: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
