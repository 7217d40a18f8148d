//! One count: reading it, locking it, and the steps of its life.

use onhand_domain::{
    CountId, FacilityId, FacilityScope, Micros, PrincipalId,
    count::{CountKind, CountOrigin, CountStatus, Step},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    QueryFilter, QuerySelect, Set,
};
use uuid::Uuid;

use super::refusal::{CountError, CountRefusal};
use crate::{
    Store, directory,
    entities::{count_steps, counts},
    error::StoreError,
    unit::{By, Unit},
};

/// Longest note or reason of a count, in characters.
pub const NOTE_CHARS_MAX: usize = 1_000;

/// Who did something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Micros,
}

/// The order to look at the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Id.
    pub id: CountId,
    /// Where.
    pub facility: FacilityId,
    /// What people call it.
    pub name: String,
    /// What it covers.
    pub kind: CountKind,
    /// How it stands.
    pub status: CountStatus,
    /// Whether counters must not know what the book expects.
    pub blind: bool,
    /// Which part of the facility; all of it where absent.
    pub area: Option<String>,
    /// Why it was made, in somebody's words.
    pub note: Option<String>,
    /// What made it.
    pub origin: CountOrigin,
    /// The schedule that made it.
    pub schedule: Option<Uuid>,
    /// Planned start.
    pub start_at: Option<Micros>,
    /// When it should be done.
    pub due_at: Option<Micros>,
    /// Grows with each change of it, of its sessions and of its decisions; scans don't change it.
    pub version: i64,
    /// Who made it.
    pub created: Done,
    /// Who opened it.
    pub opened: Option<Done>,
    /// Who said that counting is over.
    pub submitted: Option<Done>,
    /// Who posted it.
    pub closed: Option<Done>,
    /// Who gave it up.
    pub cancelled: Option<Done>,
}

impl Count {
    /// Whether it should have been done by now.
    pub fn is_overdue(&self, now: Micros) -> bool {
        !self.status.is_final() && self.due_at.is_some_and(|at| at < now)
    }
}

impl Store {
    /// The count with this id, where it lies within the scope.
    pub async fn count(
        &self,
        scope: &FacilityScope,
        id: CountId,
    ) -> Result<Option<Count>, StoreError> {
        let row =
            counts::Entity::find_by_id(id.0).filter(within(scope)).one(&self.reader()).await?;
        row.map(count_of).transpose()
    }

    /// Lets the counting begin. Before its planned start only where `early` says so.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`], [`CountRefusal::Status`], [`CountRefusal::TooEarly`].
    pub async fn open_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        early: bool,
    ) -> Result<Count, CountError> {
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, id).await?;
        let waits = count.status == CountStatus::Scheduled;
        let planned = count.start_at.filter(|start_at| waits && unit.now < *start_at);
        if let Some(start_at) = planned.filter(|_| !early) {
            return Err(CountRefusal::TooEarly { start_at }.into());
        }
        let note = planned.map(|_| "before its planned start");
        if step(&unit, &mut count, Step::Open, note).await? {
            commit(unit, &count, "opened").await?;
        }
        Ok(count)
    }

    /// Gives the count up. Its scans stay on record.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`], [`CountRefusal::Status`] once it is closed.
    pub async fn cancel_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        reason: Option<&str>,
    ) -> Result<Count, CountError> {
        check_note("/reason", reason)?;
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, id).await?;
        if step(&unit, &mut count, Step::Cancel, reason).await? {
            // Its sessions may be open: with it, their counters' blindness ends, and nodes
            // remember what people may see.
            directory::change(&unit.tx).await?;
            commit(unit, &count, "cancelled").await?;
        }
        Ok(count)
    }
}

/// The count, kept from changing until the transaction ends. Lock it before its sessions, and
/// those before their scans: whoever goes the other way deadlocks with those who go this one.
///
/// # Errors
/// [`CountRefusal::Unknown`] where there is none within the scope.
pub(crate) async fn lock_count(
    tx: &DatabaseTransaction,
    scope: &FacilityScope,
    id: CountId,
) -> Result<Count, CountError> {
    let row = counts::Entity::find_by_id(id.0)
        .filter(within(scope))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(CountRefusal::Unknown("count"))?;
    Ok(count_of(row)?)
}

/// Takes a step with a locked count: status, who and when, version, and its entry in the story.
/// Answers whether anything changed; a step that was taken before changes nothing.
///
/// # Errors
/// [`CountRefusal::Status`] where the step can't follow.
pub(crate) async fn step(
    unit: &Unit,
    count: &mut Count,
    step: Step,
    note: Option<&str>,
) -> Result<bool, CountError> {
    let status = count.status.after(step)?;
    // An undo leaves the status, and each is an event of its own.
    if status == count.status && step != Step::Undo {
        return Ok(false);
    }
    count.status = status;
    let done = Some(Done { by: unit.by.actor, at: unit.now });
    match step {
        // What was submitted is not, once counting goes on.
        Step::Reopen => count.submitted = None,
        Step::Open => count.opened = done,
        Step::Submit => count.submitted = done,
        Step::Close => count.closed = done,
        Step::Cancel => count.cancelled = done,
        Step::Create | Step::Schedule | Step::Undo => {}
    }
    count.version = count.version.saturating_add(1);
    save(&unit.tx, count).await?;
    tell(unit, count.id, step, note).await?;
    Ok(true)
}

