//! Facilities and the groups that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{civil::Date, tz::TimeZone};
use onhand_domain::{FacilityId, FacilityScope, Micros};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::{
    Store,
    entities::{facilities, facility_group_members, facility_groups, ledger_heads},
    error::StoreError,
    refusal::{Refusal, WriteError, check_code, check_name},
    unit::{By, Unit, or_taken},
};

/// Most groups that one facility may belong to.
pub const GROUPS_OF_FACILITY_MAX: usize = 50;
/// Bytes of a ledger's hash; zeros before the first movement.
const HASH_BYTES: usize = 32;

/// A region or district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Id.
    pub id: Uuid,
    /// Short code, unique.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A store or warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facility {
    /// Id.
    pub id: FacilityId,
    /// Short code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Nothing happened here before.
    pub opened_at: Micros,
    /// Whether it takes part.
    pub active: bool,
    /// The groups it belongs to, by code.
    pub groups: Vec<Group>,
}

/// A facility that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFacility {
    /// Made by the client.
    pub id: FacilityId,
    /// Short code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Its first day, in its time zone; a year before today where absent.
    pub opened_on: Option<Date>,
    /// The groups it joins.
    pub group_ids: BTreeSet<Uuid>,
}

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FacilityChange {
    /// Short code, unique.
    pub code: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Whether it takes part.
    pub active: Option<bool>,
    /// All of its groups.
    pub group_ids: Option<BTreeSet<Uuid>>,
}

impl Store {
    /// Facilities by code, at most `limit`, after the one with the code `after`.
    pub async fn list_facilities(
        &self,
        scope: &FacilityScope,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<Facility>, StoreError> {
        let mut query = facilities::Entity::find().order_by_asc(facilities::Column::Code);
        if let FacilityScope::Only(ids) = scope {
            query = query.filter(facilities::Column::Id.is_in(ids.iter().map(|f| f.0)));
        }
        if let Some(code) = after {
            query = query.filter(facilities::Column::Code.gt(code));
        }
        let db = self.reader();
        let rows = query.limit(limit).all(&db).await?;
        with_groups(&db, rows).await
    }

    /// One facility.
    pub async fn facility(&self, id: FacilityId) -> Result<Option<Facility>, StoreError> {
        load(&self.reader(), id).await
    }

    /// The facility with this code.
    pub async fn facility_by_code(&self, code: &str) -> Result<Option<Facility>, StoreError> {
        let db = self.reader();
        let row =
            facilities::Entity::find().filter(facilities::Column::Code.eq(code)).one(&db).await?;
        Ok(with_groups(&db, row.into_iter().collect()).await?.pop())
    }

    /// Makes a facility with an empty ledger.
    pub async fn create_facility(&self, by: &By, new: NewFacility) -> Result<Facility, WriteError> {
        check_code("/code", &new.code)?;
        check_name("/name", &new.name)?;
        let unit = Unit::begin(self, by).await?;
        let opened_at = opening(&new, unit.now)?;
        if let Some(existing) = load(&unit.tx, new.id).await? {
            return same_facility(existing, &new, opened_at);
        }
        refuse_code(&unit.tx, &new.code).await?;
        let row = facilities::ActiveModel {
            id: Set(new.id.0),
            code: Set(new.code.clone()),
            name: Set(new.name),
            time_zone: Set(new.time_zone),
            opened_at: Set(opened_at.0),
            active: Set(true),
            created_at: Set(unit.now.0),
        };
        or_taken(row.insert(&unit.tx).await, Refusal::CodeTaken(new.code.clone()))?;
        // The head must be there before the first posting: its row lock orders all postings.
        let head = ledger_heads::ActiveModel {
            facility_id: Set(new.id.0),
            seq: Set(0),
            hash: Set(vec![0; HASH_BYTES]),
            recorded_at: Set(0),
            requests_version: Set(0),
        };
        head.insert(&unit.tx).await?;
        set_groups(&unit.tx, new.id, &new.group_ids).await?;
        let made = reload(&unit.tx, new.id).await?;
        unit.commit(Some(new.id), format!("facility {}", new.code)).await?;
        Ok(made)
    }

    /// Changes a facility.
    pub async fn update_facility(
        &self,
        by: &By,
        id: FacilityId,
        change: FacilityChange,
    ) -> Result<Facility, WriteError> {
        let unit = Unit::begin(self, by).await?;
        let Some(row) = facilities::Entity::find_by_id(id.0).one(&unit.tx).await? else {
            return Err(Refusal::Unknown("facility").into());
        };
        let subject = format!("facility {}: {change:?}", row.code);
        let code_before = row.code.clone();
        let mut row = row.into_active_model();
        if let Some(code) = change.code.filter(|code| *code != code_before) {
            check_code("/code", &code)?;
            refuse_code(&unit.tx, &code).await?;
            row.code = Set(code);
        }
        if let Some(name) = change.name {
            check_name("/name", &name)?;
            row.name = Set(name);
        }
        if let Some(zone) = change.time_zone {
            time_zone("/time_zone", &zone)?;
            row.time_zone = Set(zone);
        }
        if let Some(active) = change.active {
            row.active = Set(active);
        }
        if row.is_changed() {
            row.update(&unit.tx).await?;
        }
        if let Some(groups) = change.group_ids {
            set_groups(&unit.tx, id, &groups).await?;
        }
        let changed = reload(&unit.tx, id).await?;
        unit.commit(Some(id), subject).await?;
        Ok(changed)
    }
}

/// The time zone with this name, from the zones that are built in: a machine without zone files
/// must not count the days of a store differently.
pub fn time_zone(pointer: &str, name: &str) -> Result<TimeZone, Refusal> {
    let known = TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some());
    known.ok_or_else(|| {
        Refusal::invalid(pointer, "is not an IANA time zone: write one like Europe/Berlin")
    })
}

