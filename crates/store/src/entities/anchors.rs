//! An approved count line: at its time there were so many good units.

use sea_orm::entity::prelude::*;

/// An approved count line: at its time there were so many good units.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "anchors")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// What.
    pub sku_id: Uuid,
    /// When it was counted; microseconds UTC.
    pub effective_at: i64,
    /// Good units seen.
    pub counted: i64,
    /// Counted − book, corrected for what was learned since.
    pub variance: i64,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
    /// Whether it was taken back: then its variance is 0, and it corrects nothing any more.
    pub voided: bool,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
