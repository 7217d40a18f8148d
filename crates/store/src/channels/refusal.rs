//! Why something about a channel was not done: answers for a person, not failures.

use onhand_domain::channel::ChannelStatus;

use crate::{
    error::StoreError,
    refusal::{Refusal, WriteError},
};

/// Why something about a channel was not done. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    /// There is no such thing: `channel`, `location`, `item`, `push`.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// It can't be done as the channel stands.
    #[error("the channel is {}: {remedy}", status.code())]
    Status {
        /// How it stands.
        status: ChannelStatus,
        /// What to do first.
        remedy: &'static str,
    },
    /// Calls are under way whose outcome is not known yet.
    #[error("{0} calls are under way: wait until the shop has answered")]
    UnderWay(u64),
    /// Something has changed since the shop's levels were compared.
    #[error("the ledger was read on since: compare with the shop again")]
    Outdated,
    /// More than can be taken in.
    #[error("more than {0} levels")]
    TooMany(usize),
    /// Another item of the shop is this SKU already; both would sell the same units.
    #[error("the SKU belongs to {item} in this shop")]
    SkuTaken {
        /// The other item.
        item: String,
    },
    /// The push is not in a state in which that can be done.
    #[error("the push is {status}: {remedy}")]
    Push {
        /// How it stands.
        status: &'static str,
        /// What can be done instead.
        remedy: &'static str,
    },
    /// The channel has a job already; its id.
    #[error("the job {0} runs: wait until it has ended")]
    JobRunning(uuid::Uuid),
    /// The difference is not certain yet, or nothing that we set could mend it.
    #[error("the difference is not confirmed: it must be seen twice, and be one that can be set")]
    NotConfirmed,
    /// As settings are refused.
    #[error(transparent)]
    Other(#[from] Refusal),
}

/// It was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] ChannelRefusal),
}

impl From<sea_orm::DbErr> for ChannelError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl From<Refusal> for ChannelError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<WriteError> for ChannelError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => Self::Store(error),
            WriteError::Refused(refusal) => refusal.into(),
        }
    }
}
