//! Who may do what, and where: permission × scope, with limits.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ids::{FacilityId, GroupId, PrincipalId},
    money::Money,
};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Something that a role may allow.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl Permission {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for it in the database, the API and the settings.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

permissions! {
    /// See products, levels and history.
    StockView = "stock.view",
    /// See the system quantity while counting.
    StockViewExpected = "stock.view_expected",
    /// Report a variance, which becomes a request.
    VarianceReport = "variance.report",
    /// Post a variance, within limits.
    VariancePost = "variance.post",
    /// Approve somebody else's report, within limits.
    VarianceApprove = "variance.approve",
    /// Record what other systems saw happen: sales, receipts, returns, transfers, orders.
    MovementRecord = "movement.record",
    /// Take part in a count.
    CountCount = "count.count",
    /// Create, assign and submit counts.
    CountManage = "count.manage",
    /// Approve, reject or recount, within limits.
    CountReview = "count.review",
    /// Import the catalogue and opening stock.
    CatalogImport = "catalog.import",
    /// Recompute the ledger and compare.
    LedgerVerify = "ledger.verify",
    /// See who decided what.
    AuditView = "audit.view",
    /// Take lists out as files.
    ExportRead = "export.read",
    /// Change facilities, groups, reasons, roles and limits.
    SettingsManage = "settings.manage",
    /// Add people, change their roles, lock them out.
    UsersManage = "users.manage",
    /// See the shops, and what they are told.
    ChannelsView = "channels.view",
    /// Connect shops, decide what they are told.
    ChannelsManage = "channels.manage",
    /// Make and revoke API keys.
    ApiKeysManage = "api_keys.manage",
}

impl Permission {
    /// The permission with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.code() == code)
    }

    /// Whether using it shows how many units the record has.
    pub const fn shows_stock(self) -> bool {
        matches!(
            self,
            Self::StockView
                | Self::StockViewExpected
                | Self::VarianceReport
                | Self::VariancePost
                | Self::VarianceApprove
                | Self::MovementRecord
                | Self::CountReview
                | Self::CatalogImport
                | Self::LedgerVerify
                | Self::ExportRead
                | Self::ChannelsView
                | Self::ChannelsManage
        )
    }

    /// Whether it only makes sense for the whole retailer: a role that is held for one facility
    /// does not give it, or a store's admin could appoint people everywhere.
    pub const fn is_global(self) -> bool {
        matches!(
            self,
            Self::SettingsManage
                | Self::UsersManage
                | Self::ChannelsView
                | Self::ChannelsManage
                | Self::ApiKeysManage
        )
    }
}

/// How far a variance may go before it becomes a request. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most units of one variance.
    pub variance_units_max: Option<i64>,
    /// Most value of one variance.
    pub variance_value_max: Option<Money>,
    /// Most value, losses and gains added up, of one person's variances in a facility's day.
    /// Stops a large variance from being posted as many small ones.
    pub day_value_max: Option<Money>,
}

impl Limits {
    /// No limit at all.
    pub const NONE: Self =
        Self { variance_units_max: None, variance_value_max: None, day_value_max: None };

    /// For somebody who holds two roles: the more generous of each limit.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        fn wider<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
            a.zip(b).map(|(a, b)| a.max(b))
        }
        Self {
            variance_units_max: wider(self.variance_units_max, other.variance_units_max),
            variance_value_max: wider(self.variance_value_max, other.variance_value_max),
            day_value_max: wider(self.day_value_max, other.day_value_max),
        }
    }
}

/// A named set of permissions with limits. The shipped ones can be copied and changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The stable word, `[a-z0-9_]+`.
    pub code: String,
    /// What people read.
    pub label: String,
    /// What it allows.
    pub permissions: BTreeSet<Permission>,
    /// How far its holder may go alone.
    pub limits: Limits,
    /// Requests that go beyond a role's limits go to roles of a higher rank.
    pub rank: i64,
    /// Whether it came with the program.
    pub shipped: bool,
}

