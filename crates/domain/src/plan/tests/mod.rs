//! The ledger's rules as tests, against a model that keeps everything in memory.

mod closing;
mod edges;
mod follow_properties;
mod follow_refusals;
mod follow_rules;
mod ids;
mod model;
mod order_rules;
mod pains;
mod properties;
mod replay;
mod undo_count;
mod variance_rules;
