//! Private `PostgreSQL` clusters for tests, and the program itself as a child process.
//!
//! ```no_run
//! use onhand_testkit::PgCluster;
//!
//! let url = PgCluster::shared().fresh_database();
//! // connect to `url`, migrate, test; the database is thrown away with its cluster
//! ```
//!
//! A cluster is a real `PostgreSQL` server with `fsync` on, started from the machine's own binaries
//! in a folder of its own on a free port of 127.0.0.1. It ends with the process that started it,
//! however that process ends: see [`PgCluster`].
//!
//! `cargo xtask test` starts one cluster for the whole run and names it in [`SHARED_URL_VARIABLE`];
//! a plain `cargo test` starts one for each test process that asks for it.

mod binaries;
mod cluster;
mod error;
pub mod node;
mod shared;
mod watchdog;

pub use binaries::PgBinaries;
pub use cluster::PgCluster;
pub use error::PgError;
pub use shared::SHARED_URL_VARIABLE;
