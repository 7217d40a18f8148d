//! The ledger's rules as tests, against a model that keeps everything in memory.

mod closing;
mod edges;
mod ids;
mod model;
mod order_rules;
mod pains;
mod properties;
mod replay;
mod undo_count;
mod variance_rules;
