//! Orders as the shop writes them.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::super::{Id, Page, PageInfo};
use super::{
    AssignedLine, Assignment, Fulfillment, FulfillmentStatus, OrderHead, OrderLine, Refund,
    RefundedLine, Restock, SentLine,
};

#[derive(Deserialize)]
pub(super) struct FoundOrder<T> {
    pub(super) order: Option<T>,
}

#[derive(Deserialize)]
pub(super) struct IdOf {
    pub(super) node: Option<PartNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartNode {
    #[serde(default)]
    order_id: Option<String>,
    /// Of a reverse one.
    #[serde(default)]
    order: Option<Id>,
}

impl PartNode {
    pub(super) fn order(self) -> Option<String> {
        self.order_id.or_else(|| self.order.map(|order| order.id))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderNode {
    #[serde(flatten)]
    pub(super) head: OrderHead,
    pub(super) line_items: Page<LineNode>,
    pub(super) fulfillment_orders: Page<AssignmentNode>,
    pub(super) fulfillments: Vec<FulfillmentNode>,
    pub(super) refunds: Vec<RefundNode>,
    return_status: String,
}

impl OrderNode {
    /// Whether customers bring anything back of it; a word that came after this program may say so.
    pub(super) fn has_returns(&self) -> bool {
        self.return_status != "NO_RETURN"
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LinesOnly {
    pub(super) line_items: Page<LineNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartsOnly {
    pub(super) fulfillment_orders: Page<AssignmentNode>,
}

#[derive(Deserialize)]
pub(super) struct DeedsOnly {
    pub(super) fulfillments: Vec<FulfillmentNode>,
    pub(super) refunds: Vec<RefundNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineNode {
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
pub(super) struct AssignmentNode {
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
pub(super) struct AssignedNode {
    id: String,
    inventory_item_id: Option<String>,
    total_quantity: i64,
    remaining_quantity: i64,
    line_item: Id,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FulfillmentNode {
    id: String,
    status: FulfillmentStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
    location: Option<Id>,
    /// None where they were not asked for.
    fulfillment_line_items: Option<Page<SentNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SentNode {
    quantity: Option<i64>,
    line_item: Id,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundNode {
    id: String,
    created_at: Option<Timestamp>,
    /// None where they were not asked for.
    refund_line_items: Option<Page<RefundedNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundedNode {
    quantity: i64,
    restock_type: Restock,
    line_item: Id,
    location: Option<Id>,
}

/// A page of the lines of whatever was asked for: one of them is there.
#[derive(Deserialize)]
pub(super) struct DeedLines {
    #[serde(default, rename = "lineItems")]
    pub(super) assigned: Option<Page<AssignedNode>>,
    #[serde(default, rename = "fulfillmentLineItems")]
    pub(super) sent: Option<Page<SentNode>>,
    #[serde(default, rename = "refundLineItems")]
    pub(super) refunded: Option<Page<RefundedNode>>,
}

#[derive(Deserialize)]
pub(super) struct FoundDeed {
    pub(super) node: Option<DeedLines>,
}

/// How the lines of something go on.
pub(super) enum More {
    /// Not at all.
    None,
    /// From the beginning: none were read.
    All,
    /// Behind what was read.
    After(String),
}

impl More {
    fn of(info: PageInfo) -> Self {
        info.next().map_or(Self::None, Self::After)
    }
}

pub(super) fn id_of<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Id>::deserialize(from)?.map(|found| found.id))
}

impl From<LineNode> for OrderLine {
    fn from(node: LineNode) -> Self {
        Self {
            id: node.id,
            item: node.variant.map(|variant| variant.inventory_item.id),
            sku: node.sku,
            quantity: node.quantity,
            current_quantity: node.current_quantity,
            unfulfilled_quantity: node.unfulfilled_quantity,
        }
    }
}

impl From<AssignedNode> for AssignedLine {
    fn from(node: AssignedNode) -> Self {
        Self {
            id: node.id,
            line: node.line_item.id,
            item: node.inventory_item_id,
            total: node.total_quantity,
            remaining: node.remaining_quantity,
        }
    }
}

impl From<SentNode> for SentLine {
    fn from(node: SentNode) -> Self {
        Self { line: node.line_item.id, quantity: node.quantity.unwrap_or(0) }
    }
}

impl From<RefundedNode> for RefundedLine {
    fn from(node: RefundedNode) -> Self {
        Self {
            line: node.line_item.id,
            quantity: node.quantity,
            restock: node.restock_type,
            location: node.location.map(|location| location.id),
        }
    }
}

impl AssignmentNode {
    pub(super) fn read(self) -> (Assignment, More) {
        let assignment = Assignment {
            id: self.id,
            status: self.status,
            location: self.assigned_location.location.map(|location| location.id),
            lines: self.line_items.nodes.into_iter().map(AssignedLine::from).collect(),
        };
        (assignment, More::of(self.line_items.page_info))
    }
}

/// The lines of a page, if there is one, and how they go on.
fn lines_of<N, L: From<N>>(page: Option<Page<N>>) -> (Vec<L>, More) {
    let Some(page) = page else { return (Vec::new(), More::All) };
    (page.nodes.into_iter().map(L::from).collect(), More::of(page.page_info))
}

impl FulfillmentNode {
    pub(super) fn read(self) -> (Fulfillment, More) {
        let (lines, more) = lines_of(self.fulfillment_line_items);
        let fulfillment = Fulfillment {
            id: self.id,
            status: self.status,
            created_at: self.created_at,
            updated_at: self.updated_at,
            location: self.location.map(|location| location.id),
            lines,
        };
        (fulfillment, more)
    }
}

impl RefundNode {
    pub(super) fn read(self) -> (Refund, More) {
        let (lines, more) = lines_of(self.refund_line_items);
        (Refund { id: self.id, created_at: self.created_at, lines }, more)
    }
}
