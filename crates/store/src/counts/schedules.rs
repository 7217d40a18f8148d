//! What makes counts by itself, by the calendar.

use jiff::tz::TimeZone;
use onhand_domain::{
    FacilityId, FacilityScope, Micros,
    count::schedule::{Schedule, Skip},
    encode::{Encoder, Hash},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, SqlErr,
};
use uuid::Uuid;

use super::refusal::{CountError, CountRefusal};
use crate::{
    Store,
    entities::{count_schedules, facilities},
    error::StoreError,
    refusal::{Refusal, check_name},
    unit::{By, Unit},
};

/// Most schedules of one facility.
pub const SCHEDULES_PER_FACILITY_MAX: u64 = 100;

/// A schedule with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountSchedule {
    /// Id.
    pub id: Uuid,
    /// Where.
    pub facility: FacilityId,
    /// What its counts are called.
    pub name: String,
    /// What it makes, and when.
    pub schedule: Schedule,
    /// Whether it goes on.
    pub active: bool,
    /// When it is due next; none while it rests.
    pub next_at: Option<Micros>,
    /// The count that it made last.
    pub last_count: Option<Uuid>,
    /// When it was due last and made nothing, and why.
    pub last_skipped: Option<(Micros, Skip)>,
}

/// A schedule that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSchedule {
    /// Made by the client.
    pub id: Uuid,
    /// Where.
    pub facility: FacilityId,
    /// What its counts are called.
    pub name: String,
    /// What it makes, and when.
    pub schedule: Schedule,
    /// Whether it goes on.
    pub active: bool,
}

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleChange {
    /// What its counts are called.
    pub name: Option<String>,
    /// What it makes, and when: all of it.
    pub schedule: Option<Schedule>,
    /// Whether it goes on.
    pub active: Option<bool>,
}

impl Store {
    /// Schedules by facility and name, at most `limit`, after the one with this id.
    pub async fn list_count_schedules(
        &self,
        scope: &FacilityScope,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<CountSchedule>, StoreError> {
        let further = after.map(|id| count_schedules::Column::Id.gt(id));
        let rows = count_schedules::Entity::find()
            .filter(within(scope))
            .filter(Condition::all().add_option(further))
            .order_by_asc(count_schedules::Column::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(schedule_of).collect()
    }

    /// The schedule with this id, where it lies within the scope.
    pub async fn count_schedule(
        &self,
        scope: &FacilityScope,
        id: Uuid,
    ) -> Result<Option<CountSchedule>, StoreError> {
        let row = count_schedules::Entity::find_by_id(id)
            .filter(within(scope))
            .one(&self.reader())
            .await?;
        row.map(schedule_of).transpose()
    }

    /// Makes a schedule. The same again is the first answer.
    ///
    /// # Errors
    /// [`CountRefusal`]; nothing is written then.
    pub async fn create_count_schedule(
        &self,
        by: &By,
        new: NewSchedule,
    ) -> Result<CountSchedule, CountError> {
        check(&new.name, &new.schedule)?;
        let body = body_of(&new.schedule)?;
        let fingerprint = fingerprint(&new, &body);
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = count_schedules::Entity::find_by_id(new.id).one(&unit.tx).await? {
            let same = row.fingerprint == fingerprint;
            return if same { Ok(schedule_of(row)?) } else { Err(Refusal::IdReused.into()) };
        }
        let zone = zone_of(&unit.tx, new.facility).await?;
        check_number(&unit.tx, new.facility).await?;
        let next_at = next_at(&new.schedule, new.active, unit.now, &zone);
        let row = count_schedules::ActiveModel {
            id: Set(new.id),
            facility_id: Set(new.facility.0),
            name: Set(new.name.clone()),
            body: Set(body),
            active: Set(new.active),
            next_at: Set(next_at.map(|at| at.0)),
            last_count_id: Set(None),
            last_skipped_at: Set(None),
            last_skipped_because: Set(None),
            created_by: Set(unit.by.actor.0),
            created_at: Set(unit.now.0),
            fingerprint: Set(fingerprint.to_vec()),
        };
        let row = row.insert(&unit.tx).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Contended,
            _ => error.into(),
        })?;
        let subject = format!("count schedule {}: made, {:?}", new.id, new.name);
        unit.commit_work(Some(new.facility), subject).await?;
        Ok(schedule_of(row)?)
    }

    /// Changes a schedule; what it is due next follows from now on.
    ///
    /// # Errors
    /// [`CountRefusal`]; nothing is written then.
    pub async fn update_count_schedule(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: Uuid,
        change: ScheduleChange,
    ) -> Result<CountSchedule, CountError> {
        let unit = Unit::begin(self, by).await?;
        let before = lock_schedule(&unit, scope, id).await?;
        let subject = format!("count schedule {id}: {change:?}");
        let mut after = before.clone();
        after.name = change.name.unwrap_or(after.name);
        after.schedule = change.schedule.unwrap_or(after.schedule);
        after.active = change.active.unwrap_or(after.active);
        check(&after.name, &after.schedule)?;
        if (&after.schedule, after.active) != (&before.schedule, before.active) {
            let zone = zone_of(&unit.tx, after.facility).await?;
            after.next_at = next_at(&after.schedule, after.active, unit.now, &zone);
        }
        if after != before {
            save(&unit.tx, &after).await?;
            unit.commit_work(Some(after.facility), subject).await?;
        }
        Ok(after)
    }

