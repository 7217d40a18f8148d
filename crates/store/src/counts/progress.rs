//! What stands beside a count: its people, its size, how far it is.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{
    CountId, CountSessionId, PrincipalId,
    count::{CountKind, SessionStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    life::{Count, Done},
    scans::effective,
};
use crate::{
    Store,
    entities::{count_assignees, count_items, count_lines, count_scans, count_sessions},
    error::StoreError,
    stock::Actor,
};

/// How far a count is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Sessions that still take scans.
    pub sessions_open: i64,
    /// Sessions whose counters are done.
    pub sessions_submitted: i64,
    /// Units seen: of each SKU those of the round that stands.
    pub units: i64,
    /// SKUs of which anything was seen, or seen to be missing.
    pub skus_counted: i64,
    /// Codes that nobody has matched yet.
    pub unknown_codes: i64,
}

/// A count with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountDetail {
    /// The count.
    pub count: Count,
    /// How many SKUs are on its list; none for an area.
    pub item_count: Option<i64>,
    /// Who is to count, by name; anybody who may where there is none.
    pub assignees: Vec<Actor>,
    /// Whoever took a step with it, by id.
    pub actors: HashMap<PrincipalId, Actor>,
    /// How far it is.
    pub progress: Progress,
    /// The open session of whoever asks.
    pub my_session: Option<CountSessionId>,
    /// Whether lines of it wait for a recount.
    pub recounts: bool,
}

impl CountDetail {
    /// Who did something, by name.
    pub fn actor(&self, done: Option<Done>) -> Option<Actor> {
        done.and_then(|done| self.actors.get(&done.by).cloned())
    }

    /// Whether somebody is among those who are to count: where nobody is named, everybody.
    pub fn is_for(&self, who: PrincipalId) -> bool {
        self.assignees.is_empty() || self.assignees.iter().any(|actor| actor.id == who)
    }
}

impl Store {
    /// Counts with what stands beside them, as `caller` sees it, in the same order.
    pub async fn describe_counts(
        &self,
        caller: PrincipalId,
        counts: Vec<Count>,
    ) -> Result<Vec<CountDetail>, StoreError> {
        if counts.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.reader();
        let ids: Vec<Uuid> = counts.iter().map(|count| count.id.0).collect();
        let assigned = assigned(&db, &ids).await?;
        let people = assigned.values().flatten().copied().chain(counts.iter().flat_map(takers));
        let actors = self.actors(&people.collect()).await?;
        let items = items(&db, &ids).await?;
        let mine = mine(&db, &ids, caller).await?;
        let recounts = recounts(&db, &ids).await?;
        let progress = progress(&db, &ids).await?;
        let detail = |count: Count| {
            let named = assigned.get(&count.id.0).into_iter().flatten();
            let mut assignees: Vec<_> = named.filter_map(|id| actors.get(id).cloned()).collect();
            assignees.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
            let own = takers(&count).filter_map(|id| Some((id, actors.get(&id)?.clone())));
            let listed = items.get(&count.id.0).copied().unwrap_or(0);
            CountDetail {
                item_count: (count.kind != CountKind::Area).then_some(listed),
                actors: own.collect(),
                assignees,
                progress: progress.get(&count.id.0).copied().unwrap_or_default(),
                my_session: mine.get(&count.id.0).copied().map(CountSessionId),
                recounts: recounts.contains(&count.id.0),
                count,
            }
        };
        Ok(counts.into_iter().map(detail).collect())
    }

    /// One count with what stands beside it.
    pub async fn describe_count(
        &self,
        caller: PrincipalId,
        count: Count,
    ) -> Result<CountDetail, StoreError> {
        let id = count.id;
        self.describe_counts(caller, vec![count]).await?.pop().ok_or_else(|| gone(id))
    }
}

fn gone(id: CountId) -> StoreError {
    StoreError::Inconsistent { table: "counts", what: format!("{id} is gone") }
}

/// Whoever took a step.
fn takers(count: &Count) -> impl Iterator<Item = PrincipalId> + use<> {
    let later = [count.opened, count.submitted, count.closed, count.cancelled];
    std::iter::once(count.created.by).chain(later.into_iter().flatten().map(|done| done.by))
}

