//! A code by which a SKU is found; several SKUs may share one.

use sea_orm::entity::prelude::*;

/// A code by which a SKU is found; several SKUs may share one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identifiers")]
pub struct Model {
    /// The SKU.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// `barcode`, `gtin`, `vendor` or `erp`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// The code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
