//! Reads of everything at once, which the shop does by itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use onhand_domain::Micros;
use onhand_domain::channel::Has;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{Id, PlainError, Quantity, ReadError, accepted};
use crate::call::AVAILABLE;
use crate::client::Shop;
use crate::documents;

/// How long a shop may take to read itself.
pub const BULK_MAX: Duration = Duration::from_hours(1);
/// How often it is asked at first how far it is…
const POLL_FIRST: Duration = Duration::from_millis(200);
/// …and after a while.
const POLL_MAX: Duration = Duration::from_secs(10);
/// How often its result is fetched, at most.
const FETCHES_MAX: u32 = 3;
/// Most levels that are kept of one reading.
const LEVELS_MAX: usize = 2_000_000;

/// How far a bulk operation is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Bulk {
    /// Its global id.
    pub id: String,
    /// Where it stands.
    pub status: BulkStatus,
    /// Why it failed.
    #[serde(default)]
    pub error_code: Option<String>,
    /// How many lines its result has.
    #[serde(default)]
    pub object_count: Option<String>,
    /// Where its result is, once it is complete; none if there is nothing in it.
    #[serde(default)]
    pub url: Option<String>,
    /// Where the part is that a failed one had read.
    #[serde(default)]
    pub partial_data_url: Option<String>,
}

/// Where a bulk operation stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BulkStatus {
    /// Waits.
    Created,
    /// Reads.
    Running,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// Being cancelled.
    Canceling,
    /// Cancelled.
    Canceled,
    /// Its result is no longer kept.
    Expired,
    /// Something that came after this program.
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct Run<'a> {
    query: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Runs {
    bulk_operation_run_query: Started,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    bulk_operation: Option<Bulk>,
    user_errors: Vec<PlainError>,
}

#[derive(Serialize)]
struct Poll<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Polled {
    bulk_operation: Option<Bulk>,
}

impl Shop {
    /// Has the shop read a query by itself, such as [`documents::BULK_LEVELS`].
    pub async fn start_bulk(&self, query: &str) -> Result<Bulk, ReadError> {
        let runs: Runs = self.read(documents::BULK_RUN, 1, &Run { query }).await?;
        accepted(&runs.bulk_operation_run_query.user_errors)?;
        let started = runs.bulk_operation_run_query.bulk_operation;
        started.ok_or_else(|| ReadError::Strange("no operation and no error".to_owned()))
    }

    /// How far it is; `None` if the shop doesn't know it any more.
    pub async fn poll_bulk(&self, id: &str) -> Result<Option<Bulk>, ReadError> {
        let polled: Polled = self.read(documents::BULK_POLL, 1, &Poll { id }).await?;
        Ok(polled.bulk_operation)
    }
}

/// Every level of a shop, as it read itself at some time in between.
#[derive(Clone, Debug, Default)]
pub struct EveryLevel {
    /// By item and location.
    pub levels: HashMap<(Arc<str>, Arc<str>), Has>,
    /// Items that the shop has.
    pub items: HashSet<Arc<str>>,
    /// Those of which it keeps no stock.
    pub untracked: HashSet<Arc<str>>,
    words: HashSet<Arc<str>>,
}

/// A line of the result: an item, or a level that names its item.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    tracked: Option<bool>,
    is_active: Option<bool>,
    updated_at: Option<String>,
    location: Option<Id>,
    quantities: Option<Vec<Quantity>>,
    #[serde(rename = "__parentId")]
    parent: Option<String>,
}

impl EveryLevel {
    fn word(&mut self, text: String) -> Arc<str> {
        if let Some(known) = self.words.get(text.as_str()) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.words.insert(Arc::clone(&new));
        new
    }

