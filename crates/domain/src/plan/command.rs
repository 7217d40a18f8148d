//! What may be asked of the ledger.

use crate::{
    access::Limits,
    encode::{Encoder, Hash},
    ids::{AnchorId, CountId, FacilityId, MovementId, OrderId, OrderLineId, PrincipalId, SkuId},
    money::Money,
    movement::{MovementKind, Origin},
    reason::Reason,
    time::Micros,
};

/// How much the actor may do on their own. Worked out by whoever authorised the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mandate {
    /// May post up to these limits; beyond them it becomes a request.
    Post(Limits),
    /// May report only: everything becomes a request.
    Report,
}

/// Who acts, by which right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Who.
    pub actor: PrincipalId,
    /// How much they may do.
    pub mandate: Mandate,
    /// The rule that allowed it, for the audit.
    pub rule: String,
    /// The date at the facility: daily limits count by it.
    pub day: String,
    /// Through which door.
    pub origin: Origin,
    /// The device, as it names itself.
    pub device: Option<String>,
}

/// One thing asked of the ledger. It is done as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Who asks.
    pub authority: Authority,
    /// What for.
    pub body: Body,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Somebody saw that record and shelf differ.
    Variance(Variance),
    /// Somebody who may posts what another reported.
    Approve(Verdict),
    /// Somebody who may refuses to.
    Decline(Verdict),
    /// A movement was a mistake.
    Reverse(Reverse),
    /// Things that happened, all of them or none.
    Record(Vec<Fact>),
    /// A customer ordered: units are promised.
    PlaceOrder(OrderDraft),
    /// What an order still has promised is released.
    CancelOrder(OrderId),
    /// What an order still has promised goes to the customer.
    FulfillOrder(FulfillOrder),
    /// A shop's order as the shop has it now: the ledger posts the difference.
    FollowOrder(FollowOrder),
    /// An approved count, all of its lines or none.
    Count(Count),
    /// Approved count lines were a mistake: as if they had never been counted.
    UndoCount(UndoCount),
}

/// A variance as it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variance {
    /// Made by the client; becomes the movement's.
    pub id: MovementId,
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many, signed: −1 is one fewer that can be sold.
    pub quantity: i64,
    /// Why.
    pub reason: Reason,
    /// What the person wrote.
    pub note: Option<String>,
    /// When it was seen; now if absent.
    pub effective_at: Option<Micros>,
}

/// A decision on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The request.
    pub request: MovementId,
    /// The reason it names, as it is set up now.
    pub reason: Reason,
    /// What the decider wrote.
    pub note: Option<String>,
}

/// An undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverse {
    /// Made by the client; becomes the reversal's.
    pub id: MovementId,
    /// The movement to undo.
    pub target: MovementId,
    /// What the person wrote.
    pub note: Option<String>,
}

/// Something that happened, as another system tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Made by the client.
    pub id: MovementId,
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// What kind of fact.
    pub kind: MovementKind,
    /// How many, > 0; an opening may be negative, as real records are.
    pub quantity: i64,
    /// When it happened; now if absent.
    pub effective_at: Option<Micros>,
    /// The event's key in the system it comes from.
    pub origin_key: Option<String>,
    /// What somebody wrote.
    pub note: Option<String>,
    /// The order line that a sale fills.
    pub order_line: Option<OrderLineId>,
    /// Cost of one unit, where the document says it; the SKU's own if absent.
    pub unit_cost: Option<Money>,
}

/// An order as it is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDraft {
    /// Made by the client.
    pub id: OrderId,
    /// What the shop calls it.
    pub name: String,
    /// Where it came from.
    pub channel: String,
    /// When the customer ordered; now if absent.
    pub placed_at: Option<Micros>,
    /// When it must be filled.
    pub due_at: Option<Micros>,
    /// What was ordered.
    pub lines: Vec<OrderLineDraft>,
}

/// A line of an order as it is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLineDraft {
    /// Made by the client; becomes the reservation's.
    pub id: OrderLineId,
    /// From where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many, > 0.
    pub quantity: i64,
}

