//! The end of a facility's ledger; its row lock orders all postings of the facility.

use sea_orm::entity::prelude::*;

/// The end of a facility's ledger; its row lock orders all postings of the facility.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_heads")]
pub struct Model {
    /// The facility.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// Number of the last movement; 0 before the first.
    pub seq: i64,
    /// Hash of the last movement; 32 zero bytes before the first.
    pub hash: Vec<u8>,
    /// Whatever is recorded from now on is recorded after it: when the last movement was, or the
    /// latest count's time where that is later; microseconds UTC.
    pub recorded_at: i64,
    /// Grows with each change of a variance request: live clients watch it.
    pub requests_version: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
