//! What came of a command, and what must be written for it.

use crate::{
    count::CountStatus,
    encode::Hash,
    ids::{AnchorId, CountId, FacilityId, MovementId, OrderId, OrderLineId, PrincipalId, SkuId},
    money::Money,
    movement::Movement,
    order::{Order, OrderLine, OrderStatus},
    place::Quantities,
    request::{Because, Request},
    time::Micros,
};

use super::view::{Anchor, Head, Key, WorkOrder};

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The movements are in the ledger (now, or since the first time it was asked for).
    Posted(Posted),
    /// The variance waits for somebody who may post it.
    Requested(Request),
    /// The request was declined.
    Declined(Request),
    /// The order stands like this.
    Ordered(Order),
    /// The ledger has followed a shop's order.
    Followed(Followed),
    /// Nothing was written.
    Refused(Refusal),
}

/// Movements that are in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Those that were asked for, in the order asked.
    pub movements: Vec<Movement>,
    /// What they mean for counts that came after them.
    pub corrections: Vec<Movement>,
    /// Whether it was all there before.
    pub replay: bool,
}

/// What following a shop's order came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The order as it stands. None for a sale at a till, which leaves movements alone.
    pub order: Option<Order>,
    /// What was posted just now: nothing where the ledger had it all.
    pub movements: Vec<Movement>,
    /// What that means for counts that came after it.
    pub corrections: Vec<Movement>,
    /// Whether a newer state was followed before: then nothing was done.
    pub outdated: bool,
}

/// All that a batch writes, in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// New movements, in ledger order per facility.
    pub movements: Vec<Movement>,
    /// Levels as they are after the batch, with the number and time of their last movement.
    pub levels: Vec<(Key, LevelAfter)>,
    /// The ends of the ledgers after the batch.
    pub heads: Vec<(FacilityId, Head)>,
    /// New and changed anchors.
    pub anchors: Vec<(Key, Micros, Anchor)>,
    /// New and decided requests.
    pub requests: Vec<Request>,
    /// New orders.
    pub orders: Vec<(Order, Hash)>,
    /// Lines that orders got after they were new, each with its order and when that was placed.
    pub added_lines: Vec<(OrderId, Micros, OrderLine)>,
    /// Changed order lines.
    pub order_lines: Vec<OrderLine>,
    /// Changed orders.
    pub order_statuses: Vec<(OrderId, OrderStatus)>,
    /// Orders that follow a shop, with all of their row that may have changed.
    pub followed: Vec<Order>,
    /// Work orders that were closed.
    pub counts: Vec<(CountId, WorkOrder)>,
    /// Gross value of people's days after the batch.
    pub usage: Vec<((PrincipalId, String), Money)>,
    /// SKUs whose record proves itself wrong, and so want a count.
    pub triggers: Vec<Trigger>,
    /// Who did what by which rule.
    pub audit: Vec<Audited>,
}

impl Effects {
    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.movements.is_empty()
            && self.anchors.is_empty()
            && self.counts.is_empty()
            && self.requests.is_empty()
            && self.orders.is_empty()
            && self.added_lines.is_empty()
            && self.order_lines.is_empty()
            && self.order_statuses.is_empty()
            && self.followed.is_empty()
            && self.audit.is_empty()
    }
}

/// A level after a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelAfter {
    /// Its quantities.
    pub quantities: Quantities,
    /// Number of its last movement.
    pub seq: i64,
    /// When that was recorded.
    pub at: Micros,
    /// The latest count of the batch, if there was one.
    pub counted_at: Option<Micros>,
}

/// A record proved itself wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Where and what.
    pub key: Key,
    /// What gave it away.
    pub cause: Cause,
    /// The movement that did.
    pub movement: MovementId,
    /// When.
    pub at: Micros,
}

/// Why a SKU wants a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Fewer than no units on hand.
    NegativeOnHand,
    /// More units promised than there are.
    NegativeAvailable,
}

impl Cause {
    /// The word for it in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NegativeOnHand => "negative_on_hand",
            Self::NegativeAvailable => "negative_available",
        }
    }
}

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// When.
    pub at: Micros,
    /// Who.
    pub actor: PrincipalId,
    /// What: `variance.post`, `variance.request`, `variance.approve` …
    pub action: &'static str,
    /// Where; none where several facilities are touched.
    pub facility: Option<FacilityId>,
    /// By which rule.
    pub rule: String,
    /// The id of what it was about.
    pub subject: uuid::Uuid,
}

