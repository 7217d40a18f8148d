//! An item of a shop, and which SKU it is.

use sea_orm::entity::prelude::*;

/// An item of a shop, and which SKU it is.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_items")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The shop's id of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: String,
    /// The shop's id of its variant.
    pub variant: String,
    /// The SKU code that it has there.
    pub code: Option<String>,
    /// Its barcodes, a JSON array.
    pub barcodes: String,
    /// The product's handle.
    pub handle: String,
    /// The option values, a JSON array.
    pub options: String,
    /// What it is called there.
    pub title: String,
    /// Whether the shop keeps stock of it.
    pub tracked: bool,
    /// When it was read; microseconds UTC.
    pub seen_at: i64,
    /// What it is here; unique within the channel.
    pub sku_id: Option<Uuid>,
    /// By what it was recognised.
    pub matched_by: Option<String>,
    /// Why nothing is told of it.
    pub problem: Option<String>,
    /// SKUs that fit, a JSON array of ids.
    pub candidates: Option<String>,
    /// Whether the shop's quantities of it were taken in.
    pub live: bool,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
