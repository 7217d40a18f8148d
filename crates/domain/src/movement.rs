//! The ledger's entry.

use serde::{Deserialize, Serialize};

use crate::{
    encode::{Encoder, Hash},
    ids::{AnchorId, FacilityId, MovementId, OrderLineId, PrincipalId, SkuId},
    money::Money,
    place::{Place, Quantities},
    time::Micros,
};

macro_rules! codes {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)* }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum $type { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for it in the database and the API.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.code() == code)
            }
        }
    };
}

codes! {
    /// What kind of event moved the units.
    MovementKind {
        /// What was there before the ledger began.
        Opening = "opening",
        /// A delivery from a supplier.
        Receipt = "receipt",
        /// Sold, in the store or from an order.
        Sale = "sale",
        /// Brought back by a customer.
        Return = "return",
        /// Sent to another facility.
        TransferOut = "transfer_out",
        /// Arrived from another facility.
        TransferIn = "transfer_in",
        /// Promised to an order line.
        Reservation = "reservation",
        /// No longer promised.
        Release = "release",
        /// Somebody saw that record and shelf differ.
        Variance = "variance",
        /// The variance of an approved count line.
        Count = "count",
        /// What a movement that arrived late means for the next count after it.
        LateCorrection = "late_correction",
        /// Undoes another movement.
        Reversal = "reversal",
    }
}

codes! {
    /// Through which door the movement came in.
    Origin {
        /// The web app.
        Ui = "ui",
        /// A program with an API key.
        Api = "api",
        /// A file.
        Import = "import",
        /// A till.
        Pos = "pos",
        /// A Shopify shop.
        Shopify = "shopify",
    }
}

impl MovementKind {
    /// Whether it is an observed fact: it happened, so it is accepted even where the record then
    /// goes negative.
    pub const fn is_fact(self) -> bool {
        matches!(
            self,
            Self::Opening
                | Self::Receipt
                | Self::Sale
                | Self::Return
                | Self::TransferOut
                | Self::TransferIn
                | Self::Reservation
                | Self::Release
        )
    }
}

/// `quantity > 0` units of a SKU from one place to another, at a facility. Immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Made by the client.
    pub id: MovementId,
    /// Where it happened.
    pub facility: FacilityId,
    /// Its number in the facility's ledger: 1, 2, 3 … without a gap.
    pub seq: i64,
    /// What moved.
    pub sku: SkuId,
    /// What kind of event.
    pub kind: MovementKind,
    /// How many units, > 0.
    pub quantity: i64,
    /// Where the units were.
    pub from: Place,
    /// Where they are now.
    pub to: Place,
    /// Why, for variances.
    pub reason: Option<String>,
    /// When the units moved.
    pub effective_at: Micros,
    /// When we learned it; grows strictly with `seq`.
    pub recorded_at: Micros,
    /// Who said so.
    pub actor: PrincipalId,
    /// The device, as it names itself.
    pub device: Option<String>,
    /// Through which door.
    pub origin: Origin,
    /// The key of the event in the system it comes from.
    pub origin_key: Option<String>,
    /// What the person wrote.
    pub note: Option<String>,
    /// The movement that this one undoes.
    pub reverses: Option<MovementId>,
    /// The count line whose variance this one corrects.
    pub corrects: Option<AnchorId>,
    /// The order line that the units are promised or sold to.
    pub order_line: Option<OrderLineId>,
    /// What one unit was worth at the time: its cost, or for a variance its price where the cost
    /// was not known.
    pub unit_cost: Option<Money>,
    /// The level after it.
    pub after: Quantities,
    /// What the client asked for, hashed: tells a retry from a reused id.
    pub fingerprint: Hash,
    /// Hash of this entry chained to the facility's previous one.
    pub hash: Hash,
}

impl Movement {
    /// The change of good units: what a count at a later time would see of it.
    pub const fn good_change(&self) -> i64 {
        change(self.quantity, self.from.is_good(), self.to.is_good())
    }

    /// The change of on hand.
    pub const fn on_hand_change(&self) -> i64 {
        change(self.quantity, self.from.state().is_some(), self.to.state().is_some())
    }

    /// The change of available.
    pub const fn available_change(&self) -> i64 {
        let (from, to) = (self.from, self.to);
        change(self.quantity, matches!(from, Place::Available), matches!(to, Place::Available))
    }

    /// The level before it.
    pub fn before(&self) -> Quantities {
        // `after` was computed by this very step, so the way back can't leave the range.
        self.after.after(self.quantity.saturating_neg(), self.from, self.to).unwrap_or(self.after)
    }

    /// The hash that belongs in [`Movement::hash`], given that of the facility's previous entry
    /// (32 zero bytes before the first). Covers every other field.
    pub fn chain(&self, previous: &Hash) -> Hash {
        let after = &self.after;
        Encoder::new("onhand.movement.v1")
            .bytes(previous)
            .bytes(self.id.0.as_bytes())
            .bytes(self.facility.0.as_bytes())
            .int(self.seq)
            .bytes(self.sku.0.as_bytes())
            .text(self.kind.code())
            .int(self.quantity)
            .text(self.from.code())
            .text(self.to.code())
            .maybe_text(self.reason.as_deref())
            .int(self.effective_at.0)
            .int(self.recorded_at.0)
            .bytes(self.actor.0.as_bytes())
            .maybe_text(self.device.as_deref())
            .text(self.origin.code())
            .maybe_text(self.origin_key.as_deref())
            .maybe_text(self.note.as_deref())
            .maybe_id(self.reverses.map(|m| m.0))
            .maybe_id(self.corrects.map(|a| a.0))
            .maybe_id(self.order_line.map(|l| l.0))
            .maybe_int(self.unit_cost.map(|c| c.0))
            .int(after.available)
            .int(after.committed)
            .int(after.reserved)
            .int(after.damaged)
            .int(after.quality_control)
            .int(after.safety_stock)
            .bytes(&self.fingerprint)
            .hash()
    }
}

const fn change(quantity: i64, leaves: bool, arrives: bool) -> i64 {
    match (leaves, arrives) {
        (true, false) => quantity.saturating_neg(),
        (false, true) => quantity,
        _ => 0,
    }
}
