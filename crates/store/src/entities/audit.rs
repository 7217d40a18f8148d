//! A decision: who, what, where, by which rule.

use sea_orm::entity::prelude::*;

/// A decision: who, what, where, by which rule.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Microseconds UTC.
    pub at: i64,
    /// Who; none when nobody was signed in.
    pub actor_id: Option<Uuid>,
    /// The operation.
    pub action: String,
    /// Where.
    pub facility_id: Option<Uuid>,
    /// How it was decided.
    pub allowed: bool,
    /// By which rule.
    pub rule: String,
    /// What it was about.
    pub subject: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
