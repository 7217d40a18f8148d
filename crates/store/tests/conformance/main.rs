//! The ledger's rules as stories, told through `Store` alone, on SQLite and on PostgreSQL.
//!
//! One program, so that one PostgreSQL serves all of it. A change of what the ledger does begins
//! here.

mod channels;
mod closings;
mod copies;
mod corruption;
mod crowd;
mod desk;
mod directory;
mod documents;
mod following;
mod hooks;
mod live;
mod looking;
mod offline;
mod relocation;
mod retries;
mod reviews;
mod scans;
mod settings;
mod shelf;
mod sittings;
mod stock;
mod upkeep;
mod work_orders;
mod world;
