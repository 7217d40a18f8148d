//! Closing: all accepted lines are posted, or none.

use onhand_domain::{
    AnchorId, CountId, FacilityScope, Micros, PrincipalId, SkuId,
    count::CountStatus,
    plan::{
        command::{Authority, Body, Closing, Command, Count as CountCommand, CountLine},
        outcome::{Outcome, Refusal},
    },
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef};

use super::{CountedTwice, ReviewError, TRIES_MAX, judge, require_review};
use crate::{
    Store, StoreError,
    counts::{
        CountLines, LineFacts,
        life::{commit, lock_count, touch},
    },
    entities::{anchors, count_lines, counts},
    unit::{By, Unit},
};

/// How a count was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedBy {
    /// By whom: the caller, now or before.
    pub who: PrincipalId,
    /// How many lines made a movement, this time.
    pub movements: usize,
}

impl Store {
    /// Closes a count: what was accepted is posted in one transaction with the work order's end.
    /// The same person again gets the same answer; of many at once, one closes it.
    ///
    /// # Errors
    /// [`ReviewError::Undecided`] while lines wait, [`ReviewError::SessionsOpen`] while somebody
    /// counts, [`ReviewError::CountedTwice`] where another count has a line's moment,
    /// [`ReviewError::Ledger`] with what else the ledger says: it is closed by somebody else, a
    /// line can't be posted.
    pub async fn close_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        authority: &Authority,
    ) -> Result<ClosedBy, ReviewError> {
        for _ in 0..TRIES_MAX {
            let all = self.lines_or_unknown(scope, id).await?;
            // Whose retry it is the ledger knows.
            if all.count.status != CountStatus::Closed {
                require_review(all.count.status)?;
                if all.open_sessions > 0 {
                    return Err(ReviewError::SessionsOpen(all.open_sessions));
                }
                if judge::has_work(&all) && self.let_policy_decide(by, scope, &all).await? {
                    continue;
                }
                let undecided = all.lines.iter().filter(|facts| facts.line.blocks()).count();
                if undecided > 0 {
                    return Err(ReviewError::Undecided(undecided));
                }
            }
            let command = command(&all, authority);
            match self.post(vec![command]).await?.pop() {
                Some(Outcome::Posted(posted)) => {
                    let movements = posted.movements.len();
                    return Ok(ClosedBy { who: authority.actor, movements });
                }
                Some(Outcome::Refused(Refusal::CountChanged)) => {}
                Some(Outcome::Refused(Refusal::CountedTwice(other))) => {
                    return Err(self.counted_twice(&all, other).await?);
                }
                Some(Outcome::Refused(refusal)) => return Err(ReviewError::Ledger(refusal)),
                _ => return Err(ReviewError::Changed),
            }
        }
        Err(ReviewError::Changed)
    }

    /// Which line the ledger means that refused `other`'s moment, and what to do about it.
    async fn counted_twice(
        &self,
        all: &CountLines,
        other: AnchorId,
    ) -> Result<ReviewError, StoreError> {
        let db = self.reader();
        let anchor = anchors::Entity::find_by_id(other.0).one(&db).await?;
        let found = anchor.and_then(|row| Some((all.of(SkuId(row.sku_id))?, row)));
        let Some((facts, anchor)) = found else {
            return Ok(ReviewError::Ledger(Refusal::CountedTwice(other)));
        };
        let line: RelationDef = counts::Entity::belongs_to(count_lines::Entity)
            .from(counts::Column::Id)
            .to(count_lines::Column::CountId)
            .into();
        let of = counts::Entity::find()
            .join(JoinType::InnerJoin, line)
            .filter(count_lines::Column::LineId.eq(other.0))
            .one(&db)
            .await?;
        Ok(ReviewError::CountedTwice(Box::new(CountedTwice {
            sku: facts.sku,
            title: facts.title.clone(),
            at: Micros(anchor.effective_at),
            other: of.map(|row| (CountId(row.id), row.name)),
        })))
    }

    /// Whether the policy has decided anything, so that the lines must be read again.
    async fn let_policy_decide(
        &self,
        by: &By,
        scope: &FacilityScope,
        all: &CountLines,
    ) -> Result<bool, ReviewError> {
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, all.count.id).await?;
        if count.version != all.count.version {
            return Ok(true);
        }
        let decided = judge::judge(self, &unit, all).await?;
        if decided == 0 {
            return Ok(false);
        }
        touch(&unit.tx, &mut count).await?;
        commit(unit, &count, &format!("{decided} lines decided by the policy")).await?;
        Ok(true)
    }
}

fn command(all: &CountLines, authority: &Authority) -> Command {
    let to_post = all.lines.iter().filter(|facts| facts.line.is_to_post());
    let closes = Some(Closing { count: all.count.id, version: all.count.version });
    let lines = to_post.filter_map(line).collect();
    let body = Body::Count(CountCommand { facility: all.count.facility, closes, lines });
    Command { authority: authority.clone(), body }
}

fn line(facts: &LineFacts) -> Option<CountLine> {
    let (row, reading) = (facts.row.as_ref()?, facts.reading()?);
    let id = AnchorId(row.line_id);
    Some(CountLine { id, sku: facts.sku, counted: reading.counted, at: reading.at })
}
