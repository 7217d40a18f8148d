//! One decision about a line, kept when another follows.

use sea_orm::entity::prelude::*;

/// One decision about a line, kept when another follows.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_decisions")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The count.
    pub count_id: Uuid,
    /// What.
    pub sku_id: Uuid,
    /// The round that was decided on.
    pub round: i64,
    /// `accept`, `reject` or `recount`.
    pub decision: String,
    /// What the reviewer wrote.
    pub reason: Option<String>,
    /// By which rule.
    pub rule: String,
    /// Who; none where the policy did.
    pub decided_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub decided_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
