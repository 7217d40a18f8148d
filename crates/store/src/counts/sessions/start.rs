//! Beginning a session.

use std::collections::BTreeSet;

use onhand_domain::{
    CountId, CountSessionId, FacilityScope, Micros, PrincipalId, SkuId,
    count::{CLOCK_OFFSET_MAX_MICROS, CountStatus, SESSIONS_MAX, SessionStatus, offset_of},
    encode::Encoder,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, Set, sea_query::ExprTrait,
};
use uuid::Uuid;

use super::{
    refusal::{SessionError, SessionRefusal},
    rows::FIRST_ROUND,
    view::CountSession,
};
use crate::{
    Store,
    counts::{
        Count, CountRefusal, create::check_place, lock_count, policy::policy_of, scans::effective,
        touch,
    },
    entities::{count_lines, count_scans, count_sessions},
    error::StoreError,
    refusal::{Refusal, check_name},
    unit::{By, Unit},
};

/// A session that is to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Made by the device.
    pub id: CountSessionId,
    /// Of which count.
    pub count: CountId,
    /// Which part of the facility.
    pub area: Option<String>,
    /// The device, as it names itself.
    pub device: Option<String>,
    /// When it began, by the device's clock; now where absent.
    pub started_at: Option<Micros>,
    /// What the device's clock shows at sending.
    pub sent_at: Option<Micros>,
}

impl NewSession {
    fn fingerprint(&self, counter: PrincipalId) -> Vec<u8> {
        Encoder::new("onhand.count-session.v1")
            .bytes(self.count.0.as_bytes())
            .bytes(counter.0.as_bytes())
            .maybe_text(self.area.as_deref())
            .maybe_text(self.device.as_deref())
            .maybe_int(self.started_at.map(|at| at.0))
            .hash()
            .to_vec()
    }

    /// Begun when, by the server's clock.
    fn began(&self, now: Micros) -> Micros {
        let Some(at) = self.started_at else { return now };
        let offset = self.sent_at.map_or(0, |sent_at| offset_of(sent_at, now));
        let wrong_by = if offset.saturating_abs() > CLOCK_OFFSET_MAX_MICROS { offset } else { 0 };
        at.plus(wrong_by).min(now)
    }

    fn check(&self) -> Result<(), SessionError> {
        check_place("/area", self.area.as_deref())?;
        Ok(self.device.as_deref().map_or(Ok(()), |name| check_name("/device", name))?)
    }
}

/// What a new session is for.
enum Share {
    /// Counting, in this round.
    Counting(i64),
    /// It was counted without network, and the counting is over: what it brings is kept.
    Afterwards,
}

impl Store {
    /// Begins a session of whoever acts. The same again answers as it stands.
    ///
    /// Where a device began it in time, but says so only now that the counting is over, the
    /// session is there at once as submitted: its scans are kept as late ones, for somebody to
    /// decide on, instead of being stuck on the device.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`], [`CountRefusal::Status`] where the count takes no sessions,
    /// [`CountRefusal::TooMany`], [`SessionRefusal::OwnCount`].
    pub async fn start_count_session(
        &self,
        by: &By,
        scope: &FacilityScope,
        new: &NewSession,
    ) -> Result<CountSession, SessionError> {
        new.check()?;
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, new.count).await?;
        let fingerprint = new.fingerprint(by.actor);
        let known = count_sessions::Entity::find_by_id(new.id.0).one(&unit.tx).await?;
        if let Some(row) = known {
            if row.fingerprint != fingerprint {
                return Err(Refusal::IdReused.into());
            }
            drop(unit);
            return Ok(self.session_of(row).await?);
        }
        refuse_too_many(&unit.tx, new.count).await?;
        let began = new.began(unit.now);
        let (round, status) = match share(&unit.tx, &count, by.actor, began, new).await? {
            Share::Counting(round) => (round, SessionStatus::Open),
            Share::Afterwards => (FIRST_ROUND, SessionStatus::Submitted),
        };
        let over = (status != SessionStatus::Open).then_some(unit.now.0);
        let row = count_sessions::ActiveModel {
            id: Set(new.id.0),
            count_id: Set(new.count.0),
            facility_id: Set(count.facility.0),
            area: Set(new.area.clone()),
            round: Set(round),
            counter_id: Set(by.actor.0),
            device: Set(new.device.clone()),
            status: Set(status.code().to_owned()),
            started_at: Set(began.0),
            submitted_at: Set(over),
            ended_by: Set(None),
            clock_offset: Set(new.sent_at.map(|at| offset_of(at, unit.now))),
            fingerprint: Set(fingerprint),
        };
        let row = crate::unit::or_taken(row.insert(&unit.tx).await, Refusal::IdReused)
            .map_err(crate::counts::CountError::from)?;
        touch(&unit.tx, &mut count).await?;
        super::life::commit(unit, &count, new.id, "begun").await?;
        Ok(self.session_of(row).await?)
    }
}

