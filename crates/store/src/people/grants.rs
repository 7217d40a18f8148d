//! Roles that people and keys hold, and where.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{FacilityId, GroupId, PrincipalId, Scope};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use crate::{
    entities::{facilities, facility_groups, grants, roles},
    error::StoreError,
    refusal::{Refusal, WriteError},
    unit::Unit,
};

/// Most roles that one principal may hold.
const GRANTS_MAX: usize = 50;

/// A role that somebody is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// The role's code.
    pub role: String,
    /// Where.
    pub scope: Scope,
}

/// A role that somebody holds, with the names that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// The role's code.
    pub role: String,
    /// What people call the role.
    pub label: String,
    /// Where.
    pub scope: Scope,
    /// What people call the place; none for everywhere.
    pub scope_name: Option<String>,
}

/// A scope as its two columns.
fn columns(scope: &Scope) -> (&'static str, Option<Uuid>) {
    match scope {
        Scope::All => ("all", None),
        Scope::Group(GroupId(id)) => ("group", Some(*id)),
        Scope::Facility(FacilityId(id)) => ("facility", Some(*id)),
    }
}

fn scope_of(row: &grants::Model) -> Result<Scope, StoreError> {
    match (row.scope_kind.as_str(), row.scope_id) {
        ("all", None) => Ok(Scope::All),
        ("group", Some(id)) => Ok(Scope::Group(GroupId(id))),
        ("facility", Some(id)) => Ok(Scope::Facility(FacilityId(id))),
        (kind, _) => Err(StoreError::Inconsistent {
            table: "grants",
            what: format!("{} holds in {kind:?}", row.id),
        }),
    }
}

/// Replaces all grants of a principal. `pointer` leads to the list of them in the request.
pub(super) async fn replace(
    unit: &Unit,
    principal: PrincipalId,
    wanted: &[NewGrant],
    pointer: &str,
) -> Result<(), WriteError> {
    if wanted.len() > GRANTS_MAX {
        return Err(Refusal::invalid(pointer, format!("at most {GRANTS_MAX} roles")).into());
    }
    for (n, grant) in wanted.iter().enumerate() {
        // A key has one role, which stands in the request itself and not in a list.
        let at = if pointer.is_empty() { String::new() } else { format!("{pointer}/{n}") };
        check(&unit.tx, grant, &at).await?;
    }
    grants::Entity::delete_many()
        .filter(grants::Column::PrincipalId.eq(principal.0))
        .exec(&unit.tx)
        .await?;
    for grant in wanted {
        let (kind, id) = columns(&grant.scope);
        let row = grants::ActiveModel {
            id: Set(unit.next_id()),
            principal_id: Set(principal.0),
            role_code: Set(grant.role.clone()),
            scope_kind: Set(kind.to_owned()),
            scope_id: Set(id),
        };
        row.insert(&unit.tx).await?;
    }
    Ok(())
}

async fn check<C: ConnectionTrait>(
    db: &C,
    grant: &NewGrant,
    pointer: &str,
) -> Result<(), WriteError> {
    if roles::Entity::find_by_id(grant.role.as_str()).one(db).await?.is_none() {
        let detail = format!("there is no role {:?}", grant.role);
        return Err(Refusal::invalid(format!("{pointer}/role"), detail).into());
    }
    let place = format!("{pointer}/scope/id");
    match grant.scope {
        Scope::All => Ok(()),
        Scope::Group(GroupId(id)) => {
            let found = facility_groups::Entity::find_by_id(id).one(db).await?;
            found.map(|_| ()).ok_or_else(|| Refusal::no_group(place, id).into())
        }
        Scope::Facility(FacilityId(id)) => {
            let found = facilities::Entity::find_by_id(id).one(db).await?;
            found.map(|_| ()).ok_or_else(|| Refusal::no_facility(place, id).into())
        }
    }
}

/// What these principals hold, with the names that people read.
pub(super) async fn held<C: ConnectionTrait>(
    db: &C,
    principals: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Vec<HeldRole>>, StoreError> {
    let rows = grants::Entity::find()
        .filter(grants::Column::PrincipalId.is_in(principals))
        .all(db)
        .await?;
    let codes: BTreeSet<&str> = rows.iter().map(|g| g.role_code.as_str()).collect();
    let labels: BTreeMap<String, String> = roles::Entity::find()
        .filter(roles::Column::Code.is_in(codes))
        .all(db)
        .await?
        .into_iter()
        .map(|r| (r.code, r.label))
        .collect();
    let places = place_names(db, rows.iter().filter_map(|g| g.scope_id).collect()).await?;
    let mut held: BTreeMap<Uuid, Vec<HeldRole>> = BTreeMap::new();
    for row in &rows {
        held.entry(row.principal_id).or_default().push(HeldRole {
            role: row.role_code.clone(),
            label: labels.get(&row.role_code).cloned().unwrap_or_default(),
            scope: scope_of(row)?,
            scope_name: row.scope_id.and_then(|id| places.get(&id).cloned()),
        });
    }
    for roles in held.values_mut() {
        roles.sort_by(|a, b| (&a.role, &a.scope_name).cmp(&(&b.role, &b.scope_name)));
    }
    Ok(held)
}

async fn place_names<C: ConnectionTrait>(
    db: &C,
    ids: BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let groups = facility_groups::Entity::find()
        .filter(facility_groups::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let facilities =
        facilities::Entity::find().filter(facilities::Column::Id.is_in(ids)).all(db).await?;
    let facilities = facilities.into_iter().map(|f| (f.id, f.name));
    Ok(groups.into_iter().map(|g| (g.id, g.name)).chain(facilities).collect())
}

/// Whether what is held is what was asked for, in any order.
pub(super) fn same(held: &[HeldRole], wanted: &[NewGrant]) -> bool {
    let key = |role: &str, scope: &Scope| {
        let (kind, id) = columns(scope);
        (role.to_owned(), kind, id)
    };
    let held: BTreeSet<_> = held.iter().map(|h| key(&h.role, &h.scope)).collect();
    held == wanted.iter().map(|w| key(&w.role, &w.scope)).collect::<BTreeSet<_>>()
}
