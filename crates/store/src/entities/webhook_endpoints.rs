//! Another system that is told what happens here.

use sea_orm::entity::prelude::*;

/// Another system that is told what happens here.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where messages go.
    pub url: String,
    /// What they are signed with, sealed.
    pub secret: Vec<u8>,
    /// What it is told of, words separated by blanks.
    pub events: String,
    /// Whether it is told anything.
    pub active: bool,
    /// Why it is not, where nobody asked for that.
    pub status_reason: Option<String>,
    /// Since when nothing arrives; microseconds UTC.
    pub failing_since: Option<i64>,
    /// From when on it is told; microseconds UTC.
    pub since: i64,
    /// Up to when news without a number were looked for; microseconds UTC.
    pub told_at: i64,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Grows with each change of its settings.
    pub version: i64,
    /// Hash of what the client asked for.
    pub fingerprint: Vec<u8>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
