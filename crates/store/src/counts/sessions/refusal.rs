//! Why something about a session was not done: answers for a person, not failures.

use onhand_domain::count::SessionStatus;

use crate::{
    counts::{CountError, CountRefusal},
    error::StoreError,
    refusal::Refusal,
};

/// Why something about a session was not done. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefusal {
    /// Its count is in the way, or does not exist.
    #[error(transparent)]
    Count(#[from] CountRefusal),
    /// It is over.
    #[error("the session is {}: reopen it first", .0.code())]
    Ended(SessionStatus),
    /// Codes of which nobody has said what they are. Units would be lost with them.
    #[error("{0} unknown codes: say what each is, or take it out")]
    UnknownCodes(usize),
    /// Nobody sends scans in somebody else's name.
    #[error("the session is somebody else's")]
    NotYours,
    /// The lines that wait for a recount must be counted by somebody else.
    #[error("you have counted these before: somebody else has to")]
    OwnCount,
    /// No scan of the session has this code without a SKU.
    #[error("no scan of the session waits for what {0:?} is")]
    UnknownCode(String),
}

/// It was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] SessionRefusal),
}

impl From<sea_orm::DbErr> for SessionError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<CountRefusal> for SessionError {
    fn from(refusal: CountRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Refusal> for SessionError {
    fn from(refusal: Refusal) -> Self {
        CountRefusal::from(refusal).into()
    }
}

impl From<CountError> for SessionError {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Store(error) => Self::Store(error),
            CountError::Refused(refusal) => refusal.into(),
        }
    }
}
