//! Channels: what a shop is told of each movement, so that its quantities stay those of the ledger.
//!
//! A *lane* is one item of a shop at one of its locations. Its `expected` is what the shop has as
//! available once everything that was derived for it so far is confirmed; its *target* is what it
//! should have ([`target`]). [`derive`] takes a lane from one movement to the next: afterwards
//! `expected` is the target, and the changes it answers are exactly what the shop does not know
//! of itself.

mod derive;
mod difference;
mod echo;
mod job;
mod life;
mod reached;
mod reason;
mod target;
#[cfg(test)]
mod tests;
mod words;

pub use derive::{Change, Derived, Moved, derive, shop_did_it};
pub use difference::{
    AuditKind, AuditStatus, CORRECTED_AT_ONCE_MAX, CORRECTIONS_MAX, DifferenceClass, Facts, Has,
    Judgement, ORDERS_MARGIN_MICROS, Policy, SIGHTINGS_APART_MICROS, can_be_corrected, classify,
    corrects_itself, followed_by, is_confirmed, worthless_from,
};
pub use echo::{Unsettled, is_echo};
pub use job::{JobKind, JobStatus};
pub use life::{
    CallKind, CallStatus, ChannelStatus, CredentialKind, ItemProblem, LaneStatus, MatchedBy,
    PushStatus, Urgency,
};
pub use reached::{Reached, reached};
pub use reason::{ShopReason, reason_of};
pub use target::{Part, Rule, target};
pub use words::QuantityName;

/// Most lines of one call: the shop refuses longer lists (`MAX_INPUT_SIZE_EXCEEDED`).
pub const LINES_MAX: usize = 250;
