//! The end of a session, and its return.

use onhand_domain::{CountSessionId, Micros, count::SessionStatus};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::{
    refusal::{SessionError, SessionRefusal},
    rows::{LockedSession, Locking, lock_session},
    view::CountSession,
};
use crate::{
    Store,
    counts::{Count, CountRefusal, codes, touch},
    entities::{count_scans, count_sessions},
    error::StoreError,
    unit::{By, Unit},
};

impl Store {
    /// Its counter is done. Once more is the same.
    ///
    /// `submitted_at` is when they said so, by the device's clock, where that was without network.
    ///
    /// # Errors
    /// [`SessionRefusal::UnknownCodes`] while it is not known what all codes are,
    /// [`SessionRefusal::Ended`] where it was discarded.
    pub async fn submit_count_session(
        &self,
        by: &By,
        id: CountSessionId,
        submitted_at: Option<Micros>,
    ) -> Result<CountSession, SessionError> {
        let unit = Unit::begin(self, by).await?;
        let session = lock_session(&unit.tx, id, Locking::Exclusive).await?;
        match session.status {
            SessionStatus::Submitted => return self.unchanged(unit, session).await,
            SessionStatus::Discarded => return Err(SessionRefusal::Ended(session.status).into()),
            SessionStatus::Open => {}
        }
        let unknown = codes::unknown(&unit.tx, id).await?;
        // Of a count that is given up nobody will ever decide on them; the device is let go.
        if unknown > 0 && session.count_goes_on() {
            return Err(SessionRefusal::UnknownCodes(unknown).into());
        }
        let at = submitted_at.unwrap_or(unit.now).min(unit.now).max(Micros(session.row.started_at));
        self.end(unit, session, SessionStatus::Submitted, Some(at)).await
    }

    /// Its scans count no more; they stay on record. Once more is the same.
    ///
    /// # Errors
    /// [`CountRefusal::Status`] where the count is in review or over.
    pub async fn discard_count_session(
        &self,
        by: &By,
        id: CountSessionId,
    ) -> Result<CountSession, SessionError> {
        let unit = Unit::begin(self, by).await?;
        let session = lock_session(&unit.tx, id, Locking::Exclusive).await?;
        if session.status == SessionStatus::Discarded {
            return self.unchanged(unit, session).await;
        }
        // An open session of a count that is over holds nobody up, but may be put away.
        if session.status != SessionStatus::Open {
            require_count(&session)?;
        }
        let at = session.row.submitted_at.map(Micros);
        self.end(unit, session, SessionStatus::Discarded, at).await
    }

    /// Takes scans again; those that came too late count from now on.
    ///
    /// # Errors
    /// [`CountRefusal::Status`] where the count is in review or over.
    pub async fn reopen_count_session(
        &self,
        by: &By,
        id: CountSessionId,
    ) -> Result<CountSession, SessionError> {
        let unit = Unit::begin(self, by).await?;
        let session = lock_session(&unit.tx, id, Locking::Exclusive).await?;
        if session.status == SessionStatus::Open {
            return self.unchanged(unit, session).await;
        }
        require_count(&session)?;
        count_scans::Entity::update_many()
            .col_expr(count_scans::Column::Late, false.into())
            .filter(count_scans::Column::SessionId.eq(id.0))
            .filter(count_scans::Column::Late.eq(true))
            .exec(&unit.tx)
            .await?;
        self.end(unit, session, SessionStatus::Open, None).await
    }

    async fn unchanged(
        &self,
        unit: Unit,
        session: LockedSession,
    ) -> Result<CountSession, SessionError> {
        drop(unit);
        Ok(self.session_of(session.row).await?)
    }

    async fn end(
        &self,
        unit: Unit,
        mut session: LockedSession,
        status: SessionStatus,
        submitted_at: Option<Micros>,
    ) -> Result<CountSession, SessionError> {
        let id = session.id();
        let ended_by = (status != SessionStatus::Open).then_some(unit.by.actor.0);
        let mut row = session.row.into_active_model();
        row.status = Set(status.code().to_owned());
        row.submitted_at = Set(submitted_at.map(|at| at.0));
        row.ended_by = Set(ended_by);
        let row: count_sessions::Model = row.update(&unit.tx).await?;
        touch(&unit.tx, &mut session.count).await?;
        let what = if status == SessionStatus::Open { "reopened" } else { status.code() };
        commit(unit, &session.count, id, what).await?;
        Ok(self.session_of(row).await?)
    }
}

fn require_count(session: &LockedSession) -> Result<(), SessionError> {
    if session.count_goes_on() {
        return Ok(());
    }
    let remedy = "its sessions are as they are: reopen the count first";
    Err(CountRefusal::not_now(session.count.status, remedy).into())
}

/// Commits a change of a session.
pub(in crate::counts) async fn commit(
    unit: Unit,
    count: &Count,
    session: CountSessionId,
    what: &str,
) -> Result<(), StoreError> {
    let subject = format!("count {}: session {session} {what}", count.id);
    let facility = Some(count.facility);
    // Whoever counts blind must not be shown stock, and nodes remember what people may see.
    if count.blind {
        unit.commit(facility, subject).await
    } else {
        unit.commit_work(facility, subject).await
    }
}
