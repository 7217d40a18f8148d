//! Policies: kept in versions, for a facility group or for all.

use onhand_domain::{
    FacilityId, GroupId, Micros, PrincipalId,
    count::{BadPolicy, Policy},
    encode::Encoder,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entities::{count_policies, facility_group_members, facility_groups},
    refusal::{Refusal, WriteError},
    unit::{By, Unit, or_taken},
};

/// A policy with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountPolicy {
    /// The group that it is for; none for all.
    pub group: Option<GroupId>,
    /// Its version: 0 is what was shipped.
    pub version: i64,
    /// What it says.
    pub policy: Policy,
    /// Who wrote it; none where it was shipped.
    pub author: Option<PrincipalId>,
    /// When.
    pub created_at: Option<Micros>,
}

impl CountPolicy {
    fn shipped() -> Self {
        Self { group: None, version: 0, policy: Policy::default(), author: None, created_at: None }
    }

    /// A rule of it, in words that an auditor reads.
    pub(super) fn rule(&self, words: &str) -> String {
        format!("policy {}: {words}", self.version)
    }
}

/// The policy that holds at a facility: the newest of its groups', else that for all, else what
/// was shipped.
pub(super) async fn policy_of<C: ConnectionTrait>(
    db: &C,
    facility: FacilityId,
) -> Result<CountPolicy, StoreError> {
    let groups: Vec<Uuid> = facility_group_members::Entity::find()
        .select_only()
        .column(facility_group_members::Column::GroupId)
        .filter(facility_group_members::Column::FacilityId.eq(facility.0))
        .into_tuple()
        .all(db)
        .await?;
    let of_groups = count_policies::Column::GroupId.is_in(groups);
    match newest(db, of_groups.into()).await? {
        Some(policy) => Ok(policy),
        None => Ok(newest(db, for_group(None)).await?.unwrap_or_else(CountPolicy::shipped)),
    }
}

fn for_group(group: Option<GroupId>) -> Condition {
    let column = count_policies::Column::GroupId;
    Condition::all().add(group.map_or_else(|| column.is_null(), |group| column.eq(group.0)))
}

async fn newest<C: ConnectionTrait>(
    db: &C,
    which: Condition,
) -> Result<Option<CountPolicy>, StoreError> {
    let row = count_policies::Entity::find()
        .filter(which)
        .order_by_desc(count_policies::Column::CreatedAt)
        .order_by_desc(count_policies::Column::Version)
        .limit(1)
        .one(db)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &count_policies::Model) -> Result<CountPolicy, StoreError> {
    let policy = serde_json::from_str(&row.body).map_err(|_| StoreError::Inconsistent {
        table: "count_policies",
        what: format!("{} can't be read", row.id),
    })?;
    Ok(CountPolicy {
        group: row.group_id.map(GroupId),
        version: row.version,
        policy,
        author: Some(PrincipalId(row.author_id)),
        created_at: Some(Micros(row.created_at)),
    })
}

impl Store {
    /// The policy of a group, or that for all; what holds there where it has none of its own.
    pub async fn count_policy(&self, group: Option<GroupId>) -> Result<CountPolicy, StoreError> {
        let db = self.reader();
        if let Some(own) = newest(&db, for_group(group)).await? {
            return Ok(own);
        }
        Ok(newest(&db, for_group(None)).await?.unwrap_or_else(CountPolicy::shipped))
    }

    /// Writes the next version of a policy. `base` is the version that the author looked at.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where a member does not fit, or somebody else was faster.
    pub async fn put_count_policy(
        &self,
        by: &By,
        group: Option<GroupId>,
        base: Option<i64>,
        policy: Policy,
    ) -> Result<CountPolicy, WriteError> {
        policy
            .check()
            .map_err(|BadPolicy { pointer, detail }| Refusal::invalid(pointer, detail))?;
        let unit = Unit::begin(self, by).await?;
        if let Some(group) = group {
            let known = facility_groups::Entity::find_by_id(group.0).one(&unit.tx).await?;
            known.ok_or(Refusal::Unknown("facility group"))?;
        }
        let own = newest(&unit.tx, for_group(group)).await?;
        let version = own.as_ref().map_or(0, |own| own.version);
        let raced =
            || Refusal::invalid("?version", "somebody has changed the policy since; read it again");
        if base.is_some_and(|base| own.is_some() && base != version) {
            return Err(raced().into());
        }
        if let Some(own) = own.filter(|own| own.policy == policy) {
            return Ok(own);
        }
        let version = version.saturating_add(1);
        let row = count_policies::ActiveModel {
            id: Set(policy_id(group, version)),
            group_id: Set(group.map(|group| group.0)),
            version: Set(version),
            body: Set(serde_json::to_string(&policy).map_err(|_| raced())?),
            author_id: Set(unit.by.actor.0),
            created_at: Set(unit.now.0),
        };
        let row = or_taken(row.insert(&unit.tx).await, raced())?;
        unit.commit_work(None, format!("count policy {version}")).await?;
        Ok(read(&row)?)
    }
}

/// Of two who write the same version, one finds its id taken; where there is no group, a unique
/// index would let both in.
fn policy_id(group: Option<GroupId>, version: i64) -> Uuid {
    let hash = Encoder::new("onhand.count-policy.v1")
        .maybe_id(group.map(|group| group.0))
        .int(version)
        .hash();
    let mut id = [0_u8; 16];
    id.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}
