//! How far a facility's ledger has been read for reasons to count.

use sea_orm::entity::prelude::*;

/// How far a facility's ledger has been read for reasons to count.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_cursors")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// The last movement that was looked at.
    pub seq: i64,
    /// The head's `requests_version` up to which declined requests were looked at.
    pub requests_version: i64,
    /// When the last of them was decided; microseconds UTC.
    pub decided_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