/// An order leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FulfillOrder {
    /// Which.
    pub order: OrderId,
    /// When it left; now if absent.
    pub effective_at: Option<Micros>,
}

/// An order of a shop, as it was read there at one moment. It says how things are, not what has
/// changed: the ledger posts the difference to what it has (`plan/follow.rs`).
///
/// All ids in it are derived from the shop's own ([`MovementId::derived`]), so that the same thing
/// has the same id however often it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowOrder {
    /// Our id of it.
    pub id: OrderId,
    /// What the shop calls it: `#1042`.
    pub name: String,
    /// The channel's id, as text.
    pub channel: String,
    /// When the customer ordered.
    pub placed_at: Micros,
    /// When it must be filled.
    pub due_at: Option<Micros>,
    /// When the shop changed it last. An older state than the one followed changes nothing.
    pub version: Micros,
    /// Whether the shop has cancelled it.
    pub cancelled: bool,
    /// What of it lies at which facility: *all* of it. A line that we have and that is not named
    /// here counts as one with nothing ordered, open or dropped: it has moved elsewhere.
    pub lines: Vec<FollowLine>,
    /// All units that were sold, from the first on, also those whose fulfilment was cancelled
    /// later (what came back is a return).
    pub sales: Vec<FollowSale>,
    /// All units that came back and can be sold again, from the first on.
    pub returns: Vec<FollowReturn>,
}

/// What a shop's order has at a facility, of one SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowLine {
    /// Derived from the shop's line, the facility and the SKU: another facility or SKU is another
    /// line.
    pub id: OrderLineId,
    /// From where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many were ordered from there, ≥ 0. People see it; nothing is decided by it.
    pub ordered: i64,
    /// How many are promised from there now, ≥ 0.
    pub open: i64,
    /// How many, in all, were taken off the order before they were sent, and did not come back to
    /// stock, ≥ 0.
    pub dropped: i64,
    /// When the last of those were; the order's version if the shop does not say. Only a count
    /// that was made between two of them can tell the difference.
    pub dropped_at: Option<Micros>,
}

/// Units of a shop's order that went to the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowSale {
    /// Derived from the fulfilment, the shop's line and the facility; becomes the movement's.
    pub id: MovementId,
    /// The line that they were promised to. None for a sale at a till.
    pub line: Option<OrderLineId>,
    /// From where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many, > 0.
    pub quantity: i64,
    /// When they left.
    pub at: Micros,
    /// The event's key in the shop: `{channel id}/…`, by which the channel knows its own.
    pub origin_key: String,
}

/// Units of a shop's order that came back, and can be sold again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowReturn {
    /// Derived from the refund or the cancelled fulfilment, the shop's line and the facility;
    /// becomes the movement's.
    pub id: MovementId,
    /// To where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many, > 0.
    pub quantity: i64,
    /// When they came back.
    pub at: Micros,
    /// As [`FollowSale::origin_key`].
    pub origin_key: String,
}

/// An approved count at a facility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Where.
    pub facility: FacilityId,
    /// The work order that ends with it, if there is one. Only then may there be no lines at all.
    pub closes: Option<Closing>,
    /// What was counted.
    pub lines: Vec<CountLine>,
}

/// The work order that a count closes, in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Which.
    pub count: CountId,
    /// The state of the work order that the lines were made from. Where somebody has decided
    /// otherwise since, nothing is posted.
    pub version: i64,
}

/// Count lines that are taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoCount {
    /// Where they were counted.
    pub facility: FacilityId,
    /// Which; all or none. One that is undone already stays so.
    pub lines: Vec<UndoLine>,
    /// What the person wrote.
    pub note: Option<String>,
}

/// A count line that is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UndoLine {
    /// The line.
    pub id: AnchorId,
    /// What was counted.
    pub sku: SkuId,
    /// When.
    pub at: Micros,
}

/// How many good units there were of a SKU at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLine {
    /// Made by the client; becomes the movement's.
    pub id: AnchorId,
    /// What.
    pub sku: SkuId,
    /// Good units seen, ≥ 0.
    pub counted: i64,
    /// When they were seen.
    pub at: Micros,
}

