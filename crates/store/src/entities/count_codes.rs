//! What an unknown code turned out to be.

use sea_orm::entity::prelude::*;

/// What an unknown code turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_codes")]
pub struct Model {
    /// Where it was scanned.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    /// What was read.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The count.
    pub count_id: Uuid,
    /// What it is; none where its scans count for nothing.
    pub sku_id: Option<Uuid>,
    /// Who said so.
    pub decided_by: Uuid,
    /// When; microseconds UTC.
    pub decided_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
