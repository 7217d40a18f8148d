//! A reading of a shop as a whole, and what was found.

use sea_orm::entity::prelude::*;

/// A reading of a shop as a whole, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_audits")]
pub struct Model {
    /// Id; grows with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Why it was read.
    pub kind: String,
    /// How far it is.
    pub status: String,
    /// When it began; microseconds UTC.
    pub began_at: i64,
    /// When it was over; microseconds UTC.
    pub ended_at: Option<i64>,
    /// When the last level was judged; microseconds UTC.
    pub as_of: Option<i64>,
    /// Levels that take part.
    pub levels: i64,
    /// Those that are equal.
    pub equal: i64,
    /// Those of which changes were under way to the end.
    pub in_flight: i64,
    /// Levels of the shop that take no part.
    pub left_out: i64,
    /// How many differ, by class: a JSON object.
    pub differing: String,
    /// Why it failed.
    pub problem: Option<String>,
    /// Until when it counts as running without another word; none of a release that says none.
    pub until: Option<i64>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
