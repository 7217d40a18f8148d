//! The rules of Onhand's ledger: what may move where, who may do it, and what follows from it.
//!
//! Everything here is a pure function of its arguments. There is no clock, no randomness, no SQL
//! and no I/O, so that the same decisions run on SQLite, on PostgreSQL, in a preview and in a
//! simulation, and so that a test can ask for any history in any order.

// A ledger that panics or wraps around in the middle of a batch is worse than one that refuses.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[macro_use]
mod words;

pub mod access;
pub mod channel;
pub mod count;
pub mod encode;
pub mod hook;
pub mod identifier;
pub mod ids;
pub mod jpeg;
pub mod money;
pub mod movement;
pub mod order;
pub mod place;
pub mod plan;
pub mod reason;
pub mod request;
pub mod time;

pub use access::{Access, Decision, FacilityScope, Grant, Limits, Permission, Role, Scope};
pub use ids::{
    AnchorId, ChannelId, CountId, CountSessionId, FacilityId, GroupId, MovementId, OrderId,
    OrderLineId, PrincipalId, ProductId, ScanId, SkuId,
};
pub use money::Money;
pub use movement::{Movement, MovementKind, Origin};
pub use place::{Place, Quantities, State};
pub use reason::{Direction, Effect, Reason};
pub use time::Micros;
