//! A variant that is stocked.

use sea_orm::entity::prelude::*;

/// A variant that is stocked.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "skus")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// The option values, which identify it within the product.
    pub variant_key: String,
    /// Order within the product.
    pub position: i64,
    /// The SKU code on the label: not unique, may be missing.
    pub code: Option<String>,
    /// Value of the first option.
    pub option1: Option<String>,
    /// Of the second.
    pub option2: Option<String>,
    /// Of the third.
    pub option3: Option<String>,
    /// Cost of one unit, 1/10000.
    pub cost: Option<i64>,
    /// Price of one unit, 1/10000.
    pub price: Option<i64>,
    /// Whether stock is kept.
    pub tracked: bool,
    /// Its own picture.
    pub image_id: Option<Uuid>,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub updated_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
