//! Shapes that people, keys and the caller share.

use onhand_domain::{FacilityId, GroupId, Limits, Scope};
use onhand_store::people::{HeldRole, NewGrant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{problem::Problem, wire::ApiMoney};

/// What a role is held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScopeKind {
    /// Everywhere.
    All,
    /// The facilities of a group.
    Group,
    /// One facility.
    Facility,
}

/// Where a role shall be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeInput {
    /// What the id is of.
    kind: ScopeKind,
    /// The group or facility; absent for `all`.
    id: Option<Uuid>,
}

impl ScopeInput {
    /// The scope, or what is wrong with it. `pointer` leads to it in the request.
    pub(crate) fn read(self, pointer: &str) -> Result<Scope, Problem> {
        match (self.kind, self.id) {
            (ScopeKind::All, None) => Ok(Scope::All),
            (ScopeKind::Group, Some(id)) => Ok(Scope::Group(GroupId(id))),
            (ScopeKind::Facility, Some(id)) => Ok(Scope::Facility(FacilityId(id))),
            (ScopeKind::All, Some(_)) => {
                Err(Problem::invalid(format!("{pointer}/id"), "all has no id"))
            }
            (_, None) => {
                Err(Problem::invalid(format!("{pointer}/id"), "the group's or facility's id"))
            }
        }
    }
}

/// A role that somebody shall hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantInput {
    /// The role's code.
    role: String,
    /// Where.
    scope: ScopeInput,
}

/// Reads a list of grants at `/grants`.
pub(crate) fn read_grants(grants: Vec<GrantInput>) -> Result<Vec<NewGrant>, Problem> {
    let read = |(n, grant): (usize, GrantInput)| {
        let scope = grant.scope.read(&format!("/grants/{n}/scope"))?;
        Ok(NewGrant { role: grant.role, scope })
    };
    grants.into_iter().enumerate().map(read).collect()
}

/// Where a role is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ScopeView {
    /// What the id is of.
    kind: ScopeKind,
    /// The group or facility; null for `all`.
    id: Option<Uuid>,
    /// What people call it; null for `all`.
    name: Option<String>,
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct GrantView {
    /// The role's code.
    #[schema(example = "facility_manager")]
    role: String,
    /// What people call it.
    #[schema(example = "Facility manager")]
    label: String,
    /// Where.
    scope: ScopeView,
}

impl From<HeldRole> for GrantView {
    fn from(held: HeldRole) -> Self {
        let (kind, id) = match held.scope {
            Scope::All => (ScopeKind::All, None),
            Scope::Group(id) => (ScopeKind::Group, Some(id.0)),
            Scope::Facility(id) => (ScopeKind::Facility, Some(id.0)),
        };
        let scope = ScopeView { kind, id, name: held.scope_name };
        Self { role: held.role, label: held.label, scope }
    }
}

impl GrantView {
    /// Role and scope apart, as an API key shows them.
    pub(crate) fn parts(self) -> (String, ScopeView) {
        (self.role, self.scope)
    }
}

/// How far somebody may go alone; null is no limit.
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LimitsView {
    /// Most units of one variance.
    variance_units_max: Option<i64>,
    /// Most value of one variance.
    variance_value_max: Option<ApiMoney>,
    /// Most value, losses and gains added up, of a person's day.
    day_value_max: Option<ApiMoney>,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        Self {
            variance_units_max: limits.variance_units_max,
            variance_value_max: limits.variance_value_max.map(ApiMoney),
            day_value_max: limits.day_value_max.map(ApiMoney),
        }
    }
}
