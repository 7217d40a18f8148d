//! Cycle counts: their kinds, their life, and what follows from what was seen.
//!
//! A count is a work order: it says where to look and who decides. What was seen are scans, which
//! never change; what they say about a SKU is computed from them and from the book, and becomes
//! part of the ledger only when the count is closed ([`crate::plan`]).

mod accuracy;
mod clock;
mod filter;
mod life;
mod line;
mod policy;
mod review;
mod scan;
pub mod schedule;

pub use accuracy::{Share, right_share};
pub use clock::{
    CLOCK_OFFSET_MAX_MICROS, CLOCK_UNCERTAINTY_MICROS, DeviceTime, ScanTime,
    UNCERTAINTY_MAX_MICROS, offset_of,
};
pub use filter::CountFilter;
pub use life::{CountKind, CountOrigin, CountStatus, How, NotNow, SessionStatus, Step};
pub use line::{
    CLOCK_DOUBT_MICROS, Decided, Decision, Expected, Group, InLedger, Line, LineStatus, Moved,
    Reading, Seen,
};
pub use policy::{
    AutoAccept, AutoRecount, BadPolicy, Case, Needs, Policy, ROUNDS_MAX, TRIGGER_DUE_HOURS_MAX,
    Triggers, Verdict,
};
pub use review::{MayNot, Reviewed, Reviewer};
pub use scan::{Scan, ScanRefusal};

/// Most SKUs that a count may ask for by name, and most lines that one may have.
pub const LINES_MAX: usize = 20_000;
/// Most sessions of a count, rounds and areas together.
pub const SESSIONS_MAX: u64 = 500;
/// Most scans of one call.
pub const SCANS_PER_CALL_MAX: usize = 1_000;
/// Most scans of one session: a day of one person who never rests.
pub const SCANS_PER_SESSION_MAX: i64 = 100_000;
/// Most characters of a scanned code: a GS1 symbol with all of its elements is shorter.
pub const CODE_CHARS_MAX: usize = 200;
