//! A role that a principal holds somewhere.

use sea_orm::entity::prelude::*;

/// A role that a principal holds somewhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who.
    pub principal_id: Uuid,
    /// What.
    pub role_code: String,
    /// `all`, `group` or `facility`.
    pub scope_kind: String,
    /// Which group or facility.
    pub scope_id: Option<Uuid>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
