//! Somebody who is to count.

use sea_orm::entity::prelude::*;

/// Somebody who is to count.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_assignees")]
pub struct Model {
    /// The count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub count_id: Uuid,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal_id: Uuid,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
