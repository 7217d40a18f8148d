//! The ledger's entry. Never updated, never deleted.

use sea_orm::entity::prelude::*;

/// The ledger's entry. Never updated, never deleted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "movements")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub facility_id: Uuid,
    /// Number in the facility's ledger.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Made by the client; unique.
    pub id: Uuid,
    /// What.
    pub sku_id: Uuid,
    /// What kind of event.
    pub kind: String,
    /// Units, > 0.
    pub quantity: i64,
    /// Where they were.
    pub from_place: String,
    /// Where they are.
    pub to_place: String,
    /// Why.
    pub reason: Option<String>,
    /// When they moved; microseconds UTC.
    pub effective_at: i64,
    /// When we learned it; microseconds UTC.
    pub recorded_at: i64,
    /// Who said so.
    pub actor_id: Uuid,
    /// On which device.
    pub device: Option<String>,
    /// Through which door.
    pub origin: String,
    /// The event's key there.
    pub origin_key: Option<String>,
    /// What the person wrote.
    pub note: Option<String>,
    /// The movement it undoes; unique.
    pub reverses: Option<Uuid>,
    /// The anchor it corrects.
    pub corrects: Option<Uuid>,
    /// The order line.
    pub order_line_id: Option<Uuid>,
    /// Cost of one unit, 1/10000.
    pub unit_cost: Option<i64>,
    /// Level after it.
    pub after_available: i64,
    /// Level after it.
    pub after_committed: i64,
    /// Level after it.
    pub after_reserved: i64,
    /// Level after it.
    pub after_damaged: i64,
    /// Level after it.
    pub after_quality_control: i64,
    /// Level after it.
    pub after_safety_stock: i64,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
    /// Hash chained to the previous movement.
    pub hash: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
