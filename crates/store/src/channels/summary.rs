//! How a shop stands, at a glance.

use std::collections::BTreeMap;

use onhand_domain::{
    ChannelId, Micros,
    channel::{ItemProblem, LaneStatus, PushStatus, Urgency},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::rows::word;
use crate::{Store, StoreError};

/// What is called "of late".
const LATELY_MICROS: i64 = 60 * 60 * Micros::SECOND;
/// Most settled pushes that delays are told of, the newest.
const SETTLED_LOOKED_AT_MAX: i64 = 10_000;

/// How a shop stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelSummary {
    /// Movements that were not looked at yet.
    pub behind: i64,
    /// Changes that wait to be sent, by urgency.
    pub pending: BTreeMap<Urgency, i64>,
    /// Changes that were sent, with no answer yet.
    pub sending: i64,
    /// Changes that wait for a person because of their size.
    pub held: i64,
    /// Changes that the shop refused, and which wait for a person.
    pub rejected: i64,
    /// When the oldest of all these was recorded.
    pub oldest: Option<Micros>,
    /// Changes that were settled within the last hour, at most ten thousand.
    pub settled: u64,
    /// Half of these took no longer from the ledger to the shop, in microseconds.
    pub median: Option<i64>,
    /// Of these, 99 in 100 took no longer.
    pub p99: Option<i64>,
    /// Lanes, by whether they take part.
    pub lanes: BTreeMap<LaneStatus, i64>,
    /// Items that are a SKU.
    pub items: i64,
    /// Of these, those that do not take part yet.
    pub items_not_live: i64,
    /// Items of which nothing is told, by why.
    pub problems: BTreeMap<ItemProblem, i64>,
}

#[derive(FromQueryResult)]
struct Open {
    status: String,
    urgency: i64,
    number: i64,
    oldest: i64,
}

const OPEN: &str = "
    SELECT status, urgency, COUNT(*) AS number, MIN(recorded_at) AS oldest FROM channel_pushes
    WHERE channel_id = $1 AND settled_at IS NULL GROUP BY status, urgency";

const BEHIND: &str = "
    SELECT CAST(COALESCE(SUM(h.seq - k.seq), 0) AS BIGINT) AS number FROM channel_cursors k
    JOIN ledger_heads h ON h.facility_id = k.facility_id AND h.seq > k.seq
    WHERE k.channel_id = $1";

const DELAYS: &str = "
    SELECT settled_at - recorded_at AS number FROM channel_pushes
    WHERE channel_id = $1 AND settled_at >= $2 AND status <> 'skipped' AND movement_id IS NOT NULL
    ORDER BY settled_at DESC LIMIT $3";

#[derive(FromQueryResult)]
struct Grouped {
    word: Option<String>,
    live: bool,
    number: i64,
}

const LANES: &str = "
    SELECT status AS word, TRUE AS live, COUNT(*) AS number FROM channel_lanes
    WHERE channel_id = $1 GROUP BY status";

const ITEMS: &str = "
    SELECT problem AS word, live, COUNT(*) AS number FROM channel_items
    WHERE channel_id = $1 GROUP BY problem, live";

impl Store {
    /// How a shop stands.
    pub async fn channel_summary(&self, id: ChannelId) -> Result<ChannelSummary, StoreError> {
        let db = self.reader();
        let ask = |sql: &str, more: &[i64]| {
            let values = std::iter::once(id.0.into()).chain(more.iter().map(|n| (*n).into()));
            Statement::from_sql_and_values(db.get_database_backend(), sql, values)
        };
        let mut summary = ChannelSummary::default();
        for open in Open::find_by_statement(ask(OPEN, &[])).all(&db).await? {
            summary.add(&open)?;
        }
        if let Some(row) = db.query_one_raw(ask(BEHIND, &[])).await? {
            summary.behind = row.try_get("", "number")?;
        }
        let since = self.clock().now().plus(-LATELY_MICROS);
        let delays = ask(DELAYS, &[since.0, SETTLED_LOOKED_AT_MAX]);
        let rows = db.query_all_raw(delays).await?;
        let delays: Result<Vec<i64>, _> =
            rows.iter().map(|row| row.try_get("", "number")).collect();
        summary.tell_delays(delays?);
        for row in Grouped::find_by_statement(ask(LANES, &[])).all(&db).await? {
            let status =
                word("channel_lanes", LaneStatus::from_code, &row.word.unwrap_or_default());
            summary.lanes.insert(status?, row.number);
        }
        for row in Grouped::find_by_statement(ask(ITEMS, &[])).all(&db).await? {
            match row.word {
                None => {
                    summary.items = summary.items.saturating_add(row.number);
                    if !row.live {
                        summary.items_not_live = row.number;
                    }
                }
                Some(code) => {
                    let problem = word("channel_items", ItemProblem::from_code, &code)?;
                    let number = summary.problems.entry(problem).or_default();
                    *number = number.saturating_add(row.number);
                }
            }
        }
        Ok(summary)
    }
}

impl ChannelSummary {
    fn add(&mut self, open: &Open) -> Result<(), StoreError> {
        let table = "channel_pushes";
        let number = match word(table, PushStatus::from_code, &open.status)? {
            PushStatus::Pending => {
                let urgency = Urgency::from_rank(open.urgency).unwrap_or(Urgency::Rise);
                self.pending.entry(urgency).or_default()
            }
            PushStatus::Sending => &mut self.sending,
            PushStatus::Held => &mut self.held,
            PushStatus::Rejected => &mut self.rejected,
            PushStatus::Confirmed | PushStatus::NoOp | PushStatus::Skipped => return Ok(()),
        };
        *number = number.saturating_add(open.number);
        let oldest = Micros(open.oldest);
        self.oldest = Some(self.oldest.map_or(oldest, |before| before.min(oldest)));
        Ok(())
    }

    fn tell_delays(&mut self, mut delays: Vec<i64>) {
        delays.sort_unstable();
        self.settled = delays.len() as u64;
        let at = |hundredths: usize| {
            let rank = (delays.len().saturating_mul(hundredths)).div_ceil(100);
            delays.get(rank.checked_sub(1)?).copied()
        };
        (self.median, self.p99) = (at(50), at(99));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_ranked() {
        let told = |delays: Vec<i64>| {
            let mut summary = ChannelSummary::default();
            summary.tell_delays(delays);
            (summary.median, summary.p99)
        };
        assert_eq!(told(Vec::new()), (None, None));
        assert_eq!(told(vec![7]), (Some(7), Some(7)));
        assert_eq!(told((1..=200).rev().collect()), (Some(100), Some(198)));
    }
}
