//! The ledger's rules as tests, against a model that keeps everything in memory.

mod edges;
mod ids;
mod model;
mod order_rules;
mod properties;
mod variance_rules;
