//! Which facility stands behind which location of a shop.

use sea_orm::entity::prelude::*;

/// Which facility stands behind which location of a shop.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_facilities")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The facility.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// The shop's id of the location.
    pub location: String,
    /// Units of each SKU that it never offers there.
    pub safety_stock: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
