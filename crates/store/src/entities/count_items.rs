//! A SKU that a count asks for.

use sea_orm::entity::prelude::*;

/// A SKU that a count asks for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_items")]
pub struct Model {
    /// The count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub count_id: Uuid,
    /// What to look at.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// Its place in the list, from 0.
    pub position: i64,
    /// Whether it was not asked for, but seen, and a reviewer took it in.
    pub taken_in: bool,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
