//! A style; its variants are SKUs.

use sea_orm::entity::prelude::*;

/// A style; its variants are SKUs.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The shop's name for it, unique.
    pub handle: String,
    /// Title.
    pub title: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Kind of product.
    pub category: Option<String>,
    /// Plain text.
    pub description: Option<String>,
    /// Name of the first option.
    pub option1_name: Option<String>,
    /// Of the second.
    pub option2_name: Option<String>,
    /// Of the third.
    pub option3_name: Option<String>,
    /// Its picture.
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
