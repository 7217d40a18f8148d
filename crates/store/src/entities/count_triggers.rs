//! A reason to count a SKU.

use sea_orm::entity::prelude::*;

/// A reason to count a SKU.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_triggers")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// `negative_on_hand` or `negative_available`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cause: String,
    /// What raised it.
    pub movement_id: Uuid,
    /// Microseconds UTC.
    pub raised_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
