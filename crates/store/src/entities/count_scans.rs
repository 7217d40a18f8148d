//! Units of something, seen. Never changed.

use sea_orm::entity::prelude::*;

/// Units of something, seen. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_scans")]
pub struct Model {
    /// Made by the device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub session_id: Uuid,
    /// The count.
    pub count_id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// The session's round.
    pub round: i64,
    /// What it was; none while the code is unknown.
    pub sku_id: Option<Uuid>,
    /// What was read.
    pub code: Option<String>,
    /// How many; negative in an undo, and 0 is a count.
    pub quantity: i64,
    /// `scanned`, `typed`, `camera` or `none_found`.
    pub how: String,
    /// When, by the server's clock; microseconds UTC.
    pub scanned_at: i64,
    /// When, by the device's clock; microseconds UTC.
    pub device_at: i64,
    /// By how much `scanned_at` may be wrong, either way, in microseconds.
    pub uncertainty: i64,
    /// When the server took it; microseconds UTC.
    pub received_at: i64,
    /// The scan that it takes back.
    pub undoes: Option<Uuid>,
    /// Whether it came after the session had ended: kept, not counted.
    pub late: bool,
    /// Hash of what the device sent.
    pub fingerprint: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
