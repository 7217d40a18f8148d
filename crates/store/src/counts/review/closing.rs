//! Closing: all accepted lines are posted, or none.

use onhand_domain::{
    AnchorId, CountId, FacilityScope, PrincipalId,
    count::CountStatus,
    plan::{
        command::{Authority, Body, Closing, Command, Count as CountCommand, CountLine},
        outcome::{Outcome, Refusal},
    },
};

use super::{ReviewError, TRIES_MAX, judge, require_review};
use crate::{
    Store,
    counts::{
        CountLines, LineFacts,
        life::{commit, lock_count, touch},
    },
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
    /// counts, [`ReviewError::Ledger`] with what the ledger says: it is closed by somebody else,
    /// a line can't be posted.
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
                Some(Outcome::Refused(refusal)) => return Err(ReviewError::Ledger(refusal)),
                _ => return Err(ReviewError::Changed),
            }
        }
        Err(ReviewError::Changed)
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
