//! Variances and their sums.

use std::collections::BTreeMap;

use onhand_domain::{FacilityScope, Money, MovementKind, Place};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, ExprTrait},
};

use super::movements::{MovementFilter, condition};
use crate::{Store, StoreError, entities::movements};

/// What variances with one reason come to. What was undone counts back, in the time of the undo:
/// a month that is closed does not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasonTotal {
    /// The reason's code.
    pub reason: String,
    /// What people read.
    pub label: String,
    /// Variances, less those that were undone.
    pub count: i64,
    /// Good units that became fewer.
    pub units_lost: i64,
    /// Good units that became more.
    pub units_gained: i64,
    /// What the lost ones were worth, where that is known.
    pub value_lost: Money,
    /// What the gained ones are worth, where that is known.
    pub value_gained: Money,
}

/// Rows that are worth the same and go the same way, added up by the database. Multiplied here:
/// a product of two large numbers overflows in one database and loses digits in the other.
#[derive(FromQueryResult)]
struct Group {
    reason: String,
    kind: String,
    from_place: String,
    unit_cost: Option<i64>,
    movements: i64,
    units: i64,
}

impl Store {
    /// What variances come to, by reason, the most value lost first. The filter's `variances` is
    /// taken as set.
    pub async fn variance_totals(
        &self,
        scope: &FacilityScope,
        filter: &MovementFilter,
    ) -> Result<Vec<ReasonTotal>, StoreError> {
        use movements::Column as C;
        let filter = MovementFilter { variances: true, ..filter.clone() };
        let groups: Vec<Group> = movements::Entity::find()
            .select_only()
            .columns([C::Reason, C::Kind, C::FromPlace, C::UnitCost])
            .column_as(C::Id.count(), "movements")
            .column_as(C::Quantity.sum().cast_as(Alias::new("BIGINT")), "units")
            .filter(condition(scope, &filter))
            .group_by(C::Reason)
            .group_by(C::Kind)
            .group_by(C::FromPlace)
            .group_by(C::UnitCost)
            .into_model()
            .all(&self.reader())
            .await?;
        let mut totals: BTreeMap<String, ReasonTotal> = BTreeMap::new();
        for group in groups {
            let total = totals.entry(group.reason.clone()).or_default();
            add(total, &group);
        }
        let labels = self.reasons_by_code(&totals.keys().cloned().collect()).await?;
        let mut totals: Vec<ReasonTotal> = totals
            .into_iter()
            .map(|(reason, total)| {
                let label = labels.get(&reason).map_or(reason.clone(), |r| r.label.clone());
                ReasonTotal { reason, label, ..total }
            })
            .collect();
        totals.sort_by_key(|t| (std::cmp::Reverse(t.value_lost), t.reason.clone()));
        Ok(totals)
    }

    /// How many variances and reversals the filter finds.
    pub async fn count_variances(
        &self,
        scope: &FacilityScope,
        filter: &MovementFilter,
    ) -> Result<u64, StoreError> {
        let filter = MovementFilter { variances: true, ..filter.clone() };
        let found = movements::Entity::find().filter(condition(scope, &filter));
        Ok(found.count(&self.reader()).await?)
    }
}

fn add(total: &mut ReasonTotal, group: &Group) {
    let undone = group.kind == MovementKind::Reversal.code();
    let leaves = group.from_place == Place::Available.code();
    let sign = if undone { -1 } else { 1 };
    let units = group.units.saturating_mul(sign);
    let value = Money(group.unit_cost.unwrap_or_default().saturating_mul(units));
    total.count = total.count.saturating_add(group.movements.saturating_mul(sign));
    // The reversal of a loss goes back to available.
    let lost = if undone { !leaves } else { leaves };
    if lost {
        total.units_lost = total.units_lost.saturating_add(units);
        total.value_lost = total.value_lost.saturating_add(value);
    } else {
        total.units_gained = total.units_gained.saturating_add(units);
        total.value_gained = total.value_gained.saturating_add(value);
    }
}
