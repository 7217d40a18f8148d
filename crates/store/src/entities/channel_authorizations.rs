//! Somebody who was sent to a shop to let the app in, and is not back yet.

use sea_orm::entity::prelude::*;

/// Somebody who is away at a shop.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_authorizations")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of what they come back with; unique.
    pub state_hash: Vec<u8>,
    /// SHA-256 of the session's token: nobody else may come back.
    pub session_hash: Vec<u8>,
    /// Who.
    pub principal_id: Uuid,
    /// The channel that is made or renewed.
    pub channel_id: Uuid,
    /// Whether it is there already.
    pub renews: bool,
    /// The shop's base address.
    pub shop: String,
    /// What people are to call it.
    pub name: Option<String>,
    /// The app's id and secret, sealed.
    pub app: Vec<u8>,
    /// When they left; microseconds UTC.
    pub created_at: i64,
    /// When it is too late to come back; microseconds UTC.
    pub expires_at: i64,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