/// Why nothing was written. Each text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id is taken by something else.
    #[error("the id {0} was used before for something else; make a new id")]
    IdReused(uuid::Uuid),
    /// No such facility.
    #[error("there is no facility {0}")]
    UnknownFacility(FacilityId),
    /// It takes no part any more.
    #[error("the facility is closed; stock there can't be changed")]
    FacilityClosed,
    /// No such SKU.
    #[error("there is no SKU {0}")]
    UnknownSku(SkuId),
    /// No stock is kept of it.
    #[error("no stock is kept of this SKU (it is untracked); turn tracking on in the shop first")]
    Untracked,
    /// No such movement.
    #[error("there is no movement {0}")]
    UnknownMovement(MovementId),
    /// No such request.
    #[error("there is no variance request {0}")]
    UnknownRequest(MovementId),
    /// No such order.
    #[error("there is no order {0}")]
    UnknownOrder(OrderId),
    /// No such line, or of another SKU or facility.
    #[error("there is no order line {0} for this SKU at this facility")]
    UnknownOrderLine(OrderLineId),
    /// Zero units.
    #[error("the quantity is 0: nothing would change")]
    ZeroQuantity,
    /// Negative where the kind gives the direction.
    #[error("the quantity is negative; write how many, the kind says which way")]
    NegativeQuantity,
    /// Too many.
    #[error("the quantity is more than {max} units")]
    OversizedQuantity {
        /// Most units of one movement.
        max: i64,
    },
    /// The reason goes the other way.
    #[error("{label:?} can't {}; choose another reason", if *.adds { "add units" } else { "take units off" })]
    WrongDirection {
        /// The reason.
        label: String,
        /// Whether the quantity asked for would add.
        adds: bool,
    },
    /// The reason may not be chosen.
    #[error("the reason {label:?} can't be chosen by hand")]
    ReasonNotSelectable {
        /// The reason.
        label: String,
    },
    /// The reason wants a note.
    #[error("{label:?} needs a note that says what happened")]
    NoteMissing {
        /// The reason.
        label: String,
    },
    /// A text is too long.
    #[error("the {what} is longer than {max} characters")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Most characters.
        max: usize,
    },
    /// It has not happened yet.
    #[error("the time lies in the future; check the clock of the device")]
    InTheFuture,
    /// There was nothing there.
    #[error("the time lies before the facility opened")]
    BeforeOpening,
    /// The record has fewer.
    #[error("the record has {good} good units there; {asked} can't be taken off: count it instead")]
    BelowZero {
        /// Good units in the record.
        good: i64,
        /// Units asked for.
        asked: i64,
        /// On hand in the record.
        on_hand: i64,
    },
    /// A quantity would leave 64 bits.
    #[error("the quantity leaves the range that can be recorded")]
    OutOfRange,
    /// The actor's limits don't reach that far.
    #[error("this is above your limit; ask somebody with a higher role")]
    AboveLimit(Vec<Because>),
    /// Nobody approves what they reported.
    #[error("you reported this yourself; somebody else must decide")]
    OwnRequest,
    /// Somebody was faster.
    #[error("this request was decided before")]
    AlreadyDecided(Box<Request>),
    /// Once only.
    #[error("this was undone before")]
    AlreadyReversed {
        /// The reversal.
        by: MovementId,
    },
    /// Not this kind.
    #[error("a movement of the kind {kind} can't be undone; {remedy}")]
    NotReversible {
        /// Its kind.
        kind: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// Not a fact that another system may tell.
    #[error("{kind} is not a kind that can be recorded this way")]
    NotAFact {
        /// The kind asked for.
        kind: &'static str,
    },
    /// More than the line has promised.
    #[error("the order line has {open} units open; {asked} were asked for")]
    NotPromised {
        /// Units still promised.
        open: i64,
        /// Units asked for.
        asked: i64,
    },
    /// Nothing is promised any more.
    #[error("the order is {} already", .0.code())]
    OrderClosed(OrderStatus),
    /// The shop rules it.
    #[error("the order follows its shop; do it in the shop, and the ledger follows")]
    FollowsShop,
    /// An order or a document has no lines, or too many.
    #[error("a document has 1 to {max} lines; this one has {lines}")]
    Lines {
        /// Lines asked for.
        lines: usize,
        /// Most lines.
        max: usize,
    },
    /// Two counts of one SKU at one time.
    #[error("this SKU was counted at the very same time before")]
    CountedTwice(AnchorId),
    /// There is no such count at the facility.
    #[error("there is no such count")]
    UnknownCount(CountId),
    /// Only what is in review can be closed.
    #[error("the count is {}", .0.code())]
    CountStatus(CountStatus),
    /// Somebody decided otherwise in the meantime.
    #[error("the count has changed in the meantime")]
    CountChanged,
}
