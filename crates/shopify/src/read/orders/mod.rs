//! What the shop sold: each order as it stands.

mod nodes;
mod rest;
mod returns;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::nodes::{FoundOrder, IdOf, OrderNode, PartNode};
pub use self::returns::{Disposition, DispositionKind, RETURNS_SCOPE, Return, Returns};
use super::{Page, ReadError};
use crate::client::Shop;
use crate::documents;

/// Orders in a page.
pub const ORDERS_PAGE: usize = 50;

/// An order, as the list shows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct OrderHead {
    /// Its global id.
    pub id: String,
    /// Its number, for people.
    pub name: String,
    /// When it was placed, as the shop writes it.
    pub created_at: Timestamp,
    /// When it was last changed, to the second.
    pub updated_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Where it came from: `web`, `pos`, …
    pub source_name: Option<String>,
    /// How much of it was sent, in the schema's words.
    pub display_fulfillment_status: String,
    /// The store that sold it at its till.
    #[serde(deserialize_with = "nodes::id_of")]
    pub retail_location: Option<String>,
}

impl OrderHead {
    /// Whether anything of it may still be promised to the customer.
    pub fn may_be_open(&self) -> bool {
        let over = ["FULFILLED", "RESTOCKED"];
        self.cancelled_at.is_none() && !over.contains(&self.display_fulfillment_status.as_str())
    }
}

/// Orders in the order of their changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<OrderHead>,
    /// Where the next page begins.
    pub after: Option<String>,
}

/// An order with what is where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Order {
    /// What the list shows.
    pub head: OrderHead,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Where it is sent from.
    pub assignments: Vec<Assignment>,
    /// What was sent, also what was called back.
    pub fulfillments: Vec<Fulfillment>,
    /// What was taken off it, paid back or brought back.
    pub refunds: Vec<Refund>,
    /// Whether customers bring anything back of it.
    pub has_returns: bool,
    /// What they bring back, where it was asked for: [`Shop::returns_of`].
    pub returns: Vec<Return>,
    /// Whether anything of this is missing, since there is more than is ever read.
    pub cut: bool,
}

/// A line of an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderLine {
    /// Its global id.
    pub id: String,
    /// The inventory item's global id; none if the variant is gone.
    pub item: Option<String>,
    /// The SKU as it was sold.
    pub sku: Option<String>,
    /// How many were bought.
    pub quantity: i64,
    /// How many are left after edits and refunds.
    pub current_quantity: i64,
    /// How many are still to be sent.
    pub unfulfilled_quantity: i64,
}

/// What one location is to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assignment {
    /// The fulfilment order's global id.
    pub id: String,
    /// Its status, as the schema writes it.
    pub status: String,
    /// The location's global id; none if it is gone.
    pub location: Option<String>,
    /// Its lines.
    pub lines: Vec<AssignedLine>,
}

impl Assignment {
    /// Whether what remains of it is still promised.
    pub fn is_open(&self) -> bool {
        !["CANCELLED", "CLOSED"].contains(&self.status.as_str())
    }
}

/// A line of an assignment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AssignedLine {
    /// Its global id.
    pub id: String,
    /// The order's line.
    pub line: String,
    /// The inventory item's global id.
    pub item: Option<String>,
    /// How many in all.
    pub total: i64,
    /// How many are still to be sent.
    pub remaining: i64,
}

/// Units that were sent together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fulfillment {
    /// Its global id.
    pub id: String,
    /// Whether they left, or came back at once.
    pub status: FulfillmentStatus,
    /// When they left.
    pub created_at: Timestamp,
    /// When it was last changed; of one that was called back, when that was, or later.
    pub updated_at: Timestamp,
    /// From where; none if that is gone.
    pub location: Option<String>,
    /// How many of each line.
    pub lines: Vec<SentLine>,
}

/// What became of a fulfilment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FulfillmentStatus {
    /// The units left.
    Success,
    /// The same, in older words.
    Open,
    /// The same, in older words.
    Pending,
    /// They were called back.
    Cancelled,
    /// They never left.
    Error,
    /// They never left.
    Failure,
    /// Something that came after this program.
    #[serde(other)]
    Other,
}

/// Units of a line that were sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentLine {
    /// The order's line.
    pub line: String,
    /// How many.
    pub quantity: i64,
}

/// Units that were taken off the order together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refund {
    /// Its global id.
    pub id: String,
    /// When that was.
    pub created_at: Option<Timestamp>,
    /// How many of each line, and what became of them.
    pub lines: Vec<RefundedLine>,
}

/// Units of a line that were taken off.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefundedLine {
    /// The order's line.
    pub line: String,
    /// How many.
    pub quantity: i64,
    /// What became of the units.
    pub restock: Restock,
    /// Where they can be sold again.
    pub location: Option<String>,
}

/// What became of units that were taken off an order.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Restock {
    /// They came back from the customer, and can be sold again.
    Return,
    /// They never left, and can be sold again.
    Cancel,
    /// One of the two, of a time when the shop didn't say which.
    LegacyRestock,
    /// They can't be sold again.
    NoRestock,
    /// Something that came after this program.
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct OrdersOf<'a> {
    first: usize,
    after: Option<&'a str>,
    query: Option<String>,
}

#[derive(Deserialize)]
struct Orders {
    orders: Page<OrderHead>,
}

#[derive(Serialize)]
struct OrderOf<'a> {
    id: &'a str,
}

impl Shop {
    /// Orders that were changed at or after a moment, the oldest change first; `after` is where the
    /// page before ended. A search filter may be ignored by the shop, so older ones may come too.
    pub async fn orders_since(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<OrderPage, ReadError> {
        self.orders(format!("updated_at:>='{since}'"), after).await
    }

    /// Orders that are not closed, the oldest change first; which of them have something to be
    /// sent, [`OrderHead::may_be_open`] says.
    pub async fn open_orders(&self, after: Option<&str>) -> Result<OrderPage, ReadError> {
        self.orders("status:open".to_owned(), after).await
    }

    async fn orders(&self, query: String, after: Option<&str>) -> Result<OrderPage, ReadError> {
        let variables = OrdersOf { first: ORDERS_PAGE, after, query: Some(query) };
        let found: Orders = self.read(documents::ORDERS, ORDERS_PAGE, &variables).await?;
        let after = found.orders.page_info.next();
        Ok(OrderPage { orders: found.orders.nodes, after })
    }

    /// An order with all that became of it; `None` if the shop doesn't have it. It takes several
    /// requests where it is large: what changes between them is told later, as any change.
    pub async fn order(&self, id: &str) -> Result<Option<Order>, ReadError> {
        let found: FoundOrder<OrderNode> = self.read(documents::ORDER, 1, &OrderOf { id }).await?;
        match found.order {
            Some(node) => rest::whole(self, node).await.map(Some),
            None => Ok(None),
        }
    }

    /// The order that a fulfilment order is a part of, or a reverse one; `None` if the shop doesn't
    /// have it.
    pub async fn order_of_part(&self, part: &str) -> Result<Option<String>, ReadError> {
        let found: IdOf = self.read(documents::ORDER_OF, 1, &OrderOf { id: part }).await?;
        Ok(found.node.and_then(PartNode::order))
    }
}
