//! One change of a quantity that a shop is to be told.

use sea_orm::entity::prelude::*;

/// One change of a quantity that a shop is to be told.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_pushes")]
pub struct Model {
    /// Id; grows with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The item.
    pub item: String,
    /// The location.
    pub location: String,
    /// What it is here.
    pub sku_id: Uuid,
    /// Its number in its lane.
    pub ordinal: i64,
    /// Where it comes from; none for a location with several facilities that was taken in.
    pub facility_id: Option<Uuid>,
    /// The movement's number there.
    pub seq: Option<i64>,
    /// The movement; none where the shop was made equal at first.
    pub movement_id: Option<Uuid>,
    /// What is done.
    pub kind: String,
    /// To which quantity; of a move, the one that units leave.
    pub name: String,
    /// Of a move, where they go.
    pub to_name: Option<String>,
    /// By how many units.
    pub delta: i64,
    /// What the shop must have for it to be done.
    pub compare: Option<i64>,
    /// Why, in the shop's words.
    pub reason: String,
    /// 0 may not wait, 1 should not, 2 may.
    pub urgency: i64,
    /// How it stands.
    pub status: String,
    /// The call that carries it.
    pub call_id: Option<Uuid>,
    /// Goes only together with others that have the same.
    pub apart: Option<Uuid>,
    /// How often the shop had something else than `compare`.
    pub tries: i64,
    /// Why not, as the shop calls it.
    pub problem_code: Option<String>,
    /// The same in words.
    pub problem: Option<String>,
    /// When its movement was; microseconds UTC.
    pub recorded_at: i64,
    /// When it was sent first; microseconds UTC.
    pub sent_at: Option<i64>,
    /// When it was over; microseconds UTC.
    pub settled_at: Option<i64>,
    /// The shop's id of the change.
    pub adjustment: Option<String>,
    /// Whether it sets right what nobody recorded.
    pub correction: bool,
}

/// Joins are written where they are used.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
