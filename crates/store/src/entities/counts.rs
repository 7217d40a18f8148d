//! The order to look at the shelf.

use sea_orm::entity::prelude::*;

/// The order to look at the shelf.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counts")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// What people call it.
    pub name: String,
    /// `directed`, `area` or `spot`.
    pub kind: String,
    /// How it stands.
    pub status: String,
    /// Whether counters must not know what the book expects.
    pub blind: bool,
    /// Which part of the facility; all of it if absent.
    pub area: Option<String>,
    /// Why it was made, in somebody's words.
    pub note: Option<String>,
    /// What made it.
    pub origin: String,
    /// The schedule that made it.
    pub schedule_id: Option<Uuid>,
    /// Planned start; microseconds UTC.
    pub start_at: Option<i64>,
    /// When it should be done; microseconds UTC.
    pub due_at: Option<i64>,
    /// Grows with each change.
    pub version: i64,
    /// Who made it.
    pub created_by: Uuid,
    /// When; microseconds UTC.
    pub created_at: i64,
    /// Who opened it.
    pub opened_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub opened_at: Option<i64>,
    /// Who said that counting is over.
    pub submitted_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub submitted_at: Option<i64>,
    /// Who posted it.
    pub closed_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub closed_at: Option<i64>,
    /// Who gave it up.
    pub cancelled_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub cancelled_at: Option<i64>,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