    /// Takes a line in, wherever it stands: levels may come before their item.
    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let Some(parent) = line.parent else {
            let item = self.word(line.id);
            if line.tracked == Some(false) {
                self.untracked.insert(Arc::clone(&item));
            }
            self.items.insert(item);
            return Ok(());
        };
        let named = |quantity: &&Quantity| quantity.name == AVAILABLE;
        let quantities = line.quantities.unwrap_or_default();
        let (Some(available), Some(location)) = (quantities.iter().find(named), line.location)
        else {
            return Err(format!("{}: a level without quantity or location", line.id));
        };
        let has = Has {
            available: available.quantity,
            active: line.is_active.unwrap_or(false),
            updated_at: line.updated_at.as_deref().and_then(time_of),
        };
        if self.levels.len() >= LEVELS_MAX {
            return Err(format!("more than {LEVELS_MAX} levels"));
        }
        let key = (self.word(parent), self.word(location.id));
        self.levels.insert(key, has);
        Ok(())
    }
}

/// A moment, as the shop writes it.
pub(crate) fn time_of(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(Micros::from)
}

impl Shop {
    /// Has the shop read every level of its own, and fetches what it found. It may take an hour.
    pub async fn every_level(&self) -> Result<EveryLevel, ReadError> {
        let done = self.bulk_done(documents::BULK_LEVELS.text).await?;
        // Nothing to read, nothing in it.
        let Some(url) = &done.url else { return Ok(EveryLevel::default()) };
        let expected: Option<u64> = done.object_count.as_ref().and_then(|n| n.parse().ok());
        let mut tries = 0;
        loop {
            let mut found = EveryLevel::default();
            let fetched = self.fetch_lines(url, |line| found.take(line)).await;
            tries += 1;
            match fetched {
                Ok(lines) if expected.is_none_or(|expected| expected == lines) => return Ok(found),
                _ if tries < FETCHES_MAX => sleep(POLL_MAX.min(POLL_FIRST * tries)).await,
                // What is missing would pass for nothing there.
                Ok(lines) => {
                    let problem = format!("{expected:?} objects announced, {lines} fetched");
                    return Err(ReadError::Strange(problem));
                }
                Err(problem) => return Err(ReadError::Strange(problem)),
            }
        }
    }

    /// Runs a query as a bulk operation and waits until it is complete.
    async fn bulk_done(&self, query: &str) -> Result<Bulk, ReadError> {
        let began = Instant::now();
        let started = self.start_bulk(query).await?;
        let mut wait = POLL_FIRST;
        loop {
            sleep(wait).await;
            wait = (wait * 2).min(POLL_MAX);
            let Some(bulk) = self.poll_bulk(&started.id).await? else {
                return Err(ReadError::Strange("the bulk operation is gone".to_owned()));
            };
            match bulk.status {
                BulkStatus::Completed => return Ok(bulk),
                BulkStatus::Failed
                | BulkStatus::Canceling
                | BulkStatus::Canceled
                | BulkStatus::Expired => {
                    let why = bulk.error_code.unwrap_or_default();
                    let problem = format!("the bulk operation is {:?}: {why}", bulk.status);
                    return Err(ReadError::Strange(problem));
                }
                BulkStatus::Created | BulkStatus::Running | BulkStatus::Other => {}
            }
            if began.elapsed() > BULK_MAX {
                return Err(ReadError::Strange("the bulk operation does not end".to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_may_come_before_their_items() {
        let mut found = EveryLevel::default();
        for line in [
            r#"{"id":"L1?i=1","isActive":true,"updatedAt":"2026-03-01T10:00:00Z","location":{"id":"P"},"quantities":[{"name":"on_hand","quantity":9},{"name":"available","quantity":-2}],"__parentId":"I1"}"#,
            r#"{"id":"I1","tracked":true}"#,
            r#"{"id":"I2","tracked":false}"#,
        ] {
            found.take(line.as_bytes()).unwrap();
        }
        let has = found.levels[&("I1".into(), "P".into())];
        assert_eq!((has.available, has.active), (-2, true));
        assert_eq!(has.updated_at, Some(Micros(1_772_359_200_000_000)));
        assert_eq!((found.items.len(), found.untracked.len()), (2, 1));
        let broken = r#"{"id":"L2","__parentId":"I1"}"#;
        assert!(found.take(broken.as_bytes()).is_err(), "what is missing is not nothing");
    }
}
