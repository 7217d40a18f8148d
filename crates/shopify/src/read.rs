//! Asks a shop what it has. Reading changes nothing, so it is tried again by itself, up to
//! [`TRIES_MAX`] times, in the background's share of the budget unless [`Shop::reading_as`] says
//! otherwise.

mod bulk;
mod items;
mod levels;
mod orders;
mod shop;
mod webhooks;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::sleep;

pub(crate) use self::bulk::time_of;
pub use self::bulk::{BULK_MAX, Bulk, BulkStatus, EveryLevel};
pub use self::items::{Item, ItemPages, SelectedOption};
pub use self::levels::{ItemLevel, Level, QUANTITY_NAMES, Quantity};
pub use self::orders::{
    AssignedLine, Assignment, Disposition, DispositionKind, Fulfillment, FulfillmentStatus,
    ORDERS_PAGE, Order, OrderHead, OrderLine, OrderPage, RETURNS_SCOPE, Refund, RefundedLine,
    Restock, Return, Returns, SentLine,
};
pub use self::shop::{Location, ShopInfo};
pub use self::webhooks::Subscription;
use crate::budget::Work;
use crate::call::request;
use crate::client::Shop;
use crate::code::{Code, Stop};
use crate::documents::Document;
use crate::judge::{Verdict, backoff, judge};
use crate::reply::{Body, Reply};

/// How often one read is tried.
pub const TRIES_MAX: u32 = 6;
/// The most nodes that a shop gives in a page.
pub const PAGE_MAX: usize = 250;
/// The fewest nodes that are asked for at once, when a shop finds more too expensive.
pub const PAGE_MIN: usize = 10;
/// The most pages of what a shop has only a few of (locations, subscriptions).
pub const PAGES_MAX: usize = 40;

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// Nothing works with this shop until a person acts.
    #[error("{problem}")]
    Stopped {
        /// Why.
        reason: Stop,
        /// Why, for a person.
        problem: String,
    },
    /// The shop refuses this request.
    #[error("the shop refuses: {problem}")]
    Refused {
        /// Why.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// No good answer in [`TRIES_MAX`] tries.
    #[error("the shop could not be asked: {problem}")]
    Failed {
        /// Why, the last time.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// The shop answered with something else than it was asked for.
    #[error("the shop's answer is not what was asked for: {0}")]
    Strange(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl PageInfo {
    /// Where the next page begins; a page that promises more and doesn't say where is the last.
    pub(crate) fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub(crate) nodes: Vec<T>,
    pub(crate) page_info: PageInfo,
}

#[derive(Serialize)]
pub(crate) struct PageOf<'a> {
    pub(crate) first: usize,
    pub(crate) after: Option<&'a str>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Id {
    pub(crate) id: String,
}

impl Shop {
    /// Sends a document that only reads, and gives its `data`.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        document: Document,
        size: usize,
        variables: &impl Serialize,
    ) -> Result<T, ReadError> {
        let payload = request(document, variables);
        let data = self.read_data(document, size, &payload).await?;
        serde_json::from_value(data)
            .map_err(|failure| ReadError::Strange(format!("{}: {failure}", document.name)))
    }

    async fn read_data(
        &self,
        document: Document,
        size: usize,
        payload: &str,
    ) -> Result<Value, ReadError> {
        let work = Work { name: document.name, size };
        let mut tries = 0;
        loop {
            let permit = self.admit(work, self.reads()).await;
            let reply = self.send_call(permit, payload).await;
            tries += 1;
            let (wait, code, problem) = match verdict_of(reply, size)? {
                Got::Data(data) => return Ok(data),
                Got::Again { wait, code, problem } => (wait, code, problem),
            };
            if tries == TRIES_MAX {
                return Err(ReadError::Failed { code, problem });
            }
            sleep(wait.unwrap_or_else(|| backoff(tries, rand::random()))).await;
        }
    }

    /// All of what a shop has only a few of.
    pub(crate) async fn read_all<T, D: DeserializeOwned>(
        &self,
        document: Document,
        page_of: impl Fn(D) -> Page<T>,
    ) -> Result<Vec<T>, ReadError> {
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let variables = PageOf { first: SMALL_PAGE, after: after.as_deref() };
            let page = page_of(self.read(document, SMALL_PAGE, &variables).await?);
            all.extend(page.nodes);
            after = page.page_info.next();
            if after.is_none() {
                return Ok(all);
            }
        }
        Err(ReadError::Strange(format!("{}: more than {PAGES_MAX} pages", document.name)))
    }
}

/// Nodes in a page of what a shop has only a few of.
const SMALL_PAGE: usize = 50;

enum Got {
    Data(Value),
    Again { wait: Option<std::time::Duration>, code: Code, problem: String },
}

/// What was read, if nothing is missing in it: partial data would pass for empty.
fn verdict_of(mut reply: Reply, size: usize) -> Result<Got, ReadError> {
    if let Reply::Answered(answer) = &mut reply
        && (200..300).contains(&answer.status)
        && let Body::Graph(graph) = &mut answer.body
        && let Some(data) = graph.data.take()
        && graph.errors.is_empty()
    {
        return Ok(Got::Data(Value::Object(data)));
    }
    match judge(&reply, size) {
        Verdict::Again { wait, code, problem } => Ok(Got::Again { wait, code, problem }),
        Verdict::Stop { reason, problem } => Err(ReadError::Stopped { reason, problem }),
        Verdict::Park { code, problem }
        | Verdict::Halve { code, problem }
        | Verdict::FreshKey { code, problem } => Err(ReadError::Refused { code, problem }),
        other => Err(ReadError::Strange(format!("{other:?}"))),
    }
}

/// An error that a mutation without idempotency gives: a text and a path.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlainError {
    code: Option<String>,
    message: String,
}

/// Whether a mutation went through.
pub(crate) fn accepted(errors: &[PlainError]) -> Result<(), ReadError> {
    errors.first().map_or(Ok(()), |error| {
        let code = Code::parse(error.code.as_deref().unwrap_or_default());
        Err(ReadError::Refused { code, problem: error.message.clone() })
    })
}
