//! Changing a count's plan.

use std::collections::BTreeSet;

use onhand_domain::{
    CountId, FacilityScope, Micros, PrincipalId,
    count::{CountStatus, Step},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    create::{assign, check_assignee_number, check_place, check_times},
    life::{Count, check_note, commit, lock_count, save, tell},
    refusal::{CountError, CountRefusal},
};
use crate::{
    Store,
    entities::count_assignees,
    refusal::check_name,
    unit::{By, Unit},
};

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountChange {
    /// What people call it.
    pub name: Option<String>,
    /// Which part of the facility.
    pub area: Option<Option<String>>,
    /// Planned start; only until it is open.
    pub start_at: Option<Option<Micros>>,
    /// When it should be done.
    pub due_at: Option<Option<Micros>>,
    /// Why it was made.
    pub note: Option<Option<String>>,
    /// All who are to count.
    pub assignees: Option<BTreeSet<PrincipalId>>,
    /// Whether counters must not know what the book expects; only until it is open.
    pub blind: Option<bool>,
}

impl Store {
    /// Changes a count that is not over. What is as it was writes nothing.
    ///
    /// # Errors
    /// [`CountRefusal`]; nothing is written then.
    pub async fn update_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        change: CountChange,
    ) -> Result<Count, CountError> {
        if let (Some(assignees), Some(count)) = (&change.assignees, self.count(scope, id).await?) {
            check_assignee_number(assignees)?;
            self.check_assignees(count.facility, assignees).await?;
        }
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, id).await?;
        if count.status.is_final() {
            let remedy = count.status.after(Step::Schedule).err().map_or("", |no| no.remedy);
            return Err(CountRefusal::not_now(count.status, remedy).into());
        }
        let before = count.clone();
        let subject = format!("changed: {change:?}");
        let assignees = change.assignees.clone();
        apply(&mut count, change)?;
        let again = match assignees {
            Some(assignees) => reassign(&unit, id, &assignees).await?,
            None => false,
        };
        if count == before && !again {
            return Ok(count);
        }
        count.version = count.version.saturating_add(1);
        save(&unit.tx, &count).await?;
        if count.start_at != before.start_at {
            let note = count.start_at.is_none().then_some("no planned start any more");
            tell(&unit, id, Step::Schedule, note).await?;
        }
        commit(unit, &count, &subject).await?;
        Ok(count)
    }
}

fn apply(count: &mut Count, change: CountChange) -> Result<(), CountError> {
    let begun = !matches!(count.status, CountStatus::Draft | CountStatus::Scheduled);
    if let Some(name) = change.name {
        check_name("/name", &name)?;
        count.name = name;
    }
    if let Some(area) = change.area {
        check_place("/area", area.as_deref())?;
        count.area = area;
    }
    if let Some(note) = change.note {
        check_note("/note", note.as_deref())?;
        count.note = note;
    }
    if let Some(start_at) = change.start_at.filter(|start_at| *start_at != count.start_at) {
        if begun {
            return Err(CountRefusal::not_now(count.status, "it has begun").into());
        }
        count.start_at = start_at;
        count.status = if start_at.is_some() { CountStatus::Scheduled } else { CountStatus::Draft };
    }
    if let Some(due_at) = change.due_at {
        count.due_at = due_at;
    }
    check_times(count.start_at, count.due_at)?;
    if let Some(blind) = change.blind.filter(|blind| *blind != count.blind) {
        // Whoever has counted would have counted under another rule than the review believes.
        if begun {
            return Err(CountRefusal::not_now(count.status, "make a new count").into());
        }
        count.blind = blind;
    }
    Ok(())
}

/// Replaces those who are to count; says whether others are named now.
async fn reassign(
    unit: &Unit,
    id: CountId,
    assignees: &BTreeSet<PrincipalId>,
) -> Result<bool, CountError> {
    let of = || count_assignees::Column::CountId.eq(id.0);
    let rows = count_assignees::Entity::find().filter(of()).all(&unit.tx).await?;
    let named: BTreeSet<_> = rows.into_iter().map(|row| PrincipalId(row.principal_id)).collect();
    if named == *assignees {
        return Ok(false);
    }
    count_assignees::Entity::delete_many().filter(of()).exec(&unit.tx).await?;
    assign(unit, id, assignees).await?;
    Ok(true)
}