impl Role {
    /// The roles that a new database starts with (DESIGN section 4).
    pub fn shipped() -> Vec<Self> {
        use Permission as P;
        let role = |code: &str, label: &str, rank, limits, permissions: &[P]| Self {
            code: code.to_owned(),
            label: label.to_owned(),
            permissions: permissions.iter().copied().collect(),
            limits,
            rank,
            shipped: true,
        };
        let units = |units: i64| Money(units.saturating_mul(Money::SCALE));
        let manager = Limits {
            variance_units_max: Some(50),
            variance_value_max: Some(units(1_000)),
            day_value_max: Some(units(5_000)),
        };
        let controller = Limits {
            variance_units_max: Some(1_000),
            variance_value_max: Some(units(10_000)),
            day_value_max: None,
        };
        let look =
            [P::StockView, P::StockViewExpected, P::LedgerVerify, P::AuditView, P::ExportRead];
        let store = [
            P::VarianceReport,
            P::VariancePost,
            P::VarianceApprove,
            P::CountCount,
            P::CountManage,
            P::CountReview,
        ];
        let run = [
            P::SettingsManage,
            P::UsersManage,
            P::ChannelsView,
            P::ChannelsManage,
            P::ApiKeysManage,
        ];
        let head = [P::MovementRecord, P::CatalogImport];
        vec![
            role(
                "associate",
                "Associate",
                10,
                Limits::NONE,
                &[P::StockView, P::VarianceReport, P::CountCount],
            ),
            role(
                "facility_manager",
                "Facility manager",
                20,
                manager,
                &[&look[..], &store].concat(),
            ),
            role(
                "inventory_controller",
                "Inventory controller",
                30,
                controller,
                &[&look[..], &store, &head].concat(),
            ),
            role(
                "admin",
                "Admin",
                40,
                Limits::NONE,
                &[&look[..], &run, &[P::CatalogImport]].concat(),
            ),
            role("auditor", "Auditor", 5, Limits::NONE, &look),
        ]
    }
}

/// Where a role is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere, also in facilities that open later.
    All,
    /// In the facilities of a group, also those that join it later.
    Group(GroupId),
    /// In one facility.
    Facility(FacilityId),
}

/// A role held somewhere, with the group's facilities already looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The facilities it holds in.
    pub facilities: FacilityScope,
}

/// A set of facilities: what a list query may show. A required argument of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacilityScope {
    /// Every facility.
    All,
    /// These, and no others.
    Only(BTreeSet<FacilityId>),
}

impl FacilityScope {
    /// No facility at all.
    pub const fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Whether a facility is among them.
    pub fn contains(&self, facility: FacilityId) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(&facility),
        }
    }

    /// Both together.
    #[must_use]
    pub fn union(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(mut a), Self::Only(b)) => {
                a.extend(b);
                Self::Only(a)
            }
            _ => Self::All,
        }
    }
}

/// An answer to "may they?", with the rule that gave it: it is recorded as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether they may.
    pub allowed: bool,
    /// By which rule, in words that an auditor reads.
    pub rule: String,
}

/// What one principal may do, read afresh for each request so that a change takes effect on the
/// next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whose rights these are.
    pub principal: PrincipalId,
    /// The roles they hold.
    pub grants: Vec<Grant>,
    /// Where they count blind at the moment, if they do.
    pub blind: Option<Blind>,
}

/// Somebody counts blind: until they are done, nothing shows them what the record has there, or
/// they would count what they expect to find (inventory-accuracy section 1.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blind {
    /// The facilities where they count.
    pub here: BTreeSet<FacilityId>,
    /// All other facilities of the retailer.
    pub elsewhere: BTreeSet<FacilityId>,
}

impl Access {
    /// Decides on `permission` at `facility`, or for the whole retailer where it is `None`.
    pub fn decide(&self, permission: Permission, facility: Option<FacilityId>) -> Decision {
        let granting = self.grants.iter().find(|g| {
            g.role.permissions.contains(&permission)
                && match facility {
                    Some(f) if !permission.is_global() => g.facilities.contains(f),
                    _ => g.facilities == FacilityScope::All,
                }
        });
        match granting {
            Some(g) => Decision {
                allowed: true,
                rule: format!("role {} has {}", g.role.code, permission.code()),
            },
            None => Decision { allowed: false, rule: format!("no role has {}", permission.code()) },
        }
    }

    /// Whether `permission` holds at `facility`.
    pub fn may(&self, permission: Permission, facility: FacilityId) -> bool {
        self.decide(permission, Some(facility)).allowed
    }

    /// The facilities where `permission` holds.
    pub fn scope(&self, permission: Permission) -> FacilityScope {
        self.grants
            .iter()
            .filter(|g| g.role.permissions.contains(&permission))
            .filter(|g| !permission.is_global() || g.facilities == FacilityScope::All)
            .fold(FacilityScope::none(), |scope, g| scope.union(&g.facilities))
    }

