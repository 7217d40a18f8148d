//! A step in the life of a count.

use sea_orm::entity::prelude::*;

/// A step in the life of a count.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_steps")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The count.
    pub count_id: Uuid,
    /// What happened.
    pub step: String,
    /// Who did it.
    pub by_id: Uuid,
    /// When; microseconds UTC.
    pub at: i64,
    /// What they wrote.
    pub note: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
