//! A fake Shopify: the Admin API's inventory, orders, webhooks and bulk operations, driven by the
//! real schema, with idempotency, cost, and faults on demand. For tests and for the demo.
//!
//! `world` is a pure state machine; `journal` keeps what happened through a kill; `graphql` reads
//! requests and walks selections, `resolve` says what each field has; `http` serves it all.
//! `docs/TWIN.md` says how to use it.

mod bulk;
mod catalog;
mod clock;
mod deliver;
mod faults;
mod graphql;
mod hex;
mod http;
mod journal;
mod resolve;
mod serve;
mod shop;
mod stats;
mod throttle;
mod world;

pub use serve::{Options, Twin};
pub use throttle::Plan;
