//! `--facility` and `--group`: where a role is held.

use anyhow::Context as _;
use clap::Args;
use onhand_domain::{GroupId, Scope};
use onhand_store::{
    Store,
    people::{HeldRole, NewGrant},
};

/// Where a role is held; everywhere if neither is given.
#[derive(Args)]
pub(crate) struct ScopeArgs {
    /// Only in the facility with this code
    #[arg(long, value_name = "CODE", conflicts_with = "group")]
    facility: Option<String>,
    /// Only in the facilities of the group with this code
    #[arg(long, value_name = "CODE")]
    group: Option<String>,
}

impl ScopeArgs {
    /// The role there.
    pub(crate) async fn grant(&self, store: &Store, role: &str) -> anyhow::Result<NewGrant> {
        let scope = match (&self.facility, &self.group) {
            (Some(code), _) => {
                let found = store.facility_by_code(code).await?;
                let remedy = || format!("there is no facility {code}; onhand facility list");
                Scope::Facility(found.with_context(remedy)?.id)
            }
            (None, Some(code)) => {
                let found = store.group_by_code(code).await?;
                let remedy = || format!("there is no facility group {code}");
                Scope::Group(GroupId(found.with_context(remedy)?.id))
            }
            (None, None) => Scope::All,
        };
        if store.role(role).await?.is_none() {
            let known: Vec<String> =
                store.list_roles(None, ROLES_MAX).await?.into_iter().map(|r| r.code).collect();
            anyhow::bail!("there is no role {role}; there are {}", known.join(", "));
        }
        Ok(NewGrant { role: role.to_owned(), scope })
    }
}

/// Roles that a message names.
const ROLES_MAX: u64 = 50;

/// A held role as people read it: `facility_manager @ Main Street`.
pub(crate) fn shown(held: &HeldRole) -> String {
    match &held.scope_name {
        Some(name) => format!("{} @ {name}", held.role),
        None => held.role.clone(),
    }
}
