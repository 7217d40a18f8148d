//! What the shop sold.

use serde::{Deserialize, Serialize};

use super::{Id, Page, ReadError};
use crate::client::Shop;
use crate::documents;

/// Orders in a page.
const ORDERS_PAGE: usize = 50;

/// An order, as the list shows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct OrderHead {
    /// Its global id.
    pub id: String,
    /// Its number, for people.
    pub name: String,
    /// When it was placed, as the shop writes it.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// When it was cancelled.
    pub cancelled_at: Option<String>,
    /// Where it came from: `web`, `pos`, …
    pub source_name: Option<String>,
    /// The store that sold it at its till.
    #[serde(deserialize_with = "id_of")]
    pub retail_location: Option<String>,
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
    /// Whether lines or assignments are missing, since there are more than one request gives.
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

#[derive(Deserialize)]
struct Found {
    order: Option<OrderNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderNode {
    #[serde(flatten)]
    head: OrderHead,
    line_items: Page<LineNode>,
    fulfillment_orders: Page<AssignmentNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineNode {
    id: String,
    sku: Option<String>,
    quantity: i64,
    current_quantity: i64,
    unfulfilled_quantity: i64,
    variant: Option<VariantNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantNode {
    inventory_item: Id,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentNode {
    id: String,
    status: String,
    assigned_location: Assigned,
    line_items: Page<AssignedNode>,
}

#[derive(Deserialize)]
struct Assigned {
    location: Option<Id>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedNode {
    id: String,
    inventory_item_id: Option<String>,
    total_quantity: i64,
    remaining_quantity: i64,
    line_item: Id,
}

fn id_of<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Id>::deserialize(from)?.map(|found| found.id))
}

impl Shop {
    /// Orders that were changed at or after a moment, the oldest change first; `after` is where the
    /// page before ended. A search filter may be ignored by the shop, so older ones may come too.
    pub async fn orders_since(
        &self,
        since: jiff::Timestamp,
        after: Option<&str>,
    ) -> Result<OrderPage, ReadError> {
        let query = Some(format!("updated_at:>='{since}'"));
        let variables = OrdersOf { first: ORDERS_PAGE, after, query };
        let found: Orders = self.read(documents::ORDERS, ORDERS_PAGE, &variables).await?;
        let after = found.orders.page_info.next();
        Ok(OrderPage { orders: found.orders.nodes, after })
    }

    /// An order with the locations that send it; `None` if the shop doesn't have it.
    pub async fn order(&self, id: &str) -> Result<Option<Order>, ReadError> {
        let found: Found = self.read(documents::ORDER, 1, &OrderOf { id }).await?;
        Ok(found.order.map(Order::from))
    }
}

impl From<OrderNode> for Order {
    fn from(node: OrderNode) -> Self {
        let mut cut = node.line_items.page_info.has_next_page
            || node.fulfillment_orders.page_info.has_next_page;
        let lines = node.line_items.nodes.into_iter().map(|line| OrderLine {
            id: line.id,
            item: line.variant.map(|variant| variant.inventory_item.id),
            sku: line.sku,
            quantity: line.quantity,
            current_quantity: line.current_quantity,
            unfulfilled_quantity: line.unfulfilled_quantity,
        });
        let lines = lines.collect();
        let mut assignments = Vec::new();
        for assigned in node.fulfillment_orders.nodes {
            cut |= assigned.line_items.page_info.has_next_page;
            let lines = assigned.line_items.nodes.into_iter().map(|line| AssignedLine {
                id: line.id,
                line: line.line_item.id,
                item: line.inventory_item_id,
                total: line.total_quantity,
                remaining: line.remaining_quantity,
            });
            assignments.push(Assignment {
                id: assigned.id,
                status: assigned.status,
                location: assigned.assigned_location.location.map(|location| location.id),
                lines: lines.collect(),
            });
        }
        Self { head: node.head, lines, assignments, cut }
    }
}
