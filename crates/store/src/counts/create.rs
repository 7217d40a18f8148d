//! Making a count.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    CountId, FacilityId, Micros, Permission, PrincipalId, SkuId,
    count::{CountFilter, CountKind, CountOrigin, CountStatus, LINES_MAX, Step},
    encode::{Encoder, Hash},
};
use sea_orm::{ActiveModelTrait, EntityTrait, Set, SqlErr};
use uuid::Uuid;

use super::{
    filter, items,
    life::{Count, check_note, commit, count_of, tell},
    refusal::{CountError, CountRefusal},
};
use crate::{
    Store, catalog,
    entities::{count_assignees, counts, facilities},
    error::StoreError,
    refusal::{Refusal, check_name},
    unit::{By, Unit},
};

/// Most people that one count may be given to.
pub const ASSIGNEES_MAX: usize = 50;

/// What a count asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything in its area.
    Everything,
    /// These SKUs, in this order.
    Listed(Vec<SkuId>),
    /// Those that a filter chooses when the count is made.
    Chosen(CountFilter),
}

/// A count that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCount {
    /// Made by the client.
    pub id: CountId,
    /// Where.
    pub facility: FacilityId,
    /// What people call it.
    pub name: String,
    /// What it covers.
    pub kind: CountKind,
    /// Whether counters must not know what the book expects.
    pub blind: bool,
    /// Which part of the facility.
    pub area: Option<String>,
    /// The SKUs.
    pub wanted: Wanted,
    /// Planned start.
    pub start_at: Option<Micros>,
    /// When it should be done.
    pub due_at: Option<Micros>,
    /// Why it is made.
    pub note: Option<String>,
    /// Who is to count; anybody who may where there is none.
    pub assignees: BTreeSet<PrincipalId>,
    /// What makes it.
    pub origin: CountOrigin,
    /// The schedule that makes it.
    pub schedule: Option<Uuid>,
}

impl NewCount {
    fn fingerprint(&self) -> Hash {
        let hash = Encoder::new("onhand.count")
            .bytes(self.facility.0.as_bytes())
            .text(&self.name)
            .text(self.kind.code())
            .int(self.blind.into())
            .maybe_text(self.area.as_deref())
            .maybe_int(self.start_at.map(|at| at.0))
            .maybe_int(self.due_at.map(|at| at.0))
            .maybe_text(self.note.as_deref())
            .text(self.origin.code())
            .maybe_id(self.schedule);
        let hash = self.assignees.iter().fold(hash, |hash, id| hash.bytes(id.0.as_bytes()));
        let hash = match &self.wanted {
            Wanted::Everything => hash.text("everything"),
            Wanted::Listed(skus) => {
                skus.iter().fold(hash.text("listed"), |hash, id| hash.bytes(id.0.as_bytes()))
            }
            Wanted::Chosen(filter) => filter.encode(hash.text("chosen")),
        };
        hash.hash()
    }

    /// What can be said without the database.
    ///
    /// # Errors
    /// [`CountRefusal`] with what does not fit.
    pub fn check(&self) -> Result<(), CountError> {
        check_name("/name", &self.name)?;
        check_place("/area", self.area.as_deref())?;
        check_note("/note", self.note.as_deref())?;
        check_times(self.start_at, self.due_at)?;
        check_assignee_number(&self.assignees)?;
        let wrong = |pointer: &str, detail: &str| Err(Refusal::invalid(pointer, detail).into());
        match (self.kind, &self.wanted) {
            (CountKind::Area, Wanted::Everything) => Ok(()),
            (CountKind::Area, _) => wrong("/kind", "a count of an area takes no list of SKUs"),
            (CountKind::Spot, Wanted::Listed(skus)) if skus.len() == 1 => Ok(()),
            (CountKind::Spot, _) => wrong("/sku_ids", "name the one SKU to be counted"),
            (CountKind::Directed, Wanted::Everything) => {
                wrong("/sku_ids", "name the SKUs, or a filter that chooses them")
            }
            (CountKind::Directed, Wanted::Listed(skus)) if skus.is_empty() => {
                wrong("/sku_ids", "name at least one SKU")
            }
            (CountKind::Directed, _) => Ok(()),
        }
    }
}