async fn assigned(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, BTreeSet<PrincipalId>>, StoreError> {
    let rows = count_assignees::Entity::find()
        .filter(count_assignees::Column::CountId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let mut by_count: HashMap<Uuid, BTreeSet<PrincipalId>> = HashMap::new();
    for row in rows {
        by_count.entry(row.count_id).or_default().insert(PrincipalId(row.principal_id));
    }
    Ok(by_count)
}

/// What was asked for; what a reviewer took in was not.
async fn items(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows: Vec<(Uuid, i64)> = count_items::Entity::find()
        .select_only()
        .column(count_items::Column::CountId)
        .column_as(count_items::Column::SkuId.count(), "items")
        .filter(count_items::Column::CountId.is_in(ids.iter().copied()))
        .filter(count_items::Column::TakenIn.eq(false))
        .group_by(count_items::Column::CountId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The newest open session of the caller in each.
async fn mine(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    caller: PrincipalId,
) -> Result<HashMap<Uuid, Uuid>, StoreError> {
    let mut rows = count_sessions::Entity::find()
        .filter(count_sessions::Column::CounterId.eq(caller.0))
        .filter(count_sessions::Column::Status.eq(SessionStatus::Open.code()))
        .filter(count_sessions::Column::CountId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    rows.sort_by_key(|row| (row.started_at, row.id));
    Ok(rows.into_iter().map(|row| (row.count_id, row.id)).collect())
}

async fn recounts(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
    let rows: Vec<Uuid> = count_lines::Entity::find()
        .select_only()
        .column(count_lines::Column::CountId)
        .distinct()
        .filter(count_lines::Column::CountId.is_in(ids.iter().copied()))
        .filter(count_lines::Column::Decision.eq("recount"))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

#[derive(FromQueryResult)]
struct Seen {
    count_id: Uuid,
    skus: i64,
    units: i64,
    unknown: i64,
}

/// What was scanned and counts, added up by the database in one pass: SKUs and units of the rounds
/// that stand, and the codes of which nobody has said what they are, each once for each session.
fn seen(counts: &[Uuid]) -> SelectStatement {
    use count_scans::Column as C;
    let unknown = |column: C| -> SimpleExpr {
        let column = Expr::col((count_scans::Entity, column));
        Expr::case(effective::is_unknown(), column).into()
    };
    let groups = effective::of_counts(counts)
        .join(JoinType::LeftJoin, effective::count_line())
        .columns([C::CountId, C::Round])
        .expr_as(effective::sku(), "sku_id")
        .expr_as(C::Quantity.sum().cast_as(Alias::new("BIGINT")), "units")
        .expr_as(effective::standing_round(), "standing")
        .expr_as(unknown(C::Code), "unknown_code")
        .group_by(C::CountId)
        .group_by(C::Round)
        .group_by(effective::sku())
        .group_by(unknown(C::SessionId))
        .group_by(unknown(C::Code))
        .into_query();
    let stands = "CASE WHEN sku_id IS NOT NULL AND round = standing THEN";
    let units = format!("CAST(COALESCE(SUM({stands} units END), 0) AS BIGINT)");
    Query::select()
        .column("count_id")
        .expr_as(Expr::cust(format!("COUNT({stands} 1 END)")), "skus")
        .expr_as(Expr::cust(units), "units")
        .expr_as(Expr::cust("COUNT(unknown_code)"), "unknown")
        .from_subquery(groups, "seen")
        .group_by_col("count_id")
        .to_owned()
}

async fn progress(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Progress>, StoreError> {
    let mut all: HashMap<Uuid, Progress> = HashMap::new();
    for (count, status, number) in sessions(db, ids).await? {
        let progress = all.entry(count).or_default();
        match SessionStatus::from_code(&status) {
            Some(SessionStatus::Open) => progress.sessions_open = number,
            Some(SessionStatus::Submitted) => progress.sessions_submitted = number,
            _ => {}
        }
    }
    // Whatever was never opened was never scanned in: the long way is not gone for those.
    let begun: Vec<Uuid> = all.keys().copied().collect();
    if begun.is_empty() {
        return Ok(all);
    }
    let statement = db.get_database_backend().build(&seen(&begun));
    for seen in Seen::find_by_statement(statement).all(db).await? {
        let progress = all.entry(seen.count_id).or_default();
        (progress.skus_counted, progress.units) = (seen.skus, seen.units);
        progress.unknown_codes = seen.unknown;
    }
    Ok(all)
}

async fn sessions(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, String, i64)>, StoreError> {
    use count_sessions::Column as C;
    Ok(count_sessions::Entity::find()
        .select_only()
        .column(C::CountId)
        .column(C::Status)
        .column_as(C::Id.count(), "sessions")
        .filter(C::CountId.is_in(ids.iter().copied()))
        .group_by(C::CountId)
        .group_by(C::Status)
        .into_tuple()
        .all(db)
        .await?)
}
