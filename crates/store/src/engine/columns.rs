//! What goes into statements: a batch of rows, column by column.
//!
//! A column is named once, together with where its value comes from: the SQL text takes its names
//! and types from here, and each driver its values. So no list of columns can fall out of step
//! with a list of values.

use onhand_domain::{
    CountId, FacilityId, Micros, Money, Movement, OrderId, PrincipalId,
    encode::Hash,
    order::{Order, OrderLine, OrderStatus},
    plan::{
        outcome::{Audited, LevelAfter, Trigger},
        view::{Anchor, Head, Key, WorkOrder},
    },
    request::Request,
};
use uuid::Uuid;

/// A column of a batch whose rows are made from `T`.
pub(super) struct Column<T> {
    /// Its name in the table.
    pub(super) name: &'static str,
    /// Its value in a row.
    pub(super) value: Get<T>,
}

/// How a value of some type is had from a row.
pub(super) enum Get<T> {
    /// An id.
    Id(fn(&T) -> Uuid),
    /// An id, or null.
    MaybeId(fn(&T) -> Option<Uuid>),
    /// A whole number.
    Int(fn(&T) -> i64),
    /// A whole number, or null.
    MaybeInt(fn(&T) -> Option<i64>),
    /// Text that the row holds.
    Text(fn(&T) -> &str),
    /// The same, or null.
    MaybeText(fn(&T) -> Option<&str>),
    /// Text that is made for the purpose.
    Written(fn(&T) -> String),
    /// Bytes.
    Bytes(fn(&T) -> &[u8]),
    /// True or false.
    Bool(fn(&T) -> bool),
}

impl<T> Get<T> {
    /// PostgreSQL's word for the type.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Id(_) | Self::MaybeId(_) => "uuid",
            Self::Int(_) | Self::MaybeInt(_) => "bigint",
            Self::Text(_) | Self::MaybeText(_) | Self::Written(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Bool(_) => "boolean",
        }
    }
}

const fn column<T>(name: &'static str, value: Get<T>) -> Column<T> {
    Column { name, value }
}

/// What is looked up by id.
pub(super) const ID: &[Column<Uuid>] = &[column("id", Get::Id(|id| *id))];

/// What is looked up by key, some of it from a time on.
pub(super) const KEY: &[Column<(Key, Option<Micros>)>] = &[
    column("facility_id", Get::Id(|(key, _)| key.0.0)),
    column("sku_id", Get::Id(|(key, _)| key.1.0)),
    column("at", Get::MaybeInt(|(_, at)| at.map(|at| at.0))),
];

/// Somebody's day.
pub(super) const DAY: &[Column<(PrincipalId, String)>] =
    &[column("principal_id", Get::Id(|(who, _)| who.0)), column("day", Get::Text(|(_, day)| day))];

/// `movements`
pub(super) const MOVEMENT: &[Column<Movement>] = &[
    column("facility_id", Get::Id(|m| m.facility.0)),
    column("seq", Get::Int(|m| m.seq)),
    column("id", Get::Id(|m| m.id.0)),
    column("sku_id", Get::Id(|m| m.sku.0)),
    column("kind", Get::Text(|m| m.kind.code())),
    column("quantity", Get::Int(|m| m.quantity)),
    column("from_place", Get::Text(|m| m.from.code())),
    column("to_place", Get::Text(|m| m.to.code())),
    column("reason", Get::MaybeText(|m| m.reason.as_deref())),
    column("effective_at", Get::Int(|m| m.effective_at.0)),
    column("recorded_at", Get::Int(|m| m.recorded_at.0)),
    column("actor_id", Get::Id(|m| m.actor.0)),
    column("device", Get::MaybeText(|m| m.device.as_deref())),
    column("origin", Get::Text(|m| m.origin.code())),
    column("origin_key", Get::MaybeText(|m| m.origin_key.as_deref())),
    column("note", Get::MaybeText(|m| m.note.as_deref())),
    column("reverses", Get::MaybeId(|m| m.reverses.map(|id| id.0))),
    column("corrects", Get::MaybeId(|m| m.corrects.map(|id| id.0))),
    column("order_line_id", Get::MaybeId(|m| m.order_line.map(|id| id.0))),
    column("unit_cost", Get::MaybeInt(|m| m.unit_cost.map(|cost| cost.0))),
    column("after_available", Get::Int(|m| m.after.available)),
    column("after_committed", Get::Int(|m| m.after.committed)),
    column("after_reserved", Get::Int(|m| m.after.reserved)),
    column("after_damaged", Get::Int(|m| m.after.damaged)),
    column("after_quality_control", Get::Int(|m| m.after.quality_control)),
    column("after_safety_stock", Get::Int(|m| m.after.safety_stock)),
    column("fingerprint", Get::Bytes(|m| &m.fingerprint)),
    column("hash", Get::Bytes(|m| &m.hash)),
];

