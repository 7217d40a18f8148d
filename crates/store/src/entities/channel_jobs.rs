//! What somebody asked of a shop that takes longer than a request.

use sea_orm::entity::prelude::*;

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_jobs")]
pub struct Model {
    /// Made by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// What is done.
    pub kind: String,
    /// Of a start: whether the whole shop is compared, also where it could go on.
    pub anew: bool,
    /// Who asked.
    pub by_id: Uuid,
    /// How it stands.
    pub status: String,
    /// When it began; microseconds UTC.
    pub began_at: i64,
    /// Its node is gone if it says nothing until then; microseconds UTC.
    pub until: i64,
    /// When it ended; microseconds UTC.
    pub ended_at: Option<i64>,
    /// What it found, as JSON.
    pub result: Option<String>,
    /// Why it failed, a problem document.
    pub problem: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
