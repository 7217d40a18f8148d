//! Reading stock as people look at it: movements with names, variances and their sums, requests,
//! and the orders that a variance makes impossible to fill.
//!
//! Nothing here writes. Whatever changes stock goes through [`Store::post`](crate::Store::post).

mod at_risk;
mod grounds;
mod labels;
mod levels;
mod movements;
mod orders;
mod requests;
#[cfg(test)]
mod tests;
mod today;
mod variances;

pub use at_risk::{ALTERNATIVES_MAX, Alternative, ORDER_LINES_MAX, OrderAtRisk, Shortfall};
pub use grounds::Site;
pub use labels::{Actor, SkuLabel};
pub use levels::{Level, LevelCursor, LevelFilter};
pub(crate) use movements::movement_of;
pub use movements::{DESCRIBED_MAX, MovementCursor, MovementDetail, MovementFilter, OrderLabel};
pub use orders::{OrderCursor, OrderDetail, OrderFilter};
pub use requests::{RequestCursor, RequestDetail, RequestFilter};
pub use today::Today;
pub use variances::ReasonTotal;
