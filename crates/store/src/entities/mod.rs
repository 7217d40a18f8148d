//! One entity per table; [`crate::migrations`] makes the tables.

pub mod anchors;
pub mod audit;
pub mod count_triggers;
pub mod facilities;
pub mod facility_group_members;
pub mod facility_groups;
pub mod grants;
pub mod identifiers;
pub mod images;
pub mod imports;
pub mod ledger_heads;
pub mod levels;
pub mod movements;
pub mod order_lines;
pub mod orders;
pub mod principals;
pub mod products;
pub mod reasons;
pub mod roles;
pub mod search_terms;
pub mod sessions;
pub mod settings;
pub mod sign_in_throttles;
pub mod skus;
pub mod variance_requests;
pub mod variance_usage;