/// Writes the version of a locked count one further: for changes of its sessions and decisions.
pub(crate) async fn touch(tx: &DatabaseTransaction, count: &mut Count) -> Result<(), CountError> {
    count.version = count.version.saturating_add(1);
    counts::Entity::update_many()
        .col_expr(counts::Column::Version, count.version.into())
        .filter(counts::Column::Id.eq(count.id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// An entry in the story of the count.
pub(crate) async fn tell(
    unit: &Unit,
    count: CountId,
    step: Step,
    note: Option<&str>,
) -> Result<(), CountError> {
    let row = count_steps::ActiveModel {
        id: Set(unit.next_id()),
        count_id: Set(count.0),
        step: Set(step.code().to_owned()),
        by_id: Set(unit.by.actor.0),
        at: Set(unit.now.0),
        note: Set(note.map(str::to_owned)),
    };
    row.insert(&unit.tx).await?;
    Ok(())
}

/// Commits what was done with a count, `what` it was for the auditor.
pub(crate) async fn commit(unit: Unit, count: &Count, what: &str) -> Result<(), CountError> {
    let subject = format!("count {}: {what}", count.id);
    Ok(unit.commit_work(Some(count.facility), subject).await?)
}

/// Writes what may change of a count.
pub(super) async fn save<C: ConnectionTrait>(db: &C, count: &Count) -> Result<(), CountError> {
    let by = |done: Option<Done>| Set(done.map(|it| it.by.0));
    let at = |done: Option<Done>| Set(done.map(|it| it.at.0));
    let row = counts::ActiveModel {
        id: sea_orm::Unchanged(count.id.0),
        name: Set(count.name.clone()),
        status: Set(count.status.code().to_owned()),
        blind: Set(count.blind),
        area: Set(count.area.clone()),
        note: Set(count.note.clone()),
        start_at: Set(count.start_at.map(|at| at.0)),
        due_at: Set(count.due_at.map(|at| at.0)),
        version: Set(count.version),
        opened_by: by(count.opened),
        opened_at: at(count.opened),
        submitted_by: by(count.submitted),
        submitted_at: at(count.submitted),
        closed_by: by(count.closed),
        closed_at: at(count.closed),
        cancelled_by: by(count.cancelled),
        cancelled_at: at(count.cancelled),
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}

/// What is left of the counts within a scope.
pub(super) fn within(scope: &FacilityScope) -> Condition {
    let only = match scope {
        FacilityScope::Only(ids) => {
            Some(counts::Column::FacilityId.is_in(ids.iter().map(|id| id.0)))
        }
        FacilityScope::All => None,
    };
    Condition::all().add_option(only)
}

/// A text of a count that is not endless.
pub(super) fn check_note(pointer: &str, note: Option<&str>) -> Result<(), CountError> {
    match note {
        Some(note) if note.chars().count() > NOTE_CHARS_MAX => {
            let detail = format!("at most {NOTE_CHARS_MAX} characters");
            Err(crate::Refusal::invalid(pointer, detail).into())
        }
        _ => Ok(()),
    }
}

/// A row as what it means.
pub(super) fn count_of(row: counts::Model) -> Result<Count, StoreError> {
    let impossible = |what: &str, code: &str| StoreError::Inconsistent {
        table: "counts",
        what: format!("{} has the {what} {code:?}", row.id),
    };
    let kind = CountKind::from_code(&row.kind).ok_or_else(|| impossible("kind", &row.kind))?;
    let status =
        CountStatus::from_code(&row.status).ok_or_else(|| impossible("status", &row.status))?;
    let origin =
        CountOrigin::from_code(&row.origin).ok_or_else(|| impossible("origin", &row.origin))?;
    let done = |by: Option<Uuid>, at: Option<i64>| {
        by.zip(at).map(|(by, at)| Done { by: PrincipalId(by), at: Micros(at) })
    };
    Ok(Count {
        id: CountId(row.id),
        facility: FacilityId(row.facility_id),
        name: row.name,
        kind,
        status,
        blind: row.blind,
        area: row.area,
        note: row.note,
        origin,
        schedule: row.schedule_id,
        start_at: row.start_at.map(Micros),
        due_at: row.due_at.map(Micros),
        version: row.version,
        created: Done { by: PrincipalId(row.created_by), at: Micros(row.created_at) },
        opened: done(row.opened_by, row.opened_at),
        submitted: done(row.submitted_by, row.submitted_at),
        closed: done(row.closed_by, row.closed_at),
        cancelled: done(row.cancelled_by, row.cancelled_at),
    })
}
