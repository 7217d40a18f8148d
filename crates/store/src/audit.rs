//! Who decided what, where, by which rule: also what was refused.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{FacilityId, FacilityScope, Micros, PrincipalId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::{
    Store,
    entities::{audit, principals},
    error::StoreError,
};

/// Longest subject that is kept, in characters.
const SUBJECT_CHARS_MAX: usize = 500;

/// A decision that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who; none when nobody was signed in.
    pub actor: Option<PrincipalId>,
    /// The operation.
    pub action: String,
    /// Where.
    pub facility: Option<FacilityId>,
    /// How it was decided.
    pub allowed: bool,
    /// By which rule.
    pub rule: String,
    /// What it was about, in words.
    pub subject: Option<String>,
}

/// A decision that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: Micros,
    /// Who decided: id, name and kind.
    pub actor: Option<(Uuid, String, String)>,
    /// What.
    pub entry: Entry,
}

/// Which decisions to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By whom.
    pub actor: Option<Uuid>,
    /// Where.
    pub facility: Option<FacilityId>,
    /// Which operation.
    pub action: Option<String>,
    /// Only what comes after this one in the list: its time and id.
    pub after: Option<(Micros, Uuid)>,
}

impl Store {
    /// Records a decision that changes nothing by itself, as a denial.
    pub async fn record_decision(&self, entry: Entry) -> Result<(), StoreError> {
        insert(&self.writer(), self.ids().next(), self.clock().now(), entry).await
    }

    /// Decisions, newest first, at most `limit`. Those that belong to no facility are shown to
    /// whoever may see all of them.
    pub async fn list_audit(
        &self,
        scope: &FacilityScope,
        filter: &Filter,
        limit: u64,
    ) -> Result<Vec<Recorded>, StoreError> {
        let mut condition = Condition::all();
        if let FacilityScope::Only(ids) = scope {
            condition = condition.add(audit::Column::FacilityId.is_in(ids.iter().map(|f| f.0)));
        }
        if let Some(FacilityId(id)) = filter.facility {
            condition = condition.add(audit::Column::FacilityId.eq(id));
        }
        if let Some(actor) = filter.actor {
            condition = condition.add(audit::Column::ActorId.eq(actor));
        }
        if let Some(action) = &filter.action {
            condition = condition.add(audit::Column::Action.eq(action.as_str()));
        }
        if let Some((at, id)) = filter.after {
            condition = condition.add(Condition::any().add(audit::Column::At.lt(at.0)).add(
                Condition::all().add(audit::Column::At.eq(at.0)).add(audit::Column::Id.lt(id)),
            ));
        }
        let rows = audit::Entity::find()
            .filter(condition)
            .order_by_desc(audit::Column::At)
            .order_by_desc(audit::Column::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        let actors: BTreeSet<Uuid> = rows.iter().filter_map(|r| r.actor_id).collect();
        let names = names(self, actors).await?;
        Ok(rows.into_iter().map(|row| recorded(row, &names)).collect())
    }
}

async fn names(
    store: &Store,
    ids: BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, (String, String)>, StoreError> {
    let rows = principals::Entity::find()
        .filter(principals::Column::Id.is_in(ids))
        .all(&store.reader())
        .await?;
    Ok(rows.into_iter().map(|p| (p.id, (p.name, p.kind))).collect())
}

fn recorded(row: audit::Model, names: &BTreeMap<Uuid, (String, String)>) -> Recorded {
    let actor = row.actor_id.map(|id| {
        let system = || ("Onhand".to_owned(), "system".to_owned());
        let (name, kind) = names.get(&id).cloned().unwrap_or_else(system);
        (id, name, kind)
    });
    Recorded {
        id: row.id,
        at: Micros(row.at),
        actor,
        entry: Entry {
            actor: row.actor_id.map(PrincipalId),
            action: row.action,
            facility: row.facility_id.map(FacilityId),
            allowed: row.allowed,
            rule: row.rule,
            subject: row.subject,
        },
    }
}

/// Writes a decision, in the transaction of what was decided where there is one.
pub(crate) async fn insert<C: ConnectionTrait>(
    db: &C,
    id: Uuid,
    at: Micros,
    entry: Entry,
) -> Result<(), StoreError> {
    let subject = entry.subject.map(|s| s.chars().take(SUBJECT_CHARS_MAX).collect());
    let row = audit::ActiveModel {
        id: Set(id),
        at: Set(at.0),
        actor_id: Set(entry.actor.map(|a| a.0)),
        action: Set(entry.action),
        facility_id: Set(entry.facility.map(|f| f.0)),
        allowed: Set(entry.allowed),
        rule: Set(entry.rule),
        subject: Set(subject),
    };
    row.insert(db).await?;
    Ok(())
}
