//! The quantities of one SKU at one facility: a cache of the ledger.

use sea_orm::entity::prelude::*;

/// The quantities of one SKU at one facility: a cache of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "levels")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// Units that can be promised.
    pub available: i64,
    /// Promised.
    pub committed: i64,
    /// Held back.
    pub reserved: i64,
    /// Not saleable.
    pub damaged: i64,
    /// Under inspection.
    pub quality_control: i64,
    /// Buffer.
    pub safety_stock: i64,
    /// Number of the last movement of it.
    pub seq: i64,
    /// When that was recorded; microseconds UTC.
    pub last_movement_at: i64,
    /// Latest approved count that stands; microseconds UTC.
    pub last_counted_at: Option<i64>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