/// `levels`
pub(super) const LEVEL: &[Column<(Key, LevelAfter)>] = &[
    column("facility_id", Get::Id(|(key, _)| key.0.0)),
    column("sku_id", Get::Id(|(key, _)| key.1.0)),
    column("available", Get::Int(|(_, level)| level.quantities.available)),
    column("committed", Get::Int(|(_, level)| level.quantities.committed)),
    column("reserved", Get::Int(|(_, level)| level.quantities.reserved)),
    column("damaged", Get::Int(|(_, level)| level.quantities.damaged)),
    column("quality_control", Get::Int(|(_, level)| level.quantities.quality_control)),
    column("safety_stock", Get::Int(|(_, level)| level.quantities.safety_stock)),
    column("seq", Get::Int(|(_, level)| level.seq)),
    column("last_movement_at", Get::Int(|(_, level)| level.at.0)),
    column("last_counted_at", Get::MaybeInt(|(_, level)| level.counted_at.map(|at| at.0))),
];

/// What a posting changes of `ledger_heads`.
pub(super) const HEAD: &[Column<(FacilityId, Head)>] = &[
    column("facility_id", Get::Id(|(facility, _)| facility.0)),
    column("seq", Get::Int(|(_, head)| head.seq)),
    column("hash", Get::Bytes(|(_, head)| &head.hash)),
    column("recorded_at", Get::Int(|(_, head)| head.recorded_at.0)),
];

/// `anchors`
pub(super) const ANCHOR: &[Column<(Key, Micros, Anchor)>] = &[
    column("id", Get::Id(|(_, _, anchor)| anchor.id.0)),
    column("facility_id", Get::Id(|(key, _, _)| key.0.0)),
    column("sku_id", Get::Id(|(key, _, _)| key.1.0)),
    column("effective_at", Get::Int(|(_, at, _)| at.0)),
    column("counted", Get::Int(|(_, _, anchor)| anchor.counted)),
    column("variance", Get::Int(|(_, _, anchor)| anchor.variance)),
    column("fingerprint", Get::Bytes(|(_, _, anchor)| &anchor.fingerprint)),
    column("voided", Get::Bool(|(_, _, anchor)| anchor.voided)),
];

/// What a closing changes of `counts`.
pub(super) const CLOSED_COUNT: &[Column<(CountId, WorkOrder, Micros)>] = &[
    column("id", Get::Id(|(id, _, _)| id.0)),
    column("status", Get::Text(|(_, order, _)| order.status.code())),
    column("version", Get::Int(|(_, order, _)| order.version)),
    column("closed_by", Get::MaybeId(|(_, order, _)| order.closed_by.map(|by| by.0))),
    column("closed_at", Get::Int(|(_, _, at)| at.0)),
];

/// `variance_requests`
pub(super) const REQUEST: &[Column<Request>] = &[
    column("id", Get::Id(|r| r.id.0)),
    column("facility_id", Get::Id(|r| r.facility.0)),
    column("sku_id", Get::Id(|r| r.sku.0)),
    column("quantity", Get::Int(|r| r.quantity)),
    column("reason", Get::Text(|r| &r.reason)),
    column("note", Get::MaybeText(|r| r.note.as_deref())),
    column("effective_at", Get::Int(|r| r.effective_at.0)),
    column("reported_by", Get::Id(|r| r.reported_by.0)),
    column("reported_at", Get::Int(|r| r.reported_at.0)),
    column("device", Get::MaybeText(|r| r.device.as_deref())),
    column("because", Get::Written(because)),
    column("value", Get::MaybeInt(|r| r.value.map(|value| value.0))),
    column("fingerprint", Get::Bytes(|r| &r.fingerprint)),
    column("status", Get::Text(|r| r.status.code())),
    column("decided_by", Get::MaybeId(|r| r.decided_by.map(|id| id.0))),
    column("decided_at", Get::MaybeInt(|r| r.decided_at.map(|at| at.0))),
    column("decision_note", Get::MaybeText(|r| r.decision_note.as_deref())),
];

