//! Who may count at a facility: whom a count can be given to.

use onhand_domain::{FacilityId, Permission, PrincipalId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::list::has_in_it;
use crate::{
    Store,
    entities::{facility_group_members, grants, principals, roles},
    error::StoreError,
    people::Kind,
    roles::role_of,
    stock::Actor,
};

/// Where the next page starts: after this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterCursor {
    name: String,
    id: Uuid,
}

impl CounterCursor {
    /// The cursor of whoever comes after this person.
    pub fn after(counter: &Actor) -> Self {
        Self { name: counter.name.clone(), id: counter.id.0 }
    }
}

impl Store {
    /// People who may take part in counts of a facility and are not locked out, by name; at most
    /// `limit`. `q` is in their names.
    ///
    /// Whom this finds, [`Store::create_count`] takes as an assignee; programs with a key are
    /// left out, since nobody sends them to the shelf.
    pub async fn list_counters(
        &self,
        facility: FacilityId,
        q: Option<&str>,
        after: Option<&CounterCursor>,
        limit: u64,
    ) -> Result<Vec<Actor>, StoreError> {
        use principals::Column as C;
        let counting = self.roles_with(Permission::CountCount).await?;
        let held = grants::Entity::find()
            .select_only()
            .column(grants::Column::PrincipalId)
            .filter(grants::Column::RoleCode.is_in(counting))
            .filter(holds_at(facility))
            .into_query();
        let beyond = after.map(|after| {
            let name = after.name.as_str();
            let same = Condition::all().add(C::Name.eq(name)).add(C::Id.gt(after.id));
            Condition::any().add(C::Name.gt(name)).add(same)
        });
        let rows: Vec<(Uuid, String)> = principals::Entity::find()
            .select_only()
            .column(C::Id)
            .column(C::Name)
            .filter(C::Kind.eq(Kind::User.code()))
            .filter(C::Active.eq(true))
            .filter(C::Id.in_subquery(held))
            .filter(
                Condition::all()
                    .add_option(q.map(|q| has_in_it((principals::Entity, C::Name), q)))
                    .add_option(beyond),
            )
            .order_by_asc(C::Name)
            .order_by_asc(C::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.reader())
            .await?;
        let actor = |(id, name)| Actor { id: PrincipalId(id), name, kind: Kind::User };
        Ok(rows.into_iter().map(actor).collect())
    }

    /// The codes of the roles that allow something.
    async fn roles_with(&self, permission: Permission) -> Result<Vec<String>, StoreError> {
        let mut codes = Vec::new();
        for row in roles::Entity::find().all(&self.reader()).await? {
            let role = role_of(row);
            if role.permissions.contains(&permission) {
                codes.push(role.code);
            }
        }
        Ok(codes)
    }
}

/// Grants that hold at a facility: everywhere, there, or in a group that it belongs to.
fn holds_at(facility: FacilityId) -> Condition {
    use grants::Column as C;
    let groups = facility_group_members::Entity::find()
        .select_only()
        .column(facility_group_members::Column::GroupId)
        .filter(facility_group_members::Column::FacilityId.eq(facility.0))
        .into_query();
    let of = |kind: &str| Condition::all().add(C::ScopeKind.eq(kind));
    Condition::any()
        .add(of("all"))
        .add(of("facility").add(C::ScopeId.eq(facility.0)))
        .add(of("group").add(C::ScopeId.in_subquery(groups)))
}
