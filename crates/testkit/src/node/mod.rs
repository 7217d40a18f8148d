//! The real program against a database of its own: seeded through its commands, served as a child
//! process that can be killed, frozen and started again.
//!
//! ```no_run
//! use onhand_testkit::node::{Assortment, Retailer};
//!
//! # fn main() -> std::io::Result<()> {
//! let retailer = Retailer::on_sqlite(&Assortment::default())?;
//! let mut node = retailer.serve()?;
//! // post to `node.url()` with `retailer.key()`
//! node.kill()?;
//! node.start()?; // on the same address
//! # Ok(())
//! # }
//! ```

mod http;
mod process;
mod program;
mod retailer;

pub use process::Node;
pub use program::{BINARY_VARIABLE, Program};
pub use retailer::{Assortment, Retailer};
