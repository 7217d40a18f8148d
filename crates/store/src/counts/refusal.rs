//! Why something about a count was not done: answers for a person, not failures.

use onhand_domain::{
    Micros,
    count::{CountStatus, NotNow},
};

use crate::{
    error::StoreError,
    refusal::{Refusal, WriteError},
};

/// Why something about a count was not done. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountRefusal {
    /// There is no such thing, or not where the caller looks: `count`, `session`, `schedule`.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// The step can't follow.
    #[error(transparent)]
    Status(#[from] NotNow),
    /// It was planned for later.
    #[error("it starts later: open it early on purpose, or wait")]
    TooEarly {
        /// The planned start.
        start_at: Micros,
    },
    /// More than fits into one count, call or list.
    #[error("{what}: at most {max}")]
    TooMany {
        /// What there is too much of, with the way out.
        what: &'static str,
        /// A JSON pointer to it.
        pointer: String,
        /// How many fit.
        max: usize,
    },
    /// Nothing is counted where nobody works any more.
    #[error("the facility is closed")]
    FacilityClosed,
    /// Members of the request don't fit, each with its pointer and what would be right.
    #[error("{} of the request do not fit", .0.len())]
    Members(Vec<(String, String)>),
    /// As settings are refused.
    #[error(transparent)]
    Other(#[from] Refusal),
}

impl CountRefusal {
    /// The step can't follow, for a reason that the table of steps does not know.
    pub const fn not_now(status: CountStatus, remedy: &'static str) -> Self {
        Self::Status(NotNow { status, remedy })
    }
}

/// It was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] CountRefusal),
}

impl From<sea_orm::DbErr> for CountError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<NotNow> for CountError {
    fn from(no: NotNow) -> Self {
        Self::Refused(no.into())
    }
}

impl From<Refusal> for CountError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<WriteError> for CountError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => Self::Store(error),
            WriteError::Refused(refusal) => refusal.into(),
        }
    }
}
