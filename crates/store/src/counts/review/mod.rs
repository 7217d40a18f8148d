//! Review: what is decided about lines, by people and by the policy, until they are posted.

mod closing;
mod decide;
mod judge;
mod submit;
mod undo;
mod write;

use onhand_domain::{count::CountStatus, plan::outcome};

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
    /// It kept changing while this was tried.
    #[error("the count changes all the time; try again")]
    Changed,
    /// The ledger refused.
    #[error(transparent)]
    Ledger(#[from] outcome::Refusal),
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
