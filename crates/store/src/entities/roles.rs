//! A named set of permissions with limits.

use sea_orm::entity::prelude::*;

/// A named set of permissions with limits.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    /// Stable word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What people read.
    pub label: String,
    /// Permission codes, separated by spaces.
    pub permissions: String,
    /// Most units of one variance.
    pub variance_units_max: Option<i64>,
    /// Most value of one variance, 1/10000.
    pub variance_value_max: Option<i64>,
    /// Most gross value of a person's day, 1/10000.
    pub day_value_max: Option<i64>,
    /// Requests go up the ranks.
    pub rank: i64,
    /// Came with the program.
    pub shipped: bool,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