    /// Ends a schedule for good. Its counts stay.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`] where there is none within the scope.
    pub async fn delete_count_schedule(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: Uuid,
    ) -> Result<(), CountError> {
        let unit = Unit::begin(self, by).await?;
        let schedule = lock_schedule(&unit, scope, id).await?;
        count_schedules::Entity::delete_by_id(id).exec(&unit.tx).await?;
        let subject = format!("count schedule {id}: removed, {:?}", schedule.name);
        Ok(unit.commit_work(Some(schedule.facility), subject).await?)
    }
}

/// The schedule, kept from changing until the transaction ends.
pub(super) async fn lock_schedule(
    unit: &Unit,
    scope: &FacilityScope,
    id: Uuid,
) -> Result<CountSchedule, CountError> {
    let row = count_schedules::Entity::find_by_id(id)
        .filter(within(scope))
        .lock_exclusive()
        .one(&unit.tx)
        .await?
        .ok_or(CountRefusal::Unknown("schedule"))?;
    Ok(schedule_of(row)?)
}

/// Writes what may change of a schedule.
pub(super) async fn save(
    db: &impl ConnectionTrait,
    schedule: &CountSchedule,
) -> Result<(), CountError> {
    let row = count_schedules::ActiveModel {
        id: sea_orm::Unchanged(schedule.id),
        name: Set(schedule.name.clone()),
        body: Set(body_of(&schedule.schedule)?),
        active: Set(schedule.active),
        next_at: Set(schedule.next_at.map(|at| at.0)),
        last_count_id: Set(schedule.last_count),
        last_skipped_at: Set(schedule.last_skipped.map(|(at, _)| at.0)),
        last_skipped_because: Set(schedule.last_skipped.map(|(_, why)| why.code().to_owned())),
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}

/// Active schedules whose time has come, the longest due first.
pub(super) async fn due(
    db: &impl ConnectionTrait,
    now: Micros,
    limit: u64,
) -> Result<Vec<Uuid>, StoreError> {
    use count_schedules::Column as C;
    Ok(count_schedules::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::Active.eq(true))
        .filter(C::NextAt.lte(now.0))
        .order_by_asc(C::NextAt)
        .order_by_asc(C::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// When it is due next; never while it rests.
pub(super) fn next_at(
    schedule: &Schedule,
    active: bool,
    now: Micros,
    zone: &TimeZone,
) -> Option<Micros> {
    if active { schedule.next_after(now, zone) } else { None }
}

/// The clock of a facility where people work.
pub(super) async fn zone_of(
    db: &impl ConnectionTrait,
    id: FacilityId,
) -> Result<TimeZone, CountError> {
    let row = facilities::Entity::find_by_id(id.0).one(db).await?;
    let row = row.ok_or(CountRefusal::Unknown("facility"))?;
    if !row.active {
        return Err(CountRefusal::FacilityClosed.into());
    }
    let zone = TimeZone::get(&row.time_zone).map_err(|_| StoreError::Inconsistent {
        table: "facilities",
        what: format!("{:?} as a time zone", row.time_zone),
    })?;
    Ok(zone)
}

async fn check_number(db: &impl ConnectionTrait, at: FacilityId) -> Result<(), CountError> {
    let rows: Vec<Uuid> = count_schedules::Entity::find()
        .select_only()
        .column(count_schedules::Column::Id)
        .filter(count_schedules::Column::FacilityId.eq(at.0))
        .limit(SCHEDULES_PER_FACILITY_MAX)
        .into_tuple()
        .all(db)
        .await?;
    if rows.len() as u64 >= SCHEDULES_PER_FACILITY_MAX {
        let max = usize::try_from(SCHEDULES_PER_FACILITY_MAX).unwrap_or(usize::MAX);
        let (what, pointer) = ("schedules of one facility", "/facility_id".to_owned());
        return Err(CountRefusal::TooMany { what, pointer, max }.into());
    }
    Ok(())
}

fn check(name: &str, schedule: &Schedule) -> Result<(), CountError> {
    check_name("/name", name)?;
    match schedule.misfit() {
        Some((pointer, detail)) => Err(Refusal::invalid(pointer, detail).into()),
        None => Ok(()),
    }
}

fn fingerprint(new: &NewSchedule, body: &str) -> Hash {
    Encoder::new("onhand.count-schedule")
        .bytes(new.facility.0.as_bytes())
        .text(&new.name)
        .text(body)
        .int(new.active.into())
        .hash()
}

fn body_of(schedule: &Schedule) -> Result<String, StoreError> {
    serde_json::to_string(schedule).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Inconsistent { table: "count_schedules", what: error.to_string() }
}

fn within(scope: &FacilityScope) -> Condition {
    let only = match scope {
        FacilityScope::Only(ids) => {
            Some(count_schedules::Column::FacilityId.is_in(ids.iter().map(|id| id.0)))
        }
        FacilityScope::All => None,
    };
    Condition::all().add_option(only)
}

fn skip(code: Option<String>) -> Result<Option<Skip>, StoreError> {
    let read = |code: String| {
        Skip::from_code(&code).ok_or_else(|| StoreError::Inconsistent {
            table: "count_schedules",
            what: format!("{code:?} as a reason to make nothing"),
        })
    };
    code.map(read).transpose()
}

fn schedule_of(row: count_schedules::Model) -> Result<CountSchedule, StoreError> {
    Ok(CountSchedule {
        id: row.id,
        facility: FacilityId(row.facility_id),
        name: row.name,
        schedule: serde_json::from_str(&row.body).map_err(|error| unreadable(&error))?,
        active: row.active,
        next_at: row.next_at.map(Micros),
        last_count: row.last_count_id,
        last_skipped: row.last_skipped_at.map(Micros).zip(skip(row.last_skipped_because)?),
    })
}
