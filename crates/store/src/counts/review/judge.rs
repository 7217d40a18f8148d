//! The policy decides what needs nobody.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    Micros, Money, PrincipalId,
    count::{Case, Decision, Verdict},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait as _, JoinType, QueryFilter,
    QuerySelect, RelationDef, sea_query::Expr,
};
use uuid::Uuid;

use super::write::{self, New};
use crate::{
    Store, StoreError,
    counts::{CountLines, LineFacts, scans::effective},
    entities::{count_lines, count_scans, count_sessions, counts},
    unit::Unit,
};

/// Whether the policy has anything to say: most submissions and closings come after one that has.
pub(super) fn has_work(all: &CountLines) -> bool {
    all.lines.iter().any(is_open_to_policy)
}

fn is_open_to_policy(facts: &LineFacts) -> bool {
    facts.line.decision().is_none()
        && facts.line.in_ledger.is_none()
        && facts.reading().is_some_and(|reading| !reading.may_be_right())
}

/// Lets the policy decide about every line that nobody has decided about. Says how many it did.
pub(super) async fn judge(
    store: &Store,
    unit: &Unit,
    all: &CountLines,
) -> Result<usize, StoreError> {
    let mut passed = passed_today(store, &unit.tx, all, unit.now).await?;
    let mut decided = Vec::new();
    for facts in all.lines.iter().filter(|facts| is_open_to_policy(facts)) {
        let Some((decision, words)) = verdict(all, facts, &mut passed) else { continue };
        let rule = all.policy.rule(&words);
        decided.push(New { facts, decision, reason: None, rule, by: None });
    }
    write::decisions(unit, all.count.id, &decided).await?;
    Ok(decided.len())
}

fn verdict(
    all: &CountLines,
    facts: &LineFacts,
    passed: &mut BTreeMap<PrincipalId, Money>,
) -> Option<(Decision, String)> {
    let (seen, reading) = (facts.line.seen.as_ref()?, facts.reading()?);
    let of = |by: &PrincipalId| passed.get(by).copied().unwrap_or_default();
    let case = Case {
        seen,
        reading,
        unit_value: facts.unit_value,
        listed: facts.line.listed,
        partial: all.is_partial(),
        passed_today: facts.counters.iter().map(of).max().unwrap_or_default(),
    };
    match all.policy.policy.judge(&case) {
        Verdict::Accept(words) => {
            for by in &facts.counters {
                let sum = passed.entry(*by).or_default();
                *sum = sum.saturating_add(Money(facts.at_stake()));
            }
            Some((Decision::Accept, words))
        }
        Verdict::Recount(words) => Some((Decision::Recount, words)),
        Verdict::Review => None,
    }
}

/// What lines of these counters have come to on this day of the facility, accepted by themselves.
async fn passed_today(
    store: &Store,
    tx: &DatabaseTransaction,
    all: &CountLines,
    now: Micros,
) -> Result<BTreeMap<PrincipalId, Money>, StoreError> {
    use count_lines::Column as L;
    let sites = store.sites(&BTreeSet::from([all.count.facility])).await?;
    let midnight = sites.get(&all.count.facility).map_or(now, |site| site.midnight(now));
    let of_count: RelationDef = count_lines::Entity::belongs_to(counts::Entity)
        .from(L::CountId)
        .to(counts::Column::Id)
        .into();
    let differing: Vec<(Uuid, Uuid, i64, i64, i64)> = count_lines::Entity::find()
        .select_only()
        .columns([L::CountId, L::SkuId, L::Counted, L::Expected, L::UnitValue])
        .join(JoinType::InnerJoin, of_count)
        .filter(counts::Column::FacilityId.eq(all.count.facility.0))
        .filter(L::Decision.eq(Decision::Accept.code()))
        .filter(L::DecidedBy.is_null())
        .filter(L::DecidedAt.gte(midnight.0))
        .filter(Expr::col((count_lines::Entity, L::Counted)).ne(Expr::col(L::Expected)))
        .filter(L::UnitValue.is_not_null())
        .into_tuple()
        .all(tx)
        .await?;
    let mut passed: BTreeMap<PrincipalId, Money> = BTreeMap::new();
    if differing.is_empty() {
        return Ok(passed);
    }
    let worth: BTreeMap<(Uuid, Uuid), Money> = differing
        .into_iter()
        .map(|(count, sku, counted, expected, unit)| {
            let value = unit.saturating_mul(counted.saturating_sub(expected)).saturating_abs();
            ((count, sku), Money(value))
        })
        .collect();
    for (count, sku, counter) in counters(tx, worth.keys().map(|(count, _)| *count)).await? {
        if let Some(value) = worth.get(&(count, sku)) {
            let sum = passed.entry(PrincipalId(counter)).or_default();
            *sum = sum.saturating_add(*value);
        }
    }
    Ok(passed)
}

/// Who has counted which SKU in these counts.
async fn counters(
    tx: &DatabaseTransaction,
    of: impl Iterator<Item = Uuid>,
) -> Result<Vec<(Uuid, Uuid, Uuid)>, StoreError> {
    let of: Vec<Uuid> = of.collect::<BTreeSet<_>>().into_iter().collect();
    Ok(effective::of_counts(&of)
        .column(count_scans::Column::CountId)
        .expr_as(effective::sku(), "sku_id")
        .column(count_sessions::Column::CounterId)
        .distinct()
        .filter(effective::sku().is_not_null())
        .into_tuple()
        .all(tx)
        .await?)
}