async fn refuse_too_many<C: ConnectionTrait>(db: &C, count: CountId) -> Result<(), SessionError> {
    let sessions = count_sessions::Entity::find()
        .filter(count_sessions::Column::CountId.eq(count.0))
        .count(db)
        .await?;
    if sessions < SESSIONS_MAX {
        return Ok(());
    }
    let max = usize::try_from(SESSIONS_MAX).unwrap_or(usize::MAX);
    let what = "sessions of one count: go on in one that is open, or make another count";
    Err(CountRefusal::TooMany { what, pointer: String::new(), max }.into())
}

/// What somebody may count now.
async fn share<C: ConnectionTrait>(
    db: &C,
    count: &Count,
    counter: PrincipalId,
    began: Micros,
    new: &NewSession,
) -> Result<Share, SessionError> {
    let over = [count.submitted, count.closed, count.cancelled];
    let over = over.into_iter().flatten().map(|done| done.at).min();
    let in_time = count.opened.is_some() && over.is_some_and(|over| began < over);
    let afterwards = new.started_at.is_some() && in_time;
    match count.status {
        CountStatus::Open => Ok(Share::Counting(FIRST_ROUND)),
        _ if afterwards => Ok(Share::Afterwards),
        CountStatus::InReview => recount(db, count, counter).await,
        status @ (CountStatus::Draft | CountStatus::Scheduled) => {
            Err(CountRefusal::not_now(status, "open it first").into())
        }
        status => Err(CountRefusal::not_now(status, "there is nothing left to count").into()),
    }
}

/// A part in the recount, where lines wait for one that this person may count.
async fn recount<C: ConnectionTrait>(
    db: &C,
    count: &Count,
    counter: PrincipalId,
) -> Result<Share, SessionError> {
    let waiting = waiting_lines(db, count.id).await?;
    if waiting.is_empty() {
        let remedy = "no line waits for a recount: ask for one, or reopen the count";
        return Err(CountRefusal::not_now(count.status, remedy).into());
    }
    let mine = may_recount(db, count, counter, waiting).await?;
    match mine.iter().map(|(_, round)| *round).max() {
        Some(round) => Ok(Share::Counting(round)),
        None => Err(SessionRefusal::OwnCount.into()),
    }
}

/// The SKUs that wait for a recount, with their rounds.
pub(super) async fn waiting_lines<C: ConnectionTrait>(
    db: &C,
    count: CountId,
) -> Result<Vec<(SkuId, i64)>, StoreError> {
    let lines = count_lines::Entity::find()
        .filter(count_lines::Column::CountId.eq(count.0))
        .filter(count_lines::Column::Decision.eq(RECOUNT))
        .all(db)
        .await?;
    Ok(lines.into_iter().map(|line| (SkuId(line.sku_id), line.round)).collect())
}

/// The decision of a line that waits for a recount.
const RECOUNT: &str = "recount";

/// Those of the waiting lines that this person may count again: where the policy wants somebody
/// else to do it, those that they have not counted in this count.
async fn may_recount<C: ConnectionTrait>(
    db: &C,
    count: &Count,
    counter: PrincipalId,
    waiting: Vec<(SkuId, i64)>,
) -> Result<Vec<(SkuId, i64)>, SessionError> {
    if !policy_of(db, count.facility).await?.policy.recount.by_other {
        return Ok(waiting);
    }
    let own = count_sessions::Entity::find()
        .select_only()
        .column(count_sessions::Column::Id)
        .filter(count_sessions::Column::CountId.eq(count.id.0))
        .filter(count_sessions::Column::CounterId.eq(counter.0))
        .filter(count_sessions::Column::Status.ne(SessionStatus::Discarded.code()));
    let own: Vec<Uuid> = own.into_tuple().all(db).await?;
    let seen: Vec<Uuid> = effective::counted()
        .expr_as(effective::sku(), "sku")
        .distinct()
        .filter(count_scans::Column::SessionId.is_in(own))
        .filter(effective::sku().is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let seen: BTreeSet<SkuId> = seen.into_iter().map(SkuId).collect();
    Ok(waiting.into_iter().filter(|(sku, _)| !seen.contains(sku)).collect())
}