impl Body {
    /// How many lines it has: what it costs to decide and to write.
    pub const fn lines(&self) -> usize {
        match self {
            Self::Record(facts) => facts.len(),
            Self::PlaceOrder(order) => order.lines.len(),
            Self::Count(count) => count.lines.len(),
            Self::UndoCount(undo) => undo.lines.len(),
            Self::FollowOrder(order) => order.parts(),
            Self::Variance(_)
            | Self::Approve(_)
            | Self::Decline(_)
            | Self::Reverse(_)
            | Self::CancelOrder(_)
            | Self::FulfillOrder(_) => 1,
        }
    }
}

impl Variance {
    /// What the client asked for: a retry has the same, a reused id another.
    ///
    /// An absent time stays absent here: the retry comes later, but asks for the same.
    pub fn fingerprint(&self, actor: PrincipalId) -> Hash {
        Encoder::new("onhand.variance.v1")
            .bytes(actor.0.as_bytes())
            .bytes(self.facility.0.as_bytes())
            .bytes(self.sku.0.as_bytes())
            .int(self.quantity)
            .text(&self.reason.code)
            .maybe_text(self.note.as_deref())
            .maybe_int(self.effective_at.map(|t| t.0))
            .hash()
    }
}

impl Reverse {
    /// As [`Variance::fingerprint`].
    pub fn fingerprint(&self, actor: PrincipalId) -> Hash {
        Encoder::new("onhand.reversal.v1")
            .bytes(actor.0.as_bytes())
            .bytes(self.target.0.as_bytes())
            .maybe_text(self.note.as_deref())
            .hash()
    }
}

impl Fact {
    /// As [`Variance::fingerprint`]. Without the actor: the same event of another system may be
    /// told twice by two keys, and is still one event.
    pub fn fingerprint(&self) -> Hash {
        Encoder::new("onhand.fact.v1")
            .bytes(self.facility.0.as_bytes())
            .bytes(self.sku.0.as_bytes())
            .text(self.kind.code())
            .int(self.quantity)
            .maybe_int(self.effective_at.map(|t| t.0))
            .maybe_text(self.origin_key.as_deref())
            .maybe_text(self.note.as_deref())
            .maybe_id(self.order_line.map(|l| l.0))
            .maybe_int(self.unit_cost.map(|c| c.0))
            .hash()
    }
}

impl OrderDraft {
    /// As [`Fact::fingerprint`].
    pub fn fingerprint(&self) -> Hash {
        let start = Encoder::new("onhand.order.v1")
            .text(&self.name)
            .text(&self.channel)
            .maybe_int(self.placed_at.map(|t| t.0))
            .maybe_int(self.due_at.map(|t| t.0));
        self.lines
            .iter()
            .fold(start, |e, line| {
                e.bytes(line.id.0.as_bytes())
                    .bytes(line.facility.0.as_bytes())
                    .bytes(line.sku.0.as_bytes())
                    .int(line.quantity)
            })
            .hash()
    }
}

impl FollowOrder {
    /// How many lines, sales and returns it has.
    pub const fn parts(&self) -> usize {
        self.lines.len().saturating_add(self.sales.len()).saturating_add(self.returns.len())
    }

    /// Which order it is, not how it stands: a newer state of the same order has the same. So
    /// every movement of the order tells by its fingerprint that it is one.
    pub fn fingerprint(&self) -> Hash {
        Encoder::new("onhand.followed-order.v1")
            .bytes(self.id.0.as_bytes())
            .text(&self.channel)
            .hash()
    }
}

impl CountLine {
    /// As [`Fact::fingerprint`].
    pub fn fingerprint(&self, facility: FacilityId) -> Hash {
        Encoder::new("onhand.count-line.v1")
            .bytes(facility.0.as_bytes())
            .bytes(self.sku.0.as_bytes())
            .int(self.counted)
            .int(self.at.0)
            .hash()
    }
}
