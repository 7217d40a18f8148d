//! A level at which a shop is not what it should be.

use sea_orm::entity::prelude::*;

/// A level at which a shop is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_differences")]
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
    /// How it stands.
    pub class: String,
    /// What the shop has as available; none where it was never stocked.
    pub has: Option<i64>,
    /// What it should have.
    pub should: i64,
    /// The number of the lane's last change then.
    pub ordinal: i64,
    /// When the first of the readings with these numbers was asked for; microseconds UTC.
    pub asked_at: i64,
    /// When it was judged; microseconds UTC.
    pub read_at: i64,
    /// Since when the level is not equal; microseconds UTC.
    pub first_seen_at: i64,
    /// When it was read last; microseconds UTC.
    pub seen_at: i64,
    /// How often it was read with these numbers.
    pub sightings: i64,
    /// When it is to be read again; microseconds UTC.
    pub next_at: i64,
    /// Since when it is certain; microseconds UTC.
    pub confirmed_at: Option<i64>,
    /// How often it was set right by itself.
    pub corrections: i64,
    /// When a person wanted it set right, where that takes more than a push; microseconds UTC.
    pub wanted_at: Option<i64>,
    /// The push that sets it right.
    pub push_id: Option<Uuid>,
    /// Why it could not be set right.
    pub problem: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
