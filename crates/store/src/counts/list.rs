//! Counts as lists show them: what presses first.

use std::collections::BTreeSet;

use onhand_domain::{
    FacilityScope, Micros, PrincipalId,
    count::{CountOrigin, CountStatus},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::life::{Count, count_of, within};
use crate::{
    Store,
    entities::{count_assignees, count_sessions, counts},
    error::StoreError,
};

/// Characters of a query that are looked at.
const QUERY_CHARS_MAX: usize = 100;

/// Which counts to list. The facilities are the scope's.
#[derive(Clone, Debug, Default)]
pub struct CountsFilter {
    /// Only those that stand like one of these; all where empty.
    pub status: BTreeSet<CountStatus>,
    /// Only those that somebody is to count, or has a session of.
    pub of: Option<PrincipalId>,
    /// Only those that were made by this.
    pub origin: Option<CountOrigin>,
    /// Only those whose name has this in it.
    pub q: Option<String>,
}

/// Where the next page starts: after this count, as of when the first page was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountCursor {
    now: i64,
    rank: i64,
    due: i64,
    created: i64,
    id: Uuid,
}

impl CountCursor {
    /// The cursor of whatever comes after this count. `now` is that of the page.
    pub fn after(count: &Count, now: Micros) -> Self {
        let last = count.status.is_final();
        let rank = if count.is_overdue(now) { 0 } else { 1 + i64::from(last) };
        let due = count.due_at.filter(|_| !last).map_or(i64::MAX, |at| at.0);
        Self { now: now.0, rank, due, created: count.created.at.0, id: count.id.0 }
    }

    /// What time it was when the first page was read: what is overdue must not change between
    /// two pages.
    pub const fn now(&self) -> Micros {
        Micros(self.now)
    }
}

impl Store {
    /// Counts, at most `limit`: those that are overdue, then those that are still to be done, each
    /// by due time, then what is over; the newest first among equals.
    pub async fn list_counts(
        &self,
        scope: &FacilityScope,
        filter: &CountsFilter,
        now: Micros,
        after: Option<CountCursor>,
        limit: u64,
    ) -> Result<Vec<Count>, StoreError> {
        use counts::Column as C;
        let rows = counts::Entity::find()
            .filter(within(scope))
            .filter(condition(filter))
            .filter(Condition::all().add_option(after.map(|after| beyond(&after, now))))
            .order_by(rank(now), Order::Asc)
            .order_by(due(), Order::Asc)
            .order_by(C::CreatedAt, Order::Desc)
            .order_by(C::Id, Order::Desc)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(count_of).collect()
    }
}

fn condition(filter: &CountsFilter) -> Condition {
    use counts::Column as C;
    let status = &filter.status;
    let any = (!status.is_empty()).then(|| C::Status.is_in(status.iter().map(|s| s.code())));
    let named = filter.q.as_deref().map(|q| has_in_it((counts::Entity, C::Name), q));
    Condition::all()
        .add_option(any)
        .add_option(filter.of.map(of))
        .add_option(filter.origin.map(|origin| C::Origin.eq(origin.code())))
        .add_option(named)
}

/// Whether a name has this text in it. Both databases fold letters, but SQLite only those of
/// ASCII: the text is folded in either way.
pub(super) fn has_in_it<C: IntoColumnRef + Copy>(name: C, q: &str) -> Condition {
    let q: String = q.trim().chars().take(QUERY_CHARS_MAX).collect();
    let folded = [q.to_ascii_lowercase(), q.to_lowercase()];
    folded.into_iter().fold(Condition::any(), |any, text| {
        let pattern = LikeExpr::new(format!("%{}%", escaped(&text))).escape('\\');
        any.add(Expr::expr(Func::lower(Expr::col(name))).like(pattern))
    })
}

/// A text that stands for itself in a pattern.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Counts that are somebody's to do or that they took part in.
fn of(who: PrincipalId) -> Condition {
    let assigned = count_assignees::Entity::find()
        .select_only()
        .column(count_assignees::Column::CountId)
        .filter(count_assignees::Column::PrincipalId.eq(who.0))
        .into_query();
    let took_part = count_sessions::Entity::find()
        .select_only()
        .column(count_sessions::Column::CountId)
        .filter(count_sessions::Column::CounterId.eq(who.0))
        .into_query();
    Condition::any()
        .add(counts::Column::Id.in_subquery(assigned))
        .add(counts::Column::Id.in_subquery(took_part))
}

fn is_over() -> SimpleExpr {
    let over = [CountStatus::Closed, CountStatus::Cancelled].map(CountStatus::code);
    counts::Column::Status.is_in(over)
}

/// 0 overdue, 1 to be done, 2 over.
fn rank(now: Micros) -> SimpleExpr {
    Expr::case(is_over(), 2_i64).case(counts::Column::DueAt.lt(now.0), 0_i64).finally(1_i64).into()
}

/// When it is due; what is over, or has no such time, at the end.
fn due() -> SimpleExpr {
    Expr::case(is_over(), i64::MAX)
        .case(counts::Column::DueAt.is_null(), i64::MAX)
        .finally(Expr::col((counts::Entity, counts::Column::DueAt)))
        .into()
}

fn beyond(after: &CountCursor, now: Micros) -> Condition {
    use counts::Column as C;
    let older = Condition::any()
        .add(C::CreatedAt.lt(after.created))
        .add(Condition::all().add(C::CreatedAt.eq(after.created)).add(C::Id.lt(after.id)));
    let later = Condition::any()
        .add(due().gt(after.due))
        .add(Condition::all().add(due().eq(after.due)).add(older));
    Condition::any()
        .add(rank(now).gt(after.rank))
        .add(Condition::all().add(rank(now).eq(after.rank)).add(later))
}
