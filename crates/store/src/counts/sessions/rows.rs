//! A session as it is read to be changed.

use onhand_domain::{
    CountId, CountSessionId,
    count::{CountStatus, SessionStatus},
};
use sea_orm::{DatabaseTransaction, EntityTrait, QuerySelect};

use super::refusal::SessionError;
use crate::{
    counts::{Count, CountRefusal, life::count_of},
    entities::{count_sessions, counts},
    error::StoreError,
};

/// Round of the first count of everything; each recount is one more.
pub(in crate::counts) const FIRST_ROUND: i64 = 1;

/// How the count of a session is kept from changing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::counts) enum Locking {
    /// It stays as it is, and others may scan into it meanwhile.
    Shared,
    /// It is going to be changed.
    Exclusive,
}

/// A session with its count, kept from changing until the transaction ends.
pub(in crate::counts) struct LockedSession {
    pub(in crate::counts) row: count_sessions::Model,
    pub(in crate::counts) status: SessionStatus,
    pub(in crate::counts) count: Count,
}

impl LockedSession {
    pub(in crate::counts) fn id(&self) -> CountSessionId {
        CountSessionId(self.row.id)
    }

    /// Whether its count still takes what this session has to say: also in review, where it is
    /// part of a recount.
    pub(in crate::counts) fn count_goes_on(&self) -> bool {
        match self.count.status {
            CountStatus::Open => true,
            CountStatus::InReview => self.row.round > FIRST_ROUND,
            _ => false,
        }
    }

    /// Whether a scan of it counts.
    pub(in crate::counts) fn takes_scans(&self) -> bool {
        self.status == SessionStatus::Open && self.count_goes_on()
    }
}

/// Locks the count, then the session: see [`crate::counts::lock_count`].
pub(in crate::counts) async fn lock_session(
    tx: &DatabaseTransaction,
    id: CountSessionId,
    locking: Locking,
) -> Result<LockedSession, SessionError> {
    let unknown = || CountRefusal::Unknown("session");
    // Which count it belongs to never changes.
    let found = count_sessions::Entity::find_by_id(id.0).one(tx).await?.ok_or_else(unknown)?;
    let count = counts::Entity::find_by_id(found.count_id);
    let count = match locking {
        Locking::Shared => count.lock_shared(),
        Locking::Exclusive => count.lock_exclusive(),
    };
    let count = count.one(tx).await?.ok_or_else(|| no_count(CountId(found.count_id)))?;
    let row = count_sessions::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(unknown)?;
    Ok(LockedSession { status: status_of(&row)?, count: count_of(count)?, row })
}

/// The status of a row.
pub(super) fn status_of(row: &count_sessions::Model) -> Result<SessionStatus, StoreError> {
    SessionStatus::from_code(&row.status).ok_or_else(|| StoreError::Inconsistent {
        table: "count_sessions",
        what: format!("{} has the status {:?}", row.id, row.status),
    })
}

fn no_count(id: CountId) -> StoreError {
    StoreError::Inconsistent {
        table: "count_sessions",
        what: format!("a session names the count {id}, which is not there"),
    }
}
