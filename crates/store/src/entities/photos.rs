//! Evidence: a picture of what was seen.

use sea_orm::entity::prelude::*;

/// Evidence: a picture of what was seen.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "photos")]
pub struct Model {
    /// Made by the device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where.
    pub facility_id: Uuid,
    /// Of what.
    pub sku_id: Uuid,
    /// The count whose line it belongs to.
    pub count_id: Option<Uuid>,
    /// The variance that it belongs to.
    pub movement_id: Option<Uuid>,
    /// Hash of its bytes.
    pub sha256: Vec<u8>,
    /// `image/jpeg`.
    pub content_type: String,
    /// The picture.
    pub body: Vec<u8>,
    /// Who.
    pub taken_by: Uuid,
    /// When the server took it; microseconds UTC.
    pub created_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
