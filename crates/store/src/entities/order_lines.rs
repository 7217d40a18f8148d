//! Units of one SKU promised from one facility.

use sea_orm::entity::prelude::*;

/// Units of one SKU promised from one facility.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its order.
    pub order_id: Uuid,
    /// From where.
    pub facility_id: Uuid,
    /// What.
    pub sku_id: Uuid,
    /// Ordered.
    pub quantity: i64,
    /// Still promised.
    pub open_quantity: i64,
    /// As the order's, for the look-up of open lines; microseconds UTC.
    pub placed_at: i64,
    /// Taken off the order by its shop, and not back in stock.
    pub dropped: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
