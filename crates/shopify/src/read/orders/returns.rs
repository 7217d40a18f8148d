//! What customers bring back, and what became of it: read by itself, since few orders have any and
//! the app may not be allowed to see it.

use jiff::Timestamp;
use serde::Deserialize;

use super::super::{Id, PAGES_MAX, Page, ReadError};
use super::SentLine;
use super::nodes::{FoundOrder, SentNode};
use super::rest::{Rest, there};
use crate::client::Shop;
use crate::documents;

/// The scope that reading returns takes. A shop is followed without it, but for its returns.
pub const RETURNS_SCOPE: &str = "read_returns";
/// Objects of one page, for the budget.
const PAGE_SIZE: usize = 4;

/// Units that a customer brings back together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Return {
    /// Its global id.
    pub id: String,
    /// What was paid back for it. A restock that such a refund tells of may be the same as one of
    /// the dispositions.
    pub refunds: Vec<String>,
    /// What became of the units.
    pub dispositions: Vec<Disposition>,
}

/// What became of units that were brought back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disposition {
    /// Its global id.
    pub id: String,
    /// The order's line.
    pub line: String,
    /// How many.
    pub quantity: i64,
    /// What.
    pub kind: DispositionKind,
    /// When that was.
    pub at: Timestamp,
    /// Where.
    pub location: Option<String>,
}

/// What became of units that were brought back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DispositionKind {
    /// They can be sold again.
    Restocked,
    /// They are looked at first; another disposition follows.
    ProcessingRequired,
    /// They can't be sold again.
    NotRestocked,
    /// They never came.
    Missing,
    /// Something that came after this program.
    #[serde(other)]
    Other,
}

/// All returns of an order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Returns {
    /// The returns.
    pub all: Vec<Return>,
    /// Whether anything is missing, since there is more than is ever read.
    pub cut: bool,
}

#[derive(Deserialize)]
struct ReturnsOnly {
    returns: Page<ReturnNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReturnNode {
    id: String,
    refunds: Page<Id>,
    reverse_fulfillment_orders: Page<ReverseNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReverseNode {
    line_items: Page<ReverseLine>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReverseLine {
    /// None of what was brought back without having been sent by the shop.
    fulfillment_line_item: Option<SentNode>,
    dispositions: Vec<DispositionNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DispositionNode {
    id: String,
    #[serde(rename = "type")]
    kind: DispositionKind,
    quantity: i64,
    created_at: Timestamp,
    location: Option<Id>,
}

impl ReturnNode {
    /// The return; whether there is more of it.
    fn read(self) -> (Return, bool) {
        let mut cut = self.refunds.page_info.next().is_some();
        cut |= self.reverse_fulfillment_orders.page_info.next().is_some();
        let mut dispositions = Vec::new();
        for reverse in self.reverse_fulfillment_orders.nodes {
            cut |= reverse.line_items.page_info.next().is_some();
            for line in reverse.line_items.nodes {
                let Some(sent) = line.fulfillment_line_item.map(SentLine::from) else { continue };
                let of_line = line.dispositions.into_iter().map(|node| Disposition {
                    id: node.id,
                    line: sent.line.clone(),
                    quantity: node.quantity,
                    kind: node.kind,
                    at: node.created_at,
                    location: node.location.map(|location| location.id),
                });
                dispositions.extend(of_line);
            }
        }
        let refunds = self.refunds.nodes.into_iter().map(|refund| refund.id).collect();
        (Return { id: self.id, refunds, dispositions }, cut)
    }
}

impl Shop {
    /// What customers bring back of an order. The app needs [`RETURNS_SCOPE`] for it.
    pub async fn returns_of(&self, order: &str) -> Result<Returns, ReadError> {
        let mut returns = Returns::default();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let asked = Rest { id: order, after: after.as_deref() };
            let found: FoundOrder<ReturnsOnly> =
                self.read(documents::ORDER_RETURNS, PAGE_SIZE, &asked).await?;
            let page = there(found, order)?.returns;
            for node in page.nodes {
                let (brought_back, cut) = node.read();
                returns.cut |= cut;
                returns.all.push(brought_back);
            }
            after = page.page_info.next();
            if after.is_none() {
                return Ok(returns);
            }
        }
        returns.cut = true;
        Ok(returns)
    }
}
