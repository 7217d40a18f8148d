//! What was decided about a SKU of a count.

use sea_orm::entity::prelude::*;

/// What was decided about a SKU of a count.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "count_lines")]
pub struct Model {
    /// The count.
    #[sea_orm(primary_key, auto_increment = false)]
    pub count_id: Uuid,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sku_id: Uuid,
    /// The round that is asked for.
    pub round: i64,
    /// `accept`, `reject` or `recount`; none while it waits.
    pub decision: Option<String>,
    /// The id that it has in the ledger once it is posted.
    pub line_id: Uuid,
    /// Good units seen, as they were decided on.
    pub counted: Option<i64>,
    /// When they were seen; microseconds UTC.
    pub counted_at: Option<i64>,
    /// The book at that time, as it was decided on.
    pub expected: Option<i64>,
    /// What one unit was worth then.
    pub unit_value: Option<i64>,
    /// What the reviewer wrote.
    pub reason: Option<String>,
    /// By which rule it was decided.
    pub rule: String,
    /// Who decided; none where the policy did.
    pub decided_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub decided_at: Option<i64>,
    /// Who else accepted, where it takes two.
    pub second_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub second_at: Option<i64>,
    /// Who took the posted line back.
    pub undone_by: Option<Uuid>,
    /// When; microseconds UTC.
    pub undone_at: Option<i64>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
