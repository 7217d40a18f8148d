//! What may be accepted, and by whom. The newest of a group holds.

use sea_orm::entity::prelude::*;

/// What may be accepted, and by whom. The newest of a group holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_policies")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For the facilities of this group; for all if absent.
    pub group_id: Option<Uuid>,
    /// Grows with each change, for each group from 1.
    pub version: i64,
    /// The rules, as JSON.
    pub body: String,
    /// Who set it.
    pub author_id: Uuid,
    /// When; microseconds UTC.
    pub created_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
