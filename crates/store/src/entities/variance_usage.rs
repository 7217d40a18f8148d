//! Gross value of a person's variances of a day.

use sea_orm::entity::prelude::*;

/// Gross value of a person's variances of a day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variance_usage")]
pub struct Model {
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal_id: Uuid,
    /// Date in the facility's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    /// Losses and gains added up, 1/10000.
    pub value: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
