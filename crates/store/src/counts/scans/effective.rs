//! Which scans count, as part of a query: the one home of the rule.
//!
//! A scan counts where it came in time, is no undo, and no undo of its session names it. So
//! neither a scan nor its undo counts, in whatever order they came, and a SKU of which all is
//! undone was not counted, instead of being counted as 0. For a count, its session was not
//! discarded either ([`of_counts`]); a session shows its own.
//!
//! Its SKU is its own, or else what its session says that its code is.
//!
//! Of several rounds the newest stands that was asked for: what a recount's counter scans beside
//! what they were asked for does not replace what was counted before, and stands only where nobody
//! had counted the SKU. [`is_asked`] says so of what was read, [`standing_round`] to the database.

use std::sync::Arc;

use onhand_domain::count::SessionStatus;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
    sea_query::{Alias, BinOper, Expr, ExprTrait, Func, Query, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    counts::sessions::FIRST_ROUND,
    entities::{count_codes, count_lines, count_scans, count_sessions},
};

/// `=`, in words that no index serves. PostgreSQL's statistics know nothing of a session that
/// began after they were made: it would look for each scan's undo among all scans of the session
/// instead of by `undoes`, which took 41 s for 20,000 scans instead of 9 ms.
const SAME_SESSION: BinOper = BinOper::Custom("IS NOT DISTINCT FROM");

/// The scans that count, with what their sessions say that their codes are.
pub(in crate::counts) fn counted() -> Select<count_scans::Entity> {
    scans().filter(effective())
}

/// The scans that count for these counts, with their sessions beside them.
pub(in crate::counts) fn of_counts(ids: &[Uuid]) -> Select<count_scans::Entity> {
    counted()
        .join(JoinType::InnerJoin, session())
        .filter(count_scans::Column::CountId.is_in(ids.iter().copied()))
        .filter(count_sessions::Column::Status.ne(SessionStatus::Discarded.code()))
}

/// All scans, late and undone ones as well.
pub(in crate::counts) fn scans() -> Select<count_scans::Entity> {
    count_scans::Entity::find().select_only().join(JoinType::LeftJoin, matches())
}

/// The SKU of a scan of [`counted`]; null while its code is unknown.
pub(in crate::counts) fn sku() -> SimpleExpr {
    Func::coalesce([
        Expr::col((count_scans::Entity, count_scans::Column::SkuId)),
        Expr::col((count_codes::Entity, count_codes::Column::SkuId)),
    ])
    .into()
}

/// Whether nobody has said yet what the scan's code is.
pub(in crate::counts) fn is_unknown() -> Condition {
    Condition::all()
        .add(count_scans::Column::SkuId.is_null())
        .add(count_codes::Column::SessionId.is_null())
}

/// Whether the scan counts.
pub(in crate::counts) fn effective() -> Condition {
    let undo = Alias::new("undo");
    let is = |column: count_scans::Column| Expr::col((undo.clone(), column));
    let undone = Query::select()
        .expr(Expr::val(1))
        .from_as(count_scans::Entity, undo.clone())
        .and_where(
            is(count_scans::Column::Undoes).equals((count_scans::Entity, count_scans::Column::Id)),
        )
        .and_where(
            is(count_scans::Column::SessionId).binary(
                SAME_SESSION,
                Expr::col((count_scans::Entity, count_scans::Column::SessionId)),
            ),
        )
        .and_where(is(count_scans::Column::Late).eq(false))
        .to_owned();
    Condition::all()
        .add(count_scans::Column::Late.eq(false))
        .add(count_scans::Column::Undoes.is_null())
        .add(Expr::exists(undone).not())
}

/// Whether a round is one that the SKU was asked for in: the first, or up to that which a
/// reviewer asked for (`count_lines.round`).
pub(in crate::counts) fn is_asked(round: i64, recount: Option<i64>) -> bool {
    round <= FIRST_ROUND || recount.is_some_and(|recount| round <= recount)
}

/// The round of a SKU that stands, of [`of_counts`] grouped by count, SKU and round, with
/// [`count_line`] beside them: the newest that [`is_asked`], else the newest.
pub(in crate::counts) fn standing_round() -> SimpleExpr {
    let round = "\"count_scans\".\"round\"";
    let of = "OVER (PARTITION BY \"count_scans\".\"count_id\", \
              COALESCE(\"count_scans\".\"sku_id\", \"count_codes\".\"sku_id\"))";
    let asked = format!("{round} <= {FIRST_ROUND} OR {round} <= MAX(\"count_lines\".\"round\")");
    let newest_asked = format!("MAX(CASE WHEN {asked} THEN {round} END) {of}");
    Expr::cust(format!("COALESCE({newest_asked}, MAX({round}) {of})"))
}

/// From a scan to what was decided about its SKU in its count.
pub(in crate::counts) fn count_line() -> RelationDef {
    let mut line: RelationDef = count_scans::Entity::belongs_to(count_lines::Entity)
        .from(count_scans::Column::CountId)
        .to(count_lines::Column::CountId)
        .into();
    line.on_condition = Some(Arc::new(|_, _| {
        let of = Expr::col((count_lines::Entity, count_lines::Column::SkuId)).eq(sku());
        Condition::all().add(of)
    }));
    line
}

/// From a scan to its session.
pub(in crate::counts) fn session() -> RelationDef {
    count_scans::Entity::belongs_to(count_sessions::Entity)
        .from(count_scans::Column::SessionId)
        .to(count_sessions::Column::Id)
        .into()
}

fn matches() -> RelationDef {
    count_scans::Entity::belongs_to(count_codes::Entity)
        .from((count_scans::Column::SessionId, count_scans::Column::Code))
        .to((count_codes::Column::SessionId, count_codes::Column::Code))
        .into()
}
