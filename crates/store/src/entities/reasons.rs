//! Why record and shelf differ.

use sea_orm::entity::prelude::*;

/// Why record and shelf differ.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reasons")]
pub struct Model {
    /// Stable word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// What people read.
    pub label: String,
    /// `loss`, `gain` or `both`.
    pub direction: String,
    /// Where the units go to or come from.
    pub place: String,
    /// Account of the general ledger.
    pub gl_account: Option<String>,
    /// Whether a note must say more.
    pub note_required: bool,
    /// Whether a person may choose it.
    pub selectable: bool,
    /// Whether it is in use.
    pub active: bool,
    /// Order in lists.
    pub position: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
