//! Reads of everything at once, which the shop does by itself.

use serde::{Deserialize, Serialize};

use super::{PlainError, ReadError, accepted};
use crate::client::Shop;
use crate::documents;

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