fn opening(new: &NewFacility, now: Micros) -> Result<Micros, Refusal> {
    let zone = time_zone("/time_zone", &new.time_zone)?;
    let out_of_range = || Refusal::invalid("/opened_on", "is not a day that can be used");
    let today = now.to_timestamp().ok_or_else(out_of_range)?.to_zoned(zone.clone()).date();
    let a_year = jiff::Span::new().years(1);
    let day = match new.opened_on {
        Some(day) if day > today => {
            return Err(Refusal::invalid("/opened_on", "must not lie in the future"));
        }
        Some(day) => day,
        None => today.checked_sub(a_year).map_err(|_| out_of_range())?,
    };
    let start = day.to_zoned(zone).map_err(|_| out_of_range())?;
    Ok(start.timestamp().into())
}

/// A retry gets the first answer. Without a day of its own the retry may come on a later day.
fn same_facility(
    existing: Facility,
    new: &NewFacility,
    opened_at: Micros,
) -> Result<Facility, WriteError> {
    let groups: BTreeSet<Uuid> = existing.groups.iter().map(|g| g.id).collect();
    let same = existing.code == new.code
        && existing.name == new.name
        && existing.time_zone == new.time_zone
        && groups == new.group_ids
        && (new.opened_on.is_none() || existing.opened_at == opened_at);
    if same { Ok(existing) } else { Err(Refusal::IdReused.into()) }
}

async fn refuse_code<C: ConnectionTrait>(db: &C, code: &str) -> Result<(), WriteError> {
    let taken = facilities::Entity::find()
        .filter(facilities::Column::Code.eq(code))
        .one(db)
        .await?
        .is_some();
    if taken { Err(Refusal::CodeTaken(code.to_owned()).into()) } else { Ok(()) }
}

async fn set_groups<C: ConnectionTrait>(
    db: &C,
    facility: FacilityId,
    groups: &BTreeSet<Uuid>,
) -> Result<(), WriteError> {
    if groups.len() > GROUPS_OF_FACILITY_MAX {
        let detail = format!("at most {GROUPS_OF_FACILITY_MAX} groups");
        return Err(Refusal::invalid("/group_ids", detail).into());
    }
    let known: BTreeSet<Uuid> = facility_groups::Entity::find()
        .filter(facility_groups::Column::Id.is_in(groups.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|g| g.id)
        .collect();
    if let Some(unknown) = groups.difference(&known).next() {
        return Err(Refusal::no_group("/group_ids", *unknown).into());
    }
    facility_group_members::Entity::delete_many()
        .filter(facility_group_members::Column::FacilityId.eq(facility.0))
        .exec(db)
        .await?;
    for group in groups {
        let row = facility_group_members::ActiveModel {
            group_id: Set(*group),
            facility_id: Set(facility.0),
        };
        row.insert(db).await?;
    }
    Ok(())
}

async fn load<C: ConnectionTrait>(db: &C, id: FacilityId) -> Result<Option<Facility>, StoreError> {
    let row = facilities::Entity::find_by_id(id.0).one(db).await?;
    Ok(with_groups(db, row.into_iter().collect()).await?.pop())
}

async fn reload<C: ConnectionTrait>(db: &C, id: FacilityId) -> Result<Facility, StoreError> {
    load(db, id).await?.ok_or_else(|| StoreError::Inconsistent {
        table: "facilities",
        what: format!("{id} was written and is gone"),
    })
}

async fn with_groups<C: ConnectionTrait>(
    db: &C,
    rows: Vec<facilities::Model>,
) -> Result<Vec<Facility>, StoreError> {
    let members = facility_group_members::Entity::find()
        .filter(facility_group_members::Column::FacilityId.is_in(rows.iter().map(|f| f.id)))
        .all(db)
        .await?;
    let group_ids: BTreeSet<Uuid> = members.iter().map(|m| m.group_id).collect();
    let groups: Vec<Group> = facility_groups::Entity::find()
        .filter(facility_groups::Column::Id.is_in(group_ids))
        .order_by_asc(facility_groups::Column::Code)
        .all(db)
        .await?
        .into_iter()
        .map(|g| Group { id: g.id, code: g.code, name: g.name })
        .collect();
    let mut by_facility: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for member in members {
        by_facility.entry(member.facility_id).or_default().insert(member.group_id);
    }
    let facility = |row: facilities::Model| {
        let own = by_facility.get(&row.id);
        let mine = |g: &&Group| own.is_some_and(|ids| ids.contains(&g.id));
        Facility {
            id: FacilityId(row.id),
            groups: groups.iter().filter(mine).cloned().collect(),
            code: row.code,
            name: row.name,
            time_zone: row.time_zone,
            opened_at: Micros(row.opened_at),
            active: row.active,
        }
    };
    Ok(rows.into_iter().map(facility).collect())
}
