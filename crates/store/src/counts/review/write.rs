//! Writes decisions: the one that holds, and the history of all.

use onhand_domain::{
    Micros, PrincipalId, SkuId,
    count::{Decision, Reading},
};
use sea_orm::{DatabaseTransaction, EntityTrait, Set, sea_query::OnConflict};
use uuid::Uuid;

use crate::{
    StoreError,
    counts::LineFacts,
    entities::{count_decisions, count_lines},
    unit::Unit,
};

/// Rows of one statement: databases limit its parameters.
const ROWS_MAX: usize = 500;

/// A decision that is to be written.
pub(super) struct New<'a> {
    /// About which line.
    pub(super) facts: &'a LineFacts,
    /// What.
    pub(super) decision: Decision,
    /// Why, in somebody's words.
    pub(super) reason: Option<String>,
    /// By which rule.
    pub(super) rule: String,
    /// Who; none where the policy decides.
    pub(super) by: Option<PrincipalId>,
}

impl New<'_> {
    fn sku(&self) -> SkuId {
        self.facts.sku
    }

    /// The round that is meant: of the scans, or the next one.
    fn round(&self) -> i64 {
        let seen = self.facts.line.seen.as_ref().map(|seen| seen.round);
        match self.decision {
            Decision::Recount => seen.unwrap_or(1).saturating_add(1),
            Decision::Accept | Decision::Reject => seen.unwrap_or(1),
        }
    }

    /// Whether it completes what somebody else has begun.
    fn is_second(&self) -> bool {
        let held = self.facts.line.decision().filter(|held| !held.is_complete());
        self.decision == Decision::Accept && held.is_some_and(|held| held.by != self.by)
    }

    fn row(&self, unit: &Unit) -> count_lines::Model {
        let now = Some(unit.now.0);
        let by = self.by.map(|by| by.0);
        if let Some(row) = self.facts.row.as_ref().filter(|_| self.is_second()) {
            return count_lines::Model { second_by: by, second_at: now, ..row.clone() };
        }
        let reading = self.facts.reading();
        let known = self.facts.row.as_ref();
        count_lines::Model {
            count_id: Uuid::nil(),
            sku_id: self.sku().0,
            round: self.round(),
            decision: Some(self.decision.code().to_owned()),
            // A line keeps its id: a retry of its posting must find the very same.
            line_id: known.map_or_else(|| unit.next_id(), |row| row.line_id),
            counted: reading.map(|r| r.counted),
            counted_at: reading.map(|Reading { at: Micros(at), .. }| at),
            expected: reading.map(|r| r.expected.at_last),
            unit_value: self.facts.unit_value.map(|value| value.0),
            reason: self.reason.clone(),
            rule: self.rule.clone(),
            decided_by: by,
            decided_at: now,
            second_by: None,
            second_at: None,
            undone_by: None,
            undone_at: None,
        }
    }
}

/// Writes them, set by set.
pub(super) async fn decisions(
    unit: &Unit,
    count: onhand_domain::CountId,
    all: &[New<'_>],
) -> Result<(), StoreError> {
    for chunk in all.chunks(ROWS_MAX) {
        let rows =
            chunk.iter().map(|new| count_lines::Model { count_id: count.0, ..new.row(unit) });
        upsert(&unit.tx, rows.collect()).await?;
        let story = chunk.iter().map(|new| count_decisions::ActiveModel {
            id: Set(unit.next_id()),
            count_id: Set(count.0),
            sku_id: Set(new.sku().0),
            round: Set(new.round()),
            decision: Set(new.decision.code().to_owned()),
            reason: Set(new.reason.clone()),
            rule: Set(new.rule.clone()),
            decided_by: Set(new.by.map(|by| by.0)),
            decided_at: Set(unit.now.0),
        });
        count_decisions::Entity::insert_many(story).exec(&unit.tx).await?;
    }
    Ok(())
}

async fn upsert(tx: &DatabaseTransaction, rows: Vec<count_lines::Model>) -> Result<(), StoreError> {
    use count_lines::Column as C;
    let latest = OnConflict::columns([C::CountId, C::SkuId])
        .update_columns([
            C::Round,
            C::Decision,
            C::LineId,
            C::Counted,
            C::CountedAt,
            C::Expected,
            C::UnitValue,
            C::Reason,
            C::Rule,
            C::DecidedBy,
            C::DecidedAt,
            C::SecondBy,
            C::SecondAt,
        ])
        .to_owned();
    let rows = rows.into_iter().map(|row| {
        use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
        row.into_active_model().reset_all()
    });
    count_lines::Entity::insert_many(rows).on_conflict(latest).exec(tx).await?;
    Ok(())
}
