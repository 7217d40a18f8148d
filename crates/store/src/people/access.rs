//! Who is calling, and what they may do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use onhand_domain::{
    Access, FacilityId, FacilityScope, Grant, PrincipalId,
    access::Blind,
    count::{CountStatus, SessionStatus},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Kind, keys, principals};
use crate::{
    Store,
    directory::Remembered,
    entities::{
        count_sessions, counts, facilities, facility_group_members, grants, principals as rows,
        roles,
    },
    error::StoreError,
    roles::role_of,
    sessions,
};

/// Somebody whose cookie or key was good.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub id: PrincipalId,
    /// A person or a key.
    pub kind: Kind,
    /// What people call them.
    pub name: String,
    /// A person's address.
    pub email: Option<String>,
    /// What they may do, as of now.
    pub access: Access,
}

impl Store {
    /// Whoever a session's token belongs to.
    pub(crate) async fn look_up_session(
        &self,
        token: &[u8],
    ) -> Result<Option<Remembered>, StoreError> {
        let Some((owner, until)) = sessions::owner(self, token).await? else { return Ok(None) };
        let signed = Arc::new(signed(self, owner).await?);
        Ok(Some(Remembered { signed, until }))
    }

    /// Whoever an API key belongs to.
    pub(crate) async fn look_up_key(&self, key: &str) -> Result<Option<Remembered>, StoreError> {
        let Some((owner, until)) = keys::owner(self, key).await? else { return Ok(None) };
        let signed = Arc::new(signed(self, owner).await?);
        Ok(Some(Remembered { signed, until }))
    }

    /// What a principal may do, as of now. Nothing where it is locked out, expired or unknown.
    pub async fn access(&self, principal: PrincipalId) -> Result<Access, StoreError> {
        let row = rows::Entity::find_by_id(principal.0).one(&self.reader()).await?;
        let now = self.clock().now();
        let lives = |p: &rows::Model| p.active && p.expires_at.is_none_or(|at| now.0 < at);
        match row.filter(lives) {
            Some(_) => load(&self.reader(), principal).await,
            None => Ok(Access { principal, grants: Vec::new(), blind: None }),
        }
    }
}

async fn signed(store: &Store, row: rows::Model) -> Result<Signed, StoreError> {
    let id = PrincipalId(row.id);
    let kind = principals::Kind::from_code(&row.kind).ok_or_else(|| StoreError::Inconsistent {
        table: "principals",
        what: format!("{} is of the kind {:?}", row.id, row.kind),
    })?;
    let access = load(&store.reader(), id).await?;
    Ok(Signed { id, kind, name: row.name, email: row.email, access })
}

/// One query for grants with their roles, one for what is counted blind, and one more where a
/// group is among them.
async fn load<C: ConnectionTrait>(db: &C, principal: PrincipalId) -> Result<Access, StoreError> {
    let role = grants::Entity::belongs_to(roles::Entity)
        .from(grants::Column::RoleCode)
        .to(roles::Column::Code);
    let held = grants::Entity::find()
        .filter(grants::Column::PrincipalId.eq(principal.0))
        .join(JoinType::LeftJoin, role.into())
        .select_also(roles::Entity)
        .all(db)
        .await?;
    let groups =
        held.iter().filter(|(g, _)| g.scope_kind == "group").filter_map(|(g, _)| g.scope_id);
    let members = members(db, groups.collect()).await?;
    let grant = |(grant, role): (grants::Model, Option<roles::Model>)| {
        let role = role.ok_or_else(|| StoreError::Inconsistent {
            table: "grants",
            what: format!("{} names the role {:?}", grant.id, grant.role_code),
        })?;
        let facilities = match (grant.scope_kind.as_str(), grant.scope_id) {
            ("all", _) => FacilityScope::All,
            ("group", Some(id)) => {
                FacilityScope::Only(members.get(&id).cloned().unwrap_or_default())
            }
            (_, id) => FacilityScope::Only(id.map(FacilityId).into_iter().collect()),
        };
        Ok(Grant { role: role_of(role), facilities })
    };
    let grants = held.into_iter().map(grant).collect::<Result<_, StoreError>>()?;
    Ok(Access { principal, grants, blind: blind(db, principal).await? })
}

/// Where somebody has an open session in a blind count.
async fn blind<C: ConnectionTrait>(
    db: &C,
    principal: PrincipalId,
) -> Result<Option<Blind>, StoreError> {
    let count = count_sessions::Entity::belongs_to(counts::Entity)
        .from(count_sessions::Column::CountId)
        .to(counts::Column::Id);
    let under_way = [CountStatus::Open, CountStatus::InReview].map(CountStatus::code);
    let here: Vec<Uuid> = count_sessions::Entity::find()
        .select_only()
        .column(count_sessions::Column::FacilityId)
        .distinct()
        .join(JoinType::InnerJoin, count.into())
        .filter(count_sessions::Column::CounterId.eq(principal.0))
        .filter(count_sessions::Column::Status.eq(SessionStatus::Open.code()))
        .filter(counts::Column::Blind.eq(true))
        .filter(counts::Column::Status.is_in(under_way))
        .into_tuple()
        .all(db)
        .await?;
    if here.is_empty() {
        return Ok(None);
    }
    let elsewhere: Vec<Uuid> = facilities::Entity::find()
        .select_only()
        .column(facilities::Column::Id)
        .filter(facilities::Column::Id.is_not_in(here.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let ids = |ids: Vec<Uuid>| ids.into_iter().map(FacilityId).collect();
    Ok(Some(Blind { here: ids(here), elsewhere: ids(elsewhere) }))
}

async fn members<C: ConnectionTrait>(
    db: &C,
    groups: BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, BTreeSet<FacilityId>>, StoreError> {
    let mut members: BTreeMap<Uuid, BTreeSet<FacilityId>> = BTreeMap::new();
    if groups.is_empty() {
        return Ok(members);
    }
    let rows = facility_group_members::Entity::find()
        .filter(facility_group_members::Column::GroupId.is_in(groups))
        .all(db)
        .await?;
    for row in rows {
        members.entry(row.group_id).or_default().insert(FacilityId(row.facility_id));
    }
    Ok(members)
}
