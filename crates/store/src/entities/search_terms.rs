//! A word by which a product is found.

use sea_orm::entity::prelude::*;

/// A word by which a product is found.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_terms")]
pub struct Model {
    /// Lower-cased word; prefixes match.
    #[sea_orm(primary_key, auto_increment = false)]
    pub term: String,
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The SKU that the word belongs to, or the nil id for the product's own words.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// 0 code or title, 1 option, 2 vendor or category.
    pub weight: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
