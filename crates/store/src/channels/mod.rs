//! Channels: the shops that are kept equal to the ledger, and what they are told.
//!
//! The ledger itself is the outbox (ADR 1). Per shop and facility a cursor says how far it was
//! read; [`derive`] reads on and, in one transaction, writes the pushes that follow, what each
//! lane expects, and the cursor. Pushes are drafted into calls, a call is frozen before it is
//! sent, and settled once the shop's answer is known.
//!
//! Who changes a lane or a cursor holds the shop's cursors locked, so that of many nodes one does.

mod authorization;
mod channel;
mod create;
mod derive;
mod draft;
mod due;
mod freeze;
mod go_live;
mod ground;
mod inbox;
mod items;
mod jobs;
mod lanes;
mod lease;
mod locations;
mod mapping;
mod person;
mod pushes;
mod reached;
mod reconcile;
mod refusal;
mod rows;
mod sent;
mod settle;
mod settled;
mod snapshot;
mod status;
mod summary;
mod thaw;
mod token;
mod update;
mod write;

pub(crate) use authorization::forget_late;
pub use authorization::{
    AUTHORIZATION_MICROS_MAX, AUTHORIZATIONS_A_SESSION_MAX, Authorization, NewAuthorization,
};
pub use channel::{Channel, Sealed};
pub use create::NewChannel;
pub use derive::Derivation;
pub use draft::{Draft, DraftLine, LaneKey, PUSHES_A_CALL_MAX};
pub use due::Call;
pub use go_live::{Beside, LANES_MAX, ShopLevel, TakenIn};
pub use inbox::{
    DELIVERIES_MAX, Delivery, DeliveryCursor, DeliveryFilter, DeliveryKind, DeliveryStatus,
    FollowedLine, Handled, NewDelivery, OrderGround, ShopThing,
};
pub use items::{
    CANDIDATES_MAX, ITEMS_A_PAGE_MAX, ItemCursor, ItemFilter, ItemMatch, Matched, ShopItem,
};
pub use jobs::{JOB_SILENCE_MICROS, Job, JobCursor, JobEnd, NewJob};
pub use lease::Lease;
pub use locations::{Location, ShopLocation};
pub use mapping::Mapping;
pub use pushes::{Push, PushCursor, PushFilter};
pub use reached::MovementState;
pub use reconcile::{
    AUDIT_SILENCE_MICROS, Audit, AuditCursor, Difference, DifferenceCursor, DifferenceFilter,
    DifferencesNumber, JUDGED_MAX, Judged, Marks, SeenLevel,
};
pub use refusal::{ChannelError, ChannelRefusal};
pub use sent::SENT_PATIENCE_MICROS;
pub use settle::{Bad, STALE_TRIES_MAX, Seen, Settlement};
pub(crate) use settled::SettledTold;
pub use snapshot::{Wanted, WantedLevel};
pub use summary::ChannelSummary;
pub use token::Token;
pub use update::{ChannelChange, NewCredentials};
