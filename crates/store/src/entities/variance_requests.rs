//! A variance that waits for somebody who may post it.

use sea_orm::entity::prelude::*;

/// A variance that waits for somebody who may post it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variance_requests")]
pub struct Model {
    /// The variance's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// What.
    pub sku_id: Uuid,
    /// Signed units.
    pub quantity: i64,
    /// Why.
    pub reason: String,
    /// What the reporter wrote.
    pub note: Option<String>,
    /// When it was seen; microseconds UTC.
    pub effective_at: i64,
    /// Who.
    pub reported_by: Uuid,
    /// Microseconds UTC.
    pub reported_at: i64,
    /// On which device.
    pub device: Option<String>,
    /// Why it was not posted, codes separated by spaces.
    pub because: String,
    /// What it is worth, 1/10000.
    pub value: Option<i64>,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
    /// `pending`, `approved` or `declined`.
    pub status: String,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// Microseconds UTC.
    pub decided_at: Option<i64>,
    /// What they wrote.
    pub decision_note: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
