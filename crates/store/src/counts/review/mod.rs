//! Review: what is decided about lines, by people and by the policy, until they are posted.

mod closing;
mod decide;
mod judge;
mod submit;
mod undo;
mod write;

use onhand_domain::{CountId, Micros, SkuId, count::CountStatus, plan::outcome};

use super::{CountError, CountRefusal};
use crate::StoreError;

pub use closing::ClosedBy;
pub use decide::{DECISIONS_MAX, Decisions, Target, Verdict, Wish};
pub use undo::Undone;

/// How often something is tried again because the count has changed in between.
const TRIES_MAX: usize = 5;

/// Why something was not done in the review. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// As other things about counts are refused.
    #[error(transparent)]
    Count(#[from] CountRefusal),
    /// Lines still wait.
    #[error("{0} lines wait for a decision")]
    Undecided(usize),
    /// Somebody is still counting.
    #[error("{0} sessions are still open")]
    SessionsOpen(u64),
    /// A line's time is already that of another count of its SKU.
    #[error(transparent)]
    CountedTwice(Box<CountedTwice>),
    /// It kept changing while this was tried.
    #[error("the count changes all the time; try again")]
    Changed,
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] outcome::Refusal),
}

/// A SKU that two counts saw last at the very same microsecond. The ledger keeps one count of a
/// moment, since of two nobody could say which came first; the way out is to look once more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{title} was counted at the very same moment in {}: ask for a recount of this line, and close \
     again when it was counted",
    .other.as_ref().map_or("another count".to_owned(), |(_, name)| format!("{name:?}"))
)]
pub struct CountedTwice {
    /// Which.
    pub sku: SkuId,
    /// What people call it.
    pub title: String,
    /// The moment.
    pub at: Micros,
    /// The other count, where its line came from one.
    pub other: Option<(CountId, String)>,
}

impl From<CountError> for ReviewError {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Store(error) => Self::Store(error),
            CountError::Refused(refusal) => Self::Count(refusal),
        }
    }
}

impl From<sea_orm::DbErr> for ReviewError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Decisions are made while the count is reviewed, and at no other time.
fn require_review(status: CountStatus) -> Result<(), CountRefusal> {
    match status {
        CountStatus::InReview => Ok(()),
        CountStatus::Closed => {
            Err(CountRefusal::not_now(status, "its lines are posted; undo them, or count again"))
        }
        CountStatus::Cancelled => Err(CountRefusal::not_now(status, "make a new one")),
        _ => Err(CountRefusal::not_now(status, "submit it first")),
    }
}
