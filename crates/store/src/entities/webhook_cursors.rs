//! How far a facility's ledger has been read for another system.

use sea_orm::entity::prelude::*;

/// How far a facility's ledger has been read for another system.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_cursors")]
pub struct Model {
    /// The endpoint.
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: Uuid,
    /// The facility.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// The last movement that was looked at.
    pub seq: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
