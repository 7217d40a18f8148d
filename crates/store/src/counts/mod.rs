//! Counts: the work order, its sessions and scans, its lines and what was decided about them.
//!
//! The ledger is not written here: closing a count posts a command like everything else.

mod codes;
mod create;
mod filter;
mod items;
mod life;
mod list;
mod progress;
mod refusal;
mod scans;
mod sessions;

pub use create::{ASSIGNEES_MAX, NewCount, Wanted};
pub use filter::{CANDIDATES_SHOWN_MAX, CountFilter};
pub use life::{Count, Done, NOTE_CHARS_MAX};
pub(crate) use life::{lock_count, touch};
pub use list::{CountCursor, CountsFilter};
pub use progress::{CountDetail, Progress};
pub use refusal::{CountError, CountRefusal};
pub use scans::{ScanResult, ScanStatus, ScansTaken, Sending};
pub use sessions::{CountSession, NewSession, SessionError, SessionOwner, SessionRefusal};
