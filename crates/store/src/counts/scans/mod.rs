//! Scans: what devices saw. The server keeps the union of all that it is sent.
//!
//! A scan is an event that never changes. The same one twice is one; another one under the same
//! id is refused, and its neighbours pass. What comes too late is kept and shown, so that a
//! device can always empty its queue.

mod add;
mod answer;
pub(super) mod effective;
mod resolve;

pub use add::{ScansTaken, Sending};
pub use answer::{ScanResult, ScanStatus};

pub(super) use resolve::listed;
