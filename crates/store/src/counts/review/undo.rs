//! Lines of a closed count are taken back.

use std::collections::BTreeSet;

use onhand_domain::{
    AnchorId, CountId, FacilityScope, MovementId, SkuId,
    count::{CountStatus, LineStatus, Step},
    plan::{
        command::{Authority, Body, Command, UndoCount, UndoLine},
        outcome::Outcome,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::ReviewError;
use crate::{
    Store, StoreError,
    counts::{
        CountRefusal, LineFacts,
        life::{commit, lock_count, step},
    },
    entities::{count_lines, count_steps, movements},
    unit::{By, Unit},
};

/// Rows of one statement: databases limit its parameters.
const ROWS_MAX: usize = 5_000;

/// A line that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Which.
    pub sku: SkuId,
    /// The reversal of its movement; none where the line had found no difference.
    pub movement: Option<MovementId>,
}

impl Store {
    /// Takes lines of a closed count back, or all of them: as if they had not been counted. One
    /// that was taken back before stays so, and is answered the same way.
    ///
    /// The ledger decides and writes; who did it is noted with the lines after it, and again by
    /// the next retry where that was interrupted.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`], [`CountRefusal::Status`] where it is not closed,
    /// [`ReviewError::Ledger`] where the ledger refuses: above the limits, below zero.
    pub async fn undo_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        only: Option<&BTreeSet<SkuId>>,
        (authority, note): (&Authority, Option<&str>),
    ) -> Result<Vec<Undone>, ReviewError> {
        let all = self.lines_or_unknown(scope, id).await?;
        if all.count.status != CountStatus::Closed {
            let remedy = "nothing is posted yet: reject the line instead";
            return Err(CountRefusal::not_now(all.count.status, remedy).into());
        }
        let posted: Vec<&LineFacts> = all
            .lines
            .iter()
            .filter(|facts| matches!(facts.status(), LineStatus::Posted | LineStatus::Undone))
            .filter(|facts| only.is_none_or(|only| only.contains(&facts.sku)))
            .collect();
        let lines: Vec<UndoLine> = posted.iter().filter_map(|facts| line(facts)).collect();
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let note = note.map(str::to_owned);
        let undo = UndoCount { facility: all.count.facility, lines, note: note.clone() };
        let command = Command { authority: authority.clone(), body: Body::UndoCount(undo) };
        match self.post(vec![command]).await?.pop() {
            Some(Outcome::Posted(_)) => {}
            Some(Outcome::Refused(refusal)) => return Err(ReviewError::Ledger(refusal)),
            _ => return Err(ReviewError::Changed),
        }
        self.note_undo(by, scope, id, &posted, note.as_deref()).await?;
        self.reversals(&posted).await
    }

    /// What was written for each line; for one that had posted nothing, nothing.
    async fn reversals(&self, lines: &[&LineFacts]) -> Result<Vec<Undone>, ReviewError> {
        let reversal = |facts: &LineFacts| {
            Some(MovementId::derived(facts.row.as_ref()?.line_id, "undo_count", 0))
        };
        let ids: Vec<Uuid> = lines.iter().filter_map(|facts| Some(reversal(facts)?.0)).collect();
        let mut there = BTreeSet::new();
        for chunk in ids.chunks(ROWS_MAX) {
            let found: Vec<Uuid> = movements::Entity::find()
                .select_only()
                .column(movements::Column::Id)
                .filter(movements::Column::Id.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.reader())
                .await?;
            there.extend(found);
        }
        let undone = |facts: &&LineFacts| {
            let movement = reversal(facts).filter(|id| there.contains(&id.0));
            Undone { sku: facts.sku, movement }
        };
        Ok(lines.iter().map(undone).collect())
    }

    async fn note_undo(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        posted: &[&LineFacts],
        note: Option<&str>,
    ) -> Result<(), ReviewError> {
        use count_lines::Column as C;
        let noted =
            |facts: &&&LineFacts| facts.row.as_ref().is_some_and(|row| row.undone_at.is_none());
        let new: Vec<Uuid> = posted.iter().filter(noted).map(|facts| facts.sku.0).collect();
        if new.is_empty() {
            return Ok(());
        }
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, id).await?;
        for chunk in new.chunks(ROWS_MAX) {
            count_lines::Entity::update_many()
                .col_expr(C::UndoneBy, Expr::value(Some(unit.by.actor.0)))
                .col_expr(C::UndoneAt, Expr::value(Some(unit.now.0)))
                .filter(C::CountId.eq(id.0))
                .filter(C::SkuId.is_in(chunk.iter().copied()))
                .filter(C::UndoneAt.is_null())
                .exec(&unit.tx)
                .await?;
        }
        step(&unit, &mut count, Step::Undo, note).await?;
        commit(unit, &count, &format!("{} lines undone", new.len())).await?;
        Ok(())
    }

    /// How often something happened to a count.
    pub async fn count_steps(&self, id: CountId) -> Result<Vec<count_steps::Model>, StoreError> {
        use sea_orm::QueryOrder as _;
        Ok(count_steps::Entity::find()
            .filter(count_steps::Column::CountId.eq(id.0))
            .order_by_asc(count_steps::Column::At)
            .all(&self.reader())
            .await?)
    }
}

fn line(facts: &LineFacts) -> Option<UndoLine> {
    let (row, reading) = (facts.row.as_ref()?, facts.reading()?);
    Some(UndoLine { id: AnchorId(row.line_id), sku: facts.sku, at: reading.at })
}
