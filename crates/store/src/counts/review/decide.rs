//! People decide: line by line, or about all that a filter finds.

use std::collections::BTreeMap;

use onhand_domain::{
    CountId, FacilityScope, SkuId,
    count::{Decision, LineStatus, MayNot, Reviewed, Reviewer},
};

use super::{
    ReviewError, TRIES_MAX, require_review,
    write::{self, New},
};
use crate::{
    Store,
    counts::{
        CountLines, LineFacts,
        life::{commit, lock_count, touch},
    },
    unit::{By, Unit},
};

/// Most decisions of one call that names its lines.
pub const DECISIONS_MAX: usize = 1_000;

/// What somebody wants of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which line.
    pub sku: SkuId,
    /// What.
    pub decision: Decision,
    /// Why.
    pub reason: Option<String>,
}

/// Which lines.
pub enum Target<'a> {
    /// These.
    Named(&'a [Wish]),
    /// All that this finds, with the same decision about each.
    Found(Decision, Option<String>, &'a (dyn Fn(&CountLines, &LineFacts) -> bool + Sync)),
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The line stands like this now.
    Done(LineStatus),
    /// There is no such line.
    UnknownSku,
    /// Nobody has looked, so there is nothing to accept or to reject.
    NotCounted,
    /// Whoever rejects says why.
    ReasonMissing,
    /// Not by this person.
    MayNot(MayNot),
}

/// What came of all wishes, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisions {
    /// What came of each.
    pub results: Vec<(SkuId, Verdict)>,
    /// How many lines have a new decision.
    pub changed: usize,
}

impl Store {
    /// Decides about lines of a count in review. Each wish has its own answer; those that can be
    /// done are done together.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`](super::CountRefusal::Unknown), `Status` where it is not in
    /// review.
    pub async fn decide_count_lines(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        reviewer: &Reviewer,
        target: &Target<'_>,
    ) -> Result<Decisions, ReviewError> {
        for _ in 0..TRIES_MAX {
            let all = self.lines_or_unknown(scope, id).await?;
            require_review(all.count.status)?;
            let wishes = wishes(&all, target);
            let (verdicts, new) = weigh(&all, reviewer, by, &wishes);
            if new.is_empty() {
                return Ok(Decisions { results: verdicts, changed: 0 });
            }
            let unit = Unit::begin(self, by).await?;
            let mut count = lock_count(&unit.tx, scope, id).await?;
            // Somebody else has decided since.
            if count.version != all.count.version {
                continue;
            }
            write::decisions(&unit, id, &new).await?;
            touch(&unit.tx, &mut count).await?;
            let what = format!("{} lines decided", new.len());
            commit(unit, &count, &what).await?;
            return Ok(Decisions { changed: new.len(), results: verdicts });
        }
        Err(ReviewError::Changed)
    }
}

fn wishes(all: &CountLines, target: &Target<'_>) -> Vec<Wish> {
    match target {
        // Of two about one line the last word counts, as it would in two calls.
        Target::Named(wishes) => wishes.to_vec(),
        Target::Found(decision, reason, finds) => all
            .lines
            .iter()
            .filter(|facts| finds(all, facts))
            .map(|facts| Wish { sku: facts.sku, decision: *decision, reason: reason.clone() })
            .collect(),
    }
}

fn weigh<'a>(
    all: &'a CountLines,
    reviewer: &Reviewer,
    by: &By,
    wishes: &[Wish],
) -> (Vec<(SkuId, Verdict)>, Vec<New<'a>>) {
    let mut new: BTreeMap<SkuId, New<'a>> = BTreeMap::new();
    let mut verdicts = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let verdict = match all.of(wish.sku) {
            None => Verdict::UnknownSku,
            Some(facts) => weigh_one(all, facts, reviewer, wish).unwrap_or_else(|| {
                let (decision, reason) = (wish.decision, wish.reason.clone());
                let (rule, by) = (by.rule.clone(), Some(reviewer.id));
                new.insert(wish.sku, New { facts, decision, reason, rule, by });
                Verdict::Done(status_after(all, facts, wish.decision))
            }),
        };
        verdicts.push((wish.sku, verdict));
    }
    (verdicts, new.into_values().collect())
}

/// What stands against it, or that nothing would change; none where it is to be done.
fn weigh_one(
    all: &CountLines,
    facts: &LineFacts,
    reviewer: &Reviewer,
    wish: &Wish,
) -> Option<Verdict> {
    let status = facts.status();
    let counted = facts.reading().filter(|reading| reading.counted >= 0);
    if counted.is_none() && wish.decision != Decision::Recount {
        return Some(Verdict::NotCounted);
    }
    if wish.decision == Decision::Reject && wish.reason.is_none() {
        return Some(Verdict::ReasonMissing);
    }
    let unchanged = match wish.decision {
        // Where the record may have been right there is nothing to post.
        Decision::Accept => {
            status == LineStatus::Accepted || counted.is_some_and(|r| r.may_be_right())
        }
        Decision::Reject => status == LineStatus::Rejected,
        Decision::Recount => status == LineStatus::Recount,
    };
    if unchanged {
        return Some(Verdict::Done(status));
    }
    let (line, unit_value) = (&facts.line, facts.unit_value);
    let about = Reviewed { line, unit_value, counters: &facts.counters };
    let may_not = all.policy.policy.may_not(reviewer, &about, wish.decision);
    may_not.map(Verdict::MayNot)
}

fn status_after(all: &CountLines, facts: &LineFacts, decision: Decision) -> LineStatus {
    use onhand_domain::count::Needs;
    match decision {
        Decision::Reject => LineStatus::Rejected,
        Decision::Recount => LineStatus::Recount,
        Decision::Accept => {
            let takes_two = all.policy.policy.needs(facts.value()) == Needs::Two;
            let is_second = facts
                .line
                .decision()
                .is_some_and(|held| held.decision == Decision::Accept && !held.is_complete());
            match (takes_two && !is_second, facts.line.listed) {
                (false, _) => LineStatus::Accepted,
                (true, true) => LineStatus::Counted,
                (true, false) => LineStatus::Unlisted,
            }
        }
    }
}
