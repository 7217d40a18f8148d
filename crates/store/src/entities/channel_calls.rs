//! A request to a shop that never changes: its id is the key by which the shop does it once.

use sea_orm::entity::prelude::*;

/// A request to a shop that never changes: its id is the key by which the shop does it once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_calls")]
pub struct Model {
    /// The idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// What is done.
    pub kind: String,
    /// To which quantity.
    pub name: String,
    /// Of a move, where units go.
    pub to_name: Option<String>,
    /// Why, in the shop's words.
    pub reason: String,
    /// The body of the request, byte by byte.
    pub payload: String,
    /// How many lines it has.
    pub lines: i64,
    /// That of its most urgent line.
    pub urgency: i64,
    /// How it stands.
    pub status: String,
    /// How often it was sent.
    pub attempts: i64,
    /// When for the first time; microseconds UTC.
    pub first_sent_at: Option<i64>,
    /// When to send it (again); microseconds UTC.
    pub next_at: i64,
    /// The call that was refused, and which this one is again.
    pub follows: Option<Uuid>,
    /// What went wrong last, as the shop calls it.
    pub problem_code: Option<String>,
    /// The same in words.
    pub problem: Option<String>,
    /// When it was made; microseconds UTC.
    pub created_at: i64,
    /// When it was over; microseconds UTC.
    pub settled_at: Option<i64>,
    /// The shop's id of the change.
    pub adjustment: Option<String>,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
