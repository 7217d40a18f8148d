//! Counts: the work order, its sessions and scans, its lines and what was decided about them.
//!
//! The ledger is not written here: closing a count posts a command like everything else.

mod catalog;
mod codes;
mod counters;
mod create;
mod filter;
mod items;
mod keeper;
mod life;
mod lines;
mod list;
mod policy;
mod progress;
mod refusal;
mod result;
mod review;
mod scans;
mod schedules;
mod sessions;
mod story;
mod triggers;
mod update;

pub use catalog::{CATALOG_PAGE_MAX, CatalogCursor, CatalogEntry};
pub use codes::{CodeMatch, SESSION_CODES_MAX, SessionCode};
pub use counters::CounterCursor;
pub use create::{ASSIGNEES_MAX, NewCount, Wanted};
pub use filter::CANDIDATES_SHOWN_MAX;
pub use keeper::{KEPT_A_ROUND_MAX, Kept};
pub use life::{Count, Done, NOTE_CHARS_MAX};
pub(crate) use life::{lock_count, touch};
pub use lines::{BASKET_MICROS, CountLines, LineFacts, LineNames};
pub use list::{CountCursor, CountsFilter};
pub use policy::CountPolicy;
pub use progress::{CountDetail, Progress};
pub use refusal::{CountError, CountRefusal};
pub use result::{Accuracy, CountResult, Totals};
pub use review::{
    ClosedBy, CountedTwice, DECISIONS_MAX, Decisions, ReviewError, Target, Undone, Verdict, Wish,
};
pub use scans::{ScanResult, ScanStatus, ScansTaken, Sending};
pub use schedules::{CountSchedule, NewSchedule, SCHEDULES_PER_FACILITY_MAX, ScheduleChange};
pub use sessions::{
    CountSession, NewSession, SessionError, SessionLine, SessionLineCursor, SessionOwner,
    SessionRefusal,
};
pub use story::{LAST_COUNTS_MAX, LineDecision, LineScan, LineStory, PastCount};
pub use update::CountChange;
