//! A shop that is kept equal to the ledger.

use sea_orm::entity::prelude::*;

/// A shop that is kept equal to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channels")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The shop's base address; unique.
    pub shop: String,
    /// Which version of its API we speak.
    pub api_version: String,
    /// How it knows who we are.
    pub credential_kind: String,
    /// What that takes, sealed.
    pub credentials: Vec<u8>,
    /// The token of the moment, sealed.
    pub token: Option<Vec<u8>>,
    /// When it ends; microseconds UTC.
    pub token_expires_at: Option<i64>,
    /// What it allows, separated by spaces.
    pub scopes: String,
    /// How it stands.
    pub status: String,
    /// Why, in words.
    pub status_reason: Option<String>,
    /// At or below it the shop is told that there are none.
    pub threshold: i64,
    /// Larger changes wait for a person.
    pub push_limit: Option<i64>,
    /// Whether drift is corrected without asking.
    pub corrects: bool,
    /// The node that publishes.
    pub lease_owner: Option<Uuid>,
    /// Grows whenever another node takes over.
    pub lease_term: i64,
    /// Until when nobody else may take over; microseconds UTC.
    pub lease_until: i64,
    /// Grows with each change of settings.
    pub version: i64,
    /// When it was made; microseconds UTC.
    pub created_at: i64,
    /// Since when nothing waits; microseconds UTC.
    pub in_step_since: Option<i64>,
    /// When the shop answered last; microseconds UTC.
    pub last_reply_at: Option<i64>,
    /// Since when its orders are followed: what was sold before is in the stock that was taken in;
    /// microseconds UTC.
    pub orders_from: Option<i64>,
    /// Up to when its orders are followed; microseconds UTC.
    pub orders_until: Option<i64>,
    /// What its messages are signed with, besides the app's own secret; sealed.
    pub webhook_secrets: Option<Vec<u8>>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
