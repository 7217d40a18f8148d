//! Roles: named sets of permissions with limits.

use std::collections::BTreeSet;

use onhand_domain::{Limits, Money, Permission, Role};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::{
    Store,
    entities::{grants, principals, roles, settings},
    error::StoreError,
    refusal::{Refusal, WriteError, check_name, check_word},
    unit::{By, Unit, or_taken},
};

/// Highest rank that a role may have.
pub const RANK_MAX: i64 = 1_000;

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleChange {
    /// What people read.
    pub label: Option<String>,
    /// All that it allows.
    pub permissions: Option<BTreeSet<Permission>>,
    /// Most units of one variance; `Some(None)` takes the limit away.
    pub variance_units_max: Option<Option<i64>>,
    /// Most value of one variance.
    pub variance_value_max: Option<Option<Money>>,
    /// Most gross value of a person's day.
    pub day_value_max: Option<Option<Money>>,
    /// Requests go up the ranks.
    pub rank: Option<i64>,
}

impl Store {
    /// Roles by code, at most `limit`, after the one with the code `after`.
    pub async fn list_roles(
        &self,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<Role>, StoreError> {
        let mut query = roles::Entity::find().order_by_asc(roles::Column::Code).limit(limit);
        if let Some(code) = after {
            query = query.filter(roles::Column::Code.gt(code));
        }
        Ok(query.all(&self.reader()).await?.into_iter().map(role_of).collect())
    }

    /// One role.
    pub async fn role(&self, code: &str) -> Result<Option<Role>, StoreError> {
        let row = roles::Entity::find_by_id(code).one(&self.reader()).await?;
        Ok(row.map(role_of))
    }

    /// Makes a role. Its code is its id: the same content again is a retry.
    pub async fn create_role(&self, by: &By, role: Role) -> Result<Role, WriteError> {
        check(&role)?;
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = roles::Entity::find_by_id(role.code.as_str()).one(&unit.tx).await? {
            let existing = role_of(row);
            let taken = Refusal::CodeTaken(role.code.clone());
            return if existing == role { Ok(existing) } else { Err(taken.into()) };
        }
        let inserted = active(&role).insert(&unit.tx).await;
        or_taken(inserted, Refusal::CodeTaken(role.code.clone()))?;
        unit.commit(None, format!("role {}", role.code)).await?;
        Ok(role)
    }

    /// Changes a role, for everybody who holds it, from their next request on.
    pub async fn update_role(
        &self,
        by: &By,
        code: &str,
        change: RoleChange,
    ) -> Result<Role, WriteError> {
        let unit = Unit::begin(self, by).await?;
        lock_people(&unit.tx).await?;
        let Some(row) = roles::Entity::find_by_id(code).one(&unit.tx).await? else {
            return Err(Refusal::Unknown("role").into());
        };
        let stored = row.permissions.clone();
        let before = role_of(row);
        let subject = format!("role {code}: {change:?}");
        let mut role = before.clone();
        let limits = &mut role.limits;
        limits.variance_units_max = change.variance_units_max.unwrap_or(limits.variance_units_max);
        limits.variance_value_max = change.variance_value_max.unwrap_or(limits.variance_value_max);
        limits.day_value_max = change.day_value_max.unwrap_or(limits.day_value_max);
        role.label = change.label.unwrap_or(role.label);
        role.permissions = change.permissions.unwrap_or(role.permissions);
        role.rank = change.rank.unwrap_or(role.rank);
        check(&role)?;
        refuse_own_role(&unit, &before, &role).await?;
        let had_admin = has_admin(&unit.tx).await?;
        changed(&role, &stored).reset_all().update(&unit.tx).await?;
        if had_admin && !has_admin(&unit.tx).await? {
            return Err(Refusal::LastAdmin.into());
        }
        unit.commit(None, subject).await?;
        Ok(role)
    }
}

fn check(role: &Role) -> Result<(), Refusal> {
    check_word("/code", &role.code)?;
    check_name("/label", &role.label)?;
    if !(0..=RANK_MAX).contains(&role.rank) {
        return Err(Refusal::invalid("/rank", format!("0 to {RANK_MAX}")));
    }
    let Limits { variance_units_max, variance_value_max, day_value_max } = role.limits;
    let values = [
        ("/limits/variance_units_max", variance_units_max),
        ("/limits/variance_value_max", variance_value_max.map(|m| m.0)),
        ("/limits/day_value_max", day_value_max.map(|m| m.0)),
    ];
    match values.into_iter().find(|(_, value)| value.is_some_and(|v| v < 0)) {
        Some((pointer, _)) => Err(Refusal::invalid(pointer, "must not be below zero")),
        None => Ok(()),
    }
}

/// Permissions are added to people, not taken by them: whoever may manage roles must not give
/// themselves more by rewriting the role that they hold.
async fn refuse_own_role(unit: &Unit, before: &Role, after: &Role) -> Result<(), WriteError> {
    let wider = !after.permissions.is_subset(&before.permissions);
    if !wider {
        return Ok(());
    }
    let held = grants::Entity::find()
        .filter(grants::Column::PrincipalId.eq(unit.by.actor.0))
        .filter(grants::Column::RoleCode.eq(after.code.as_str()))
        .one(&unit.tx)
        .await?;
    if held.is_some() { Err(Refusal::OwnGrants.into()) } else { Ok(()) }
}

/// Makes changes of people and roles wait for each other: two admins who lock each other out at
/// the same moment would both still see the other one.
pub(crate) async fn lock_people<C: ConnectionTrait>(db: &C) -> Result<(), StoreError> {
    settings::Entity::find_by_id(crate::seed::SEEDED).lock_exclusive().one(db).await?;
    Ok(())
}

/// Whether somebody who can sign in may manage people, and so can give rights back.
pub(crate) async fn has_admin<C: ConnectionTrait>(db: &C) -> Result<bool, StoreError> {
    let mut managing = Vec::new();
    for row in roles::Entity::find().all(db).await? {
        let role = role_of(row);
        if role.permissions.contains(&Permission::UsersManage) {
            managing.push(role.code);
        }
    }
    let holders = grants::Entity::find()
        .filter(grants::Column::RoleCode.is_in(managing))
        .filter(grants::Column::ScopeKind.eq("all"))
        .all(db)
        .await?;
    let left = principals::Entity::find()
        .filter(principals::Column::Id.is_in(holders.iter().map(|g| g.principal_id)))
        .filter(principals::Column::Kind.eq("user"))
        .filter(principals::Column::Active.eq(true))
        .one(db)
        .await?;
    Ok(left.is_some())
}

/// A role as the domain knows it. A release before this one may serve beside the next, which has
/// permissions that this one doesn't know: nothing here asks for those.
pub(crate) fn role_of(row: roles::Model) -> Role {
    Role {
        permissions: row.permissions.split_whitespace().filter_map(Permission::from_code).collect(),
        code: row.code,
        label: row.label,
        limits: Limits {
            variance_units_max: row.variance_units_max,
            variance_value_max: row.variance_value_max.map(Money),
            day_value_max: row.day_value_max.map(Money),
        },
        rank: row.rank,
        shipped: row.shipped,
    }
}

/// What a changed role is stored as. The codes that this release doesn't know stay: it can't have
/// been asked to take them away.
fn changed(role: &Role, before: &str) -> roles::ActiveModel {
    let unknown = before.split_whitespace().filter(|code| Permission::from_code(code).is_none());
    let known = role.permissions.iter().map(|permission| permission.code());
    let permissions: Vec<&str> = known.chain(unknown).collect();
    roles::ActiveModel { permissions: Set(permissions.join(" ")), ..active(role) }
}

pub(crate) fn active(role: &Role) -> roles::ActiveModel {
    let codes: Vec<&str> = role.permissions.iter().map(|p| p.code()).collect();
    roles::ActiveModel {
        code: Set(role.code.clone()),
        label: Set(role.label.clone()),
        permissions: Set(codes.join(" ")),
        variance_units_max: Set(role.limits.variance_units_max),
        variance_value_max: Set(role.limits.variance_value_max.map(|m| m.0)),
        day_value_max: Set(role.limits.day_value_max.map(|m| m.0)),
        rank: Set(role.rank),
        shipped: Set(role.shipped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without this, a release that serves beside the next one lets nobody in whose role has a
    /// permission that it doesn't know, or takes it away by renaming the role.
    #[test]
    fn permissions_of_a_later_release_are_kept_and_left_alone() {
        let stored = "stock.view robots.steer variance.post";
        let row = roles::Model {
            code: "lead".to_owned(),
            label: "Lead".to_owned(),
            permissions: stored.to_owned(),
            variance_units_max: None,
            variance_value_max: None,
            day_value_max: None,
            rank: 1,
            shipped: false,
        };
        let mut role = role_of(row);
        assert_eq!(
            role.permissions,
            BTreeSet::from([Permission::StockView, Permission::VariancePost])
        );
        role.permissions.remove(&Permission::VariancePost);
        assert_eq!(changed(&role, stored).permissions, Set("stock.view robots.steer".to_owned()));
    }
}