impl Store {
    /// Makes a count. The same again is the first answer.
    ///
    /// # Errors
    /// [`CountRefusal`]; nothing is written then.
    pub async fn create_count(&self, by: &By, new: NewCount) -> Result<Count, CountError> {
        new.check()?;
        self.check_assignees(new.facility, &new.assignees).await?;
        let unit = Unit::begin(self, by).await?;
        let (count, made) = create(&unit, &new).await?;
        if made {
            commit(unit, &count, &format!("made, {} {:?}", count.kind.code(), count.name)).await?;
        }
        Ok(count)
    }

    /// Makes several counts that name nobody, all of them or none. Says of each whether it was not
    /// there before.
    ///
    /// # Errors
    /// [`CountRefusal`] of the first that can't be made; nothing is written then.
    pub async fn create_counts(
        &self,
        by: &By,
        counts: Vec<NewCount>,
    ) -> Result<Vec<bool>, CountError> {
        let unit = Unit::begin(self, by).await?;
        let mut results = Vec::with_capacity(counts.len());
        for new in &counts {
            new.check()?;
            results.push(create(&unit, new).await?.1);
        }
        let made = results.iter().filter(|made| **made).count();
        if made > 0 {
            let at: BTreeSet<FacilityId> = counts.iter().map(|new| new.facility).collect();
            let only = at.first().copied().filter(|_| at.len() == 1);
            unit.commit_work(only, format!("{made} counts made")).await?;
        }
        Ok(results)
    }

