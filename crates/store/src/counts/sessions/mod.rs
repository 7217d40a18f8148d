//! Sessions: one person's share of a count, on one device.
//!
//! There is no lock and no lease: as many as like count at once, also the same shelf, and what
//! they scanned is added up. A session belongs to whoever began it.

mod life;
mod lines;
mod refusal;
mod rows;
mod start;
mod view;

pub use lines::{SessionLine, SessionLineCursor};
pub use refusal::{SessionError, SessionRefusal};
pub use start::NewSession;
pub use view::{CountSession, SessionOwner};

pub(super) use life::commit;
pub(super) use rows::{FIRST_ROUND, LockedSession, Locking, lock_session};
