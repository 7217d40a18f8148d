//! Which scans count, as part of a query: the one home of the rule.
//!
//! A scan counts where it came in time, is no undo, and no undo of its session names it. So
//! neither a scan nor its undo counts, in whatever order they came, and a SKU of which all is
//! undone was not counted, instead of being counted as 0. Whether its session was discarded is for
//! the query to ask.
//!
//! Its SKU is its own, or else what its session says that its code is.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, Select,
    sea_query::{Alias, BinOper, Expr, ExprTrait, Func, Query, SimpleExpr},
};

use crate::entities::{count_codes, count_scans};

/// `=`, in words that no index serves. PostgreSQL's statistics know nothing of a session that
/// began after they were made: it would look for each scan's undo among all scans of the session
/// instead of by `undoes`, which took 41 s for 20,000 scans instead of 9 ms.
const SAME_SESSION: BinOper = BinOper::Custom("IS NOT DISTINCT FROM");

/// The scans that count, with what their sessions say that their codes are.
pub(in crate::counts) fn counted() -> Select<count_scans::Entity> {
    scans().filter(effective())
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

fn matches() -> RelationDef {
    count_scans::Entity::belongs_to(count_codes::Entity)
        .from((count_scans::Column::SessionId, count_scans::Column::Code))
        .to((count_codes::Column::SessionId, count_codes::Column::Code))
        .into()
}