    /// The SKUs that codes stand for, and whether stock is kept of each. Unknown codes are absent.
    pub async fn skus_to_count(
        &self,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<(SkuId, bool)>>, StoreError> {
        let db = self.reader();
        let found = catalog::find_skus(&db, codes).await?;
        let ids: BTreeSet<SkuId> = found.values().flatten().copied().collect();
        let tracked = items::tracked(&db, &ids.into_iter().collect::<Vec<_>>()).await?;
        let known = |sku: SkuId| (sku, tracked.get(&sku.0).copied().unwrap_or(false));
        Ok(found
            .into_iter()
            .map(|(code, skus)| (code, skus.into_iter().map(known).collect()))
            .collect())
    }

    /// Whoever is to count must be somebody who may.
    pub(super) async fn check_assignees(
        &self,
        facility: FacilityId,
        assignees: &BTreeSet<PrincipalId>,
    ) -> Result<(), CountError> {
        let mut wrong = Vec::new();
        for (n, id) in assignees.iter().enumerate() {
            if !self.access(*id).await?.may(Permission::CountCount, facility) {
                let detail = format!("{id} is nobody who may count here");
                wrong.push((format!("/assignee_ids/{n}"), detail));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(CountRefusal::Members(wrong).into()) }
    }
}

/// Makes a count within a transaction; says whether it was not there before.
pub(super) async fn create(unit: &Unit, new: &NewCount) -> Result<(Count, bool), CountError> {
    let fingerprint = new.fingerprint();
    if let Some(row) = counts::Entity::find_by_id(new.id.0).one(&unit.tx).await? {
        if row.fingerprint != fingerprint {
            return Err(Refusal::IdReused.into());
        }
        return Ok((count_of(row)?, false));
    }
    check_facility(unit, new.facility).await?;
    let wanted = match &new.wanted {
        Wanted::Everything => Vec::new(),
        Wanted::Listed(skus) => items::checked(&unit.tx, skus).await?,
        Wanted::Chosen(filter) => {
            let chosen = filter::choose(&unit.tx, new.facility, filter, unit.now).await?;
            if chosen.is_empty() {
                return Err(Refusal::invalid("/filter", "no SKU fits: ask for less").into());
            }
            chosen
        }
    };
    if wanted.len() > LINES_MAX {
        let pointer = if matches!(new.wanted, Wanted::Chosen(_)) { "/filter" } else { "/sku_ids" };
        return Err(too_many("SKUs of one count", pointer, LINES_MAX));
    }
    let row = row_of(unit, new, fingerprint).insert(&unit.tx).await.map_err(or_raced)?;
    items::insert(&unit.tx, new.id, &wanted, 0).await?;
    assign(unit, new.id, &new.assignees).await?;
    tell(unit, new.id, Step::Create, None).await?;
    if new.start_at.is_some() {
        tell(unit, new.id, Step::Schedule, None).await?;
    }
    Ok((count_of(row)?, true))
}

/// Names those who are to count.
pub(super) async fn assign(
    unit: &Unit,
    count: CountId,
    assignees: &BTreeSet<PrincipalId>,
) -> Result<(), CountError> {
    if assignees.is_empty() {
        return Ok(());
    }
    let rows = assignees.iter().map(|who| count_assignees::ActiveModel {
        count_id: Set(count.0),
        principal_id: Set(who.0),
    });
    count_assignees::Entity::insert_many(rows).exec(&unit.tx).await?;
    Ok(())
}

fn row_of(unit: &Unit, new: &NewCount, fingerprint: Hash) -> counts::ActiveModel {
    let status = if new.start_at.is_some() { CountStatus::Scheduled } else { CountStatus::Draft };
    counts::ActiveModel {
        id: Set(new.id.0),
        facility_id: Set(new.facility.0),
        name: Set(new.name.clone()),
        kind: Set(new.kind.code().to_owned()),
        status: Set(status.code().to_owned()),
        blind: Set(new.blind),
        area: Set(new.area.clone()),
        note: Set(new.note.clone()),
        origin: Set(new.origin.code().to_owned()),
        schedule_id: Set(new.schedule),
        start_at: Set(new.start_at.map(|at| at.0)),
        due_at: Set(new.due_at.map(|at| at.0)),
        version: Set(1),
        created_by: Set(unit.by.actor.0),
        created_at: Set(unit.now.0),
        fingerprint: Set(fingerprint.to_vec()),
        ..Default::default()
    }
}

/// Another node may have made the same count a moment ago; asked again, it is found.
fn or_raced(error: sea_orm::DbErr) -> CountError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Contended.into(),
        _ => error.into(),
    }
}

async fn check_facility(unit: &Unit, id: FacilityId) -> Result<(), CountError> {
    match facilities::Entity::find_by_id(id.0).one(&unit.tx).await? {
        Some(facility) if facility.active => Ok(()),
        Some(_) => Err(CountRefusal::FacilityClosed.into()),
        None => Err(CountRefusal::Unknown("facility").into()),
    }
}

/// A part of the facility, as it is called there.
pub(super) fn check_place(pointer: &str, area: Option<&str>) -> Result<(), CountError> {
    area.map_or(Ok(()), |area| check_name(pointer, area)).map_err(Into::into)
}

/// Nothing is due before it starts.
pub(super) fn check_times(start: Option<Micros>, due: Option<Micros>) -> Result<(), CountError> {
    match (start, due) {
        (Some(start), Some(due)) if due < start => {
            Err(Refusal::invalid("/due_at", "must not lie before start_at").into())
        }
        _ => Ok(()),
    }
}

/// Nobody gives one count to half of the retailer.
pub(super) fn check_assignee_number(assignees: &BTreeSet<PrincipalId>) -> Result<(), CountError> {
    if assignees.len() > ASSIGNEES_MAX {
        return Err(too_many("people of one count", "/assignee_ids", ASSIGNEES_MAX));
    }
    Ok(())
}

fn too_many(what: &'static str, pointer: &str, max: usize) -> CountError {
    CountRefusal::TooMany { what, pointer: pointer.to_owned(), max }.into()
}