fn because(request: &Request) -> String {
    let codes: Vec<&str> = request.because.iter().map(|because| because.code()).collect();
    codes.join(" ")
}

/// `orders`
pub(super) const ORDER: &[Column<(Order, Hash)>] = &[
    column("id", Get::Id(|(order, _)| order.id.0)),
    column("name", Get::Text(|(order, _)| &order.name)),
    column("channel", Get::Text(|(order, _)| &order.channel)),
    column("placed_at", Get::Int(|(order, _)| order.placed_at.0)),
    column("due_at", Get::MaybeInt(|(order, _)| order.due_at.map(|at| at.0))),
    column("status", Get::Text(|(order, _)| order.status.code())),
    column("fingerprint", Get::Bytes(|(_, fingerprint)| fingerprint)),
    column("followed", Get::MaybeInt(|(order, _)| order.followed.map(|at| at.0))),
];

/// What following a shop changes of an order.
pub(super) const FOLLOWED_ORDER: &[Column<Order>] = &[
    column("id", Get::Id(|order| order.id.0)),
    column("name", Get::Text(|order| &order.name)),
    column("due_at", Get::MaybeInt(|order| order.due_at.map(|at| at.0))),
    column("status", Get::Text(|order| order.status.code())),
    column("followed", Get::MaybeInt(|order| order.followed.map(|at| at.0))),
];

/// What a change of an order writes.
pub(super) const ORDER_STATUS: &[Column<(OrderId, OrderStatus)>] = &[
    column("id", Get::Id(|(order, _)| order.0)),
    column("status", Get::Text(|(_, status)| status.code())),
];

/// `order_lines`, each with its order and when that was placed.
pub(super) const ORDER_LINE: &[Column<(OrderId, Micros, OrderLine)>] = &[
    column("id", Get::Id(|(_, _, line)| line.id.0)),
    column("order_id", Get::Id(|(order, _, _)| order.0)),
    column("facility_id", Get::Id(|(_, _, line)| line.facility.0)),
    column("sku_id", Get::Id(|(_, _, line)| line.sku.0)),
    column("quantity", Get::Int(|(_, _, line)| line.quantity)),
    column("open_quantity", Get::Int(|(_, _, line)| line.open_quantity)),
    column("placed_at", Get::Int(|(_, placed_at, _)| placed_at.0)),
    column("dropped", Get::Int(|(_, _, line)| line.dropped)),
];

/// What a change of an order line writes.
pub(super) const CHANGED_LINE: &[Column<OrderLine>] = &[
    column("id", Get::Id(|line| line.id.0)),
    column("quantity", Get::Int(|line| line.quantity)),
    column("open_quantity", Get::Int(|line| line.open_quantity)),
    column("dropped", Get::Int(|line| line.dropped)),
];

/// `variance_usage`
pub(super) const USAGE: &[Column<((PrincipalId, String), Money)>] = &[
    column("principal_id", Get::Id(|((who, _), _)| who.0)),
    column("day", Get::Text(|((_, day), _)| day)),
    column("value", Get::Int(|(_, value)| value.0)),
];

/// `count_triggers`
pub(super) const TRIGGER: &[Column<Trigger>] = &[
    column("facility_id", Get::Id(|t| t.key.0.0)),
    column("sku_id", Get::Id(|t| t.key.1.0)),
    column("cause", Get::Text(|t| t.cause.code())),
    column("movement_id", Get::Id(|t| t.movement.0)),
    column("raised_at", Get::Int(|t| t.at.0)),
];

/// `audit`, each with an id of its own.
pub(super) const AUDIT: &[Column<(Uuid, Audited)>] = &[
    column("id", Get::Id(|(id, _)| *id)),
    column("at", Get::Int(|(_, a)| a.at.0)),
    column("actor_id", Get::Id(|(_, a)| a.actor.0)),
    column("action", Get::Text(|(_, a)| a.action)),
    column("facility_id", Get::MaybeId(|(_, a)| a.facility.map(|f| f.0))),
    column("allowed", Get::Bool(|_| true)),
    column("rule", Get::Text(|(_, a)| &a.rule)),
    column("subject", Get::Written(|(_, a)| a.subject.to_string())),
];
