//! Groups of facilities: regions, districts.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{FacilityId, FacilityScope};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait as _, Query},
};
use uuid::Uuid;

use crate::{
    Store,
    entities::{facility_group_members, facility_groups},
    error::StoreError,
    facilities::Group,
    refusal::{Refusal, WriteError, check_code, check_name},
    unit::{By, Unit, or_taken},
};

/// A group with those of its facilities that may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupWithMembers {
    /// The group.
    pub group: Group,
    /// Its facilities.
    pub facilities: BTreeSet<FacilityId>,
}

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// Short code, unique.
    pub code: Option<String>,
    /// Name.
    pub name: Option<String>,
}

impl Store {
    /// Groups by code, at most `limit`, after the one with the code `after`. Within a scope
    /// those that have a facility in it.
    pub async fn list_groups(
        &self,
        scope: &FacilityScope,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<GroupWithMembers>, StoreError> {
        let mut condition = Condition::all();
        if let FacilityScope::Only(ids) = scope {
            let visible = Query::select()
                .column(facility_group_members::Column::GroupId)
                .from(facility_group_members::Entity)
                .and_where(
                    Expr::col(facility_group_members::Column::FacilityId)
                        .is_in(ids.iter().map(|f| f.0)),
                )
                .to_owned();
            condition = condition.add(facility_groups::Column::Id.in_subquery(visible));
        }
        if let Some(code) = after {
            condition = condition.add(facility_groups::Column::Code.gt(code));
        }
        let db = self.reader();
        let rows = facility_groups::Entity::find()
            .filter(condition)
            .order_by_asc(facility_groups::Column::Code)
            .limit(limit)
            .all(&db)
            .await?;
        with_members(&db, rows, scope).await
    }

    /// The group with this code.
    pub async fn group_by_code(&self, code: &str) -> Result<Option<Group>, StoreError> {
        let row = facility_groups::Entity::find()
            .filter(facility_groups::Column::Code.eq(code))
            .one(&self.reader())
            .await?;
        Ok(row.map(|g| Group { id: g.id, code: g.code, name: g.name }))
    }

    /// Makes a group without facilities.
    pub async fn create_group(&self, by: &By, new: Group) -> Result<GroupWithMembers, WriteError> {
        check_code("/code", &new.code)?;
        check_name("/name", &new.name)?;
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = facility_groups::Entity::find_by_id(new.id).one(&unit.tx).await? {
            let same = row.code == new.code && row.name == new.name;
            let existing = one(&unit.tx, row).await?;
            return if same { Ok(existing) } else { Err(Refusal::IdReused.into()) };
        }
        refuse_code(&unit.tx, &new.code).await?;
        let row = facility_groups::ActiveModel {
            id: Set(new.id),
            code: Set(new.code.clone()),
            name: Set(new.name.clone()),
        };
        or_taken(row.insert(&unit.tx).await, Refusal::CodeTaken(new.code.clone()))?;
        unit.commit(None, format!("facility group {}", new.code)).await?;
        Ok(GroupWithMembers { group: new, facilities: BTreeSet::new() })
    }

    /// Changes a group.
    pub async fn update_group(
        &self,
        by: &By,
        id: Uuid,
        change: GroupChange,
    ) -> Result<GroupWithMembers, WriteError> {
        let unit = Unit::begin(self, by).await?;
        let Some(row) = facility_groups::Entity::find_by_id(id).one(&unit.tx).await? else {
            return Err(Refusal::Unknown("facility group").into());
        };
        let subject = format!("facility group {}: {change:?}", row.code);
        let mut changed = row.clone();
        if let Some(code) = change.code.filter(|code| *code != row.code) {
            check_code("/code", &code)?;
            refuse_code(&unit.tx, &code).await?;
            changed.code = code;
        }
        if let Some(name) = change.name {
            check_name("/name", &name)?;
            changed.name = name;
        }
        let taken = Refusal::CodeTaken(changed.code.clone());
        let updated = changed.into_active_model().reset_all().update(&unit.tx).await;
        let group = one(&unit.tx, or_taken(updated, taken)?).await?;
        unit.commit(None, subject).await?;
        Ok(group)
    }
}

async fn refuse_code<C: ConnectionTrait>(db: &C, code: &str) -> Result<(), WriteError> {
    let taken = facility_groups::Entity::find()
        .filter(facility_groups::Column::Code.eq(code))
        .one(db)
        .await?;
    if taken.is_some() { Err(Refusal::CodeTaken(code.to_owned()).into()) } else { Ok(()) }
}

async fn one<C: ConnectionTrait>(
    db: &C,
    row: facility_groups::Model,
) -> Result<GroupWithMembers, StoreError> {
    let id = row.id;
    with_members(db, vec![row], &FacilityScope::All).await?.pop().ok_or_else(|| {
        StoreError::Inconsistent { table: "facility_groups", what: format!("{id} is gone") }
    })
}

async fn with_members<C: ConnectionTrait>(
    db: &C,
    rows: Vec<facility_groups::Model>,
    scope: &FacilityScope,
) -> Result<Vec<GroupWithMembers>, StoreError> {
    let members = facility_group_members::Entity::find()
        .filter(facility_group_members::Column::GroupId.is_in(rows.iter().map(|g| g.id)))
        .all(db)
        .await?;
    let mut by_group: BTreeMap<Uuid, BTreeSet<FacilityId>> = BTreeMap::new();
    for member in members {
        let facility = FacilityId(member.facility_id);
        if scope.contains(facility) {
            by_group.entry(member.group_id).or_default().insert(facility);
        }
    }
    let group = |row: facility_groups::Model| GroupWithMembers {
        facilities: by_group.remove(&row.id).unwrap_or_default(),
        group: Group { id: row.id, code: row.code, name: row.name },
    };
    Ok(rows.into_iter().map(group).collect())
}
