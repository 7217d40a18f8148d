//! A file that was read.

use sea_orm::entity::prelude::*;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `catalog` or `stock`.
    pub kind: String,
    /// Where the opening stock goes.
    pub facility_id: Option<Uuid>,
    /// `dry_run`, `good_rows` or `all_or_nothing`.
    pub mode: String,
    /// The file.
    pub file_name: String,
    /// `running`, `done` or `failed`.
    pub status: String,
    /// Rows read.
    pub rows_done: i64,
    /// Rows in all, where known.
    pub rows_total: Option<i64>,
    /// JSON.
    pub report: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Who.
    pub started_by: Uuid,
    /// Microseconds UTC.
    pub started_at: i64,
    /// Microseconds UTC.
    pub finished_at: Option<i64>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
