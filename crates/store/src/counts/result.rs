//! What a count has found: how right the record was, by whom, and what it came to.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    PrincipalId,
    count::{Group, LineStatus, Reading, Share, right_share},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    ReviewError,
    lines::{CountLines, LineFacts},
};
use crate::{Store, entities::movements};

/// Ids that one query asks for: databases limit a statement's parameters.
const IDS_MAX: usize = 5_000;

/// Units and value of some lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many lines differ.
    pub lines: usize,
    /// Units that are missing.
    pub units_lost: i64,
    /// Units that turned up.
    pub units_gained: i64,
    /// What the missing ones were worth.
    pub value_lost: i128,
    /// What the surplus ones are worth.
    pub value_gained: i128,
}

impl Totals {
    fn add(&mut self, reading: Reading, facts: &LineFacts) {
        let (variance, value) = (reading.variance(), i128::from(facts.at_stake()));
        if variance < 0 {
            self.units_lost = self.units_lost.saturating_sub(variance);
            self.value_lost += value;
        } else {
            self.units_gained = self.units_gained.saturating_add(variance);
            self.value_gained += value;
        }
        self.lines += usize::from(variance != 0);
    }
}

/// How right the record was, over the lines that were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// Of how many lines it was exactly right, or may have been.
    pub exact: Option<Share>,
    /// Of how many it was right enough.
    pub within_tolerance: Option<f64>,
    /// 1 − Σ|V| × value / Σ B × value: errors don't offset each other.
    pub gross_value: Option<f64>,
    /// 1 − |Σ V × value| / Σ B × value: they do. Never to be shown alone.
    pub net_value: Option<f64>,
}

/// What a count has found.
#[derive(Clone, Debug, Default)]
pub struct CountResult {
    /// Lines that were counted.
    pub lines: usize,
    /// Lines that are in the ledger.
    pub posted: usize,
    /// Lines that were taken back.
    pub undone: usize,
    /// What is posted.
    pub totals: Totals,
    /// How right the record was.
    pub accuracy: Accuracy,
    /// What is posted, by what the reviewer wrote; the policy's lines under its rule.
    pub by_reason: BTreeMap<String, Totals>,
    /// Lines by who counted them, and how many of these the record had right.
    pub by_counter: BTreeMap<PrincipalId, (usize, usize)>,
    /// Who decided.
    pub reviewers: BTreeSet<PrincipalId>,
    /// Movements that corrected posted lines since.
    pub late_corrections: u64,
}

impl Store {
    /// What a count has found so far; once it is closed, with what was learned since.
    pub async fn count_result(&self, all: &CountLines) -> Result<CountResult, ReviewError> {
        let mut result = tally(all);
        let posted = all.lines.iter().filter(|facts| facts.line.in_ledger.is_some());
        let ids: Vec<_> = posted.filter_map(|facts| Some(facts.row.as_ref()?.line_id)).collect();
        for chunk in ids.chunks(IDS_MAX) {
            let corrections = movements::Entity::find()
                .filter(movements::Column::FacilityId.eq(all.count.facility.0))
                .filter(movements::Column::Corrects.is_in(chunk.iter().copied()));
            result.late_corrections += corrections.count(&self.reader()).await?;
        }
        Ok(result)
    }
}

/// Sums of the lines that were counted, for what is right in value.
#[derive(Default)]
struct Worth {
    book: i128,
    gross: i128,
    net: i128,
}

fn tally(all: &CountLines) -> CountResult {
    let mut result = CountResult::default();
    let (mut exact, mut tolerated, mut worth) = (0, 0, Worth::default());
    for facts in &all.lines {
        let (Some(seen), Some(reading)) = (facts.line.seen.as_ref(), facts.reading()) else {
            continue;
        };
        result.lines += 1;
        let group = all.policy.policy.group(seen, reading, facts.unit_value);
        let right = group == Group::Consistent;
        exact += u64::from(right);
        tolerated += u64::from(all.policy.policy.tolerates(reading));
        add_worth(&mut worth, reading, facts, right);
        for counter in &facts.counters {
            let (lines, rights) = result.by_counter.entry(*counter).or_default();
            *lines += 1;
            *rights += usize::from(right);
        }
        add_decision(&mut result, reading, facts);
    }
    let lines = result.lines as u64;
    result.accuracy = Accuracy {
        exact: Share::wilson(exact, lines),
        within_tolerance: Share::wilson(tolerated, lines).map(|share| share.share),
        gross_value: right_share(worth.gross, worth.book),
        net_value: right_share(worth.net.abs(), worth.book),
    };
    result
}

fn add_worth(worth: &mut Worth, reading: Reading, facts: &LineFacts, right: bool) {
    let Some(unit) = facts.unit_value else { return };
    let unit = i128::from(unit.0);
    worth.book += unit * i128::from(reading.expected.at_last.max(0));
    if !right {
        worth.gross += unit * i128::from(reading.variance().saturating_abs());
        worth.net += unit * i128::from(reading.variance());
    }
}

fn add_decision(result: &mut CountResult, reading: Reading, facts: &LineFacts) {
    let Some(row) = facts.row.as_ref() else { return };
    let people = [row.decided_by, row.second_by].into_iter().flatten();
    result.reviewers.extend(people.map(PrincipalId));
    match facts.status() {
        LineStatus::Undone => result.undone += 1,
        LineStatus::Posted => {
            result.posted += 1;
            result.totals.add(reading, facts);
            if reading.variance() != 0 {
                let reason = row.reason.clone().unwrap_or_else(|| match row.decided_by {
                    Some(_) => String::new(),
                    None => row.rule.clone(),
                });
                result.by_reason.entry(reason).or_default().add(reading, facts);
            }
        }
        _ => {}
    }
}