    /// Whether they count blind at `facility`, and `permission` would show them its stock.
    pub fn counts_blind(&self, permission: Permission, facility: FacilityId) -> bool {
        permission.shows_stock()
            && self.blind.as_ref().is_some_and(|blind| blind.here.contains(&facility))
    }

    /// As [`Access::scope`], without the facilities whose stock they must not see for now.
    pub fn sighted_scope(&self, permission: Permission) -> FacilityScope {
        let scope = self.scope(permission);
        match (&self.blind, scope) {
            (Some(blind), scope) if permission.shows_stock() => FacilityScope::Only(
                blind.elsewhere.iter().copied().filter(|id| scope.contains(*id)).collect(),
            ),
            (_, scope) => scope,
        }
    }

    /// The limits for `permission` at `facility`: the most generous of the roles that give it.
    /// `None` where no role does.
    pub fn limits(&self, permission: Permission, facility: FacilityId) -> Option<Limits> {
        self.grants
            .iter()
            .filter(|g| g.role.permissions.contains(&permission) && g.facilities.contains(facility))
            .map(|g| g.role.limits)
            .reduce(Limits::or)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn facility(n: u128) -> FacilityId {
        FacilityId(Uuid::from_u128(n))
    }

    fn access(role: &str, facilities: FacilityScope) -> Access {
        let role = Role::shipped().into_iter().find(|r| r.code == role).expect("shipped role");
        Access {
            principal: PrincipalId(Uuid::from_u128(9)),
            grants: vec![Grant { role, facilities }],
            blind: None,
        }
    }

    #[test]
    fn a_manager_may_change_stock_at_home_only() {
        let manager = access("facility_manager", FacilityScope::Only([facility(1)].into()));
        assert!(manager.may(Permission::VariancePost, facility(1)));
        assert!(!manager.may(Permission::VariancePost, facility(2)));
        assert_eq!(
            manager.decide(Permission::VariancePost, Some(facility(2))).rule,
            "no role has variance.post"
        );
    }

    #[test]
    fn an_associate_reports_and_never_posts() {
        let associate = access("associate", FacilityScope::All);
        assert!(associate.may(Permission::VarianceReport, facility(1)));
        assert!(!associate.may(Permission::VariancePost, facility(1)));
        assert_eq!(associate.limits(Permission::VariancePost, facility(1)), None);
    }

    #[test]
    fn an_admin_of_one_store_appoints_nobody() {
        let local = access("admin", FacilityScope::Only([facility(1)].into()));
        assert!(!local.decide(Permission::UsersManage, Some(facility(1))).allowed);
        assert_eq!(local.scope(Permission::UsersManage), FacilityScope::none());
        assert!(access("admin", FacilityScope::All).decide(Permission::UsersManage, None).allowed);
    }

    #[test]
    fn two_roles_give_the_wider_limit_where_both_hold() {
        let mut both = access("facility_manager", FacilityScope::Only([facility(1)].into()));
        both.grants.extend(
            access("inventory_controller", FacilityScope::Only([facility(2)].into())).grants,
        );
        let units = |f| both.limits(Permission::VariancePost, f).and_then(|l| l.variance_units_max);
        assert_eq!(units(facility(1)), Some(50));
        assert_eq!(units(facility(2)), Some(1_000));
    }

    #[test]
    fn every_permission_has_its_own_code() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_code(permission.code()), Some(*permission));
        }
    }

    #[test]
    fn whoever_counts_blind_sees_no_stock_there() {
        let mut counter = access("inventory_controller", FacilityScope::All);
        let everywhere = counter.sighted_scope(Permission::StockView);
        assert_eq!(everywhere, FacilityScope::All);
        counter.blind = Some(Blind { here: [facility(1)].into(), elsewhere: [facility(2)].into() });
        for permission in Permission::ALL.iter().copied().filter(|p| p.shows_stock()) {
            assert!(counter.counts_blind(permission, facility(1)), "{permission:?}");
            assert!(!counter.counts_blind(permission, facility(2)), "{permission:?}");
        }
        let sees = counter.sighted_scope(Permission::StockView);
        assert_eq!(sees, FacilityScope::Only([facility(2)].into()));
        assert!(!counter.counts_blind(Permission::CountCount, facility(1)));
        assert_eq!(counter.sighted_scope(Permission::CountCount), FacilityScope::All);
        assert_eq!(counter.scope(Permission::StockView), FacilityScope::All, "nor forgets it");
    }
}
