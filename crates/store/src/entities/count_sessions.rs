//! One person's share of a count, on one device.

use sea_orm::entity::prelude::*;

/// One person's share of a count, on one device.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_sessions")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The count.
    pub count_id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// Which part of the facility.
    pub area: Option<String>,
    /// 1, and one more for each recount.
    pub round: i64,
    /// Who counts.
    pub counter_id: Uuid,
    /// On what, as it names itself.
    pub device: Option<String>,
    /// How it stands.
    pub status: String,
    /// When; microseconds UTC.
    pub started_at: i64,
    /// When the counter was done; microseconds UTC.
    pub submitted_at: Option<i64>,
    /// Who submitted or discarded it.
    pub ended_by: Option<Uuid>,
    /// Server clock − device clock at the last sending, in microseconds.
    pub clock_offset: Option<i64>,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
