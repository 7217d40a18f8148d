//! Makes counts by itself.

use sea_orm::entity::prelude::*;

/// Makes counts by itself.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_schedules")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// What its counts are called.
    pub name: String,
    /// The rule, as JSON.
    pub body: String,
    /// Whether it goes on.
    pub active: bool,
    /// When it is due next; microseconds UTC.
    pub next_at: Option<i64>,
    /// The count that it made last.
    pub last_count_id: Option<Uuid>,
    /// When it was due last and made nothing; microseconds UTC.
    pub last_skipped_at: Option<i64>,
    /// Why.
    pub last_skipped_because: Option<String>,
    /// Who made it.
    pub created_by: Uuid,
    /// When; microseconds UTC.
    pub created_at: i64,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
