//! The rest of an order that is larger than one request gives.

use serde::Serialize;

use super::super::{PAGES_MAX, ReadError};
use super::nodes::{
    DeedLines, DeedsOnly, FoundDeed, FoundOrder, LinesOnly, More, OrderNode, PartsOnly,
};
use super::{Assignment, Fulfillment, Order, OrderLine, Refund};
use crate::client::Shop;
use crate::documents::{self, Document};

/// Fulfilments that the first request gives, and refunds: as many may be more.
const FULFILLMENTS_FIRST: usize = 5;
const REFUNDS_FIRST: usize = 4;
/// The most fulfilments or refunds of an order that are read.
const DEEDS_MAX: usize = 200;
/// Objects of one page of the rest, for the budget.
const REST_SIZE: usize = 100;

#[derive(Serialize)]
pub(super) struct Rest<'a> {
    pub(super) id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<&'a str>,
}

/// An order, with what the first request did not give.
pub(super) async fn whole(shop: &Shop, node: OrderNode) -> Result<Order, ReadError> {
    let (id, has_returns) = (node.head.id.clone(), node.has_returns());
    let mut cut = false;
    let mut lines: Vec<OrderLine> = node.line_items.nodes.into_iter().map(Into::into).collect();
    cut |= more_lines(shop, &id, node.line_items.page_info.next(), &mut lines).await?;
    let mut assignments = Vec::new();
    let mut parts = node.fulfillment_orders;
    for page in 0.. {
        for part in parts.nodes {
            let (mut assignment, more) = part.read();
            cut |= more_assigned(shop, &mut assignment, more).await?;
            assignments.push(assignment);
        }
        let Some(after) = parts.page_info.next() else { break };
        if page == PAGES_MAX {
            cut = true;
            break;
        }
        let asked = Rest { id: &id, after: Some(&after) };
        let found: FoundOrder<PartsOnly> =
            shop.read(documents::ORDER_PARTS, REST_SIZE, &asked).await?;
        parts = there(found, &id)?.fulfillment_orders;
    }
    let (mut sent, mut refunded) = (node.fulfillments, node.refunds);
    if sent.len() >= FULFILLMENTS_FIRST || refunded.len() >= REFUNDS_FIRST {
        let asked = Rest { id: &id, after: None };
        let found: FoundOrder<DeedsOnly> =
            shop.read(documents::ORDER_DEEDS, REST_SIZE, &asked).await?;
        let deeds = there(found, &id)?;
        (sent, refunded) = (deeds.fulfillments, deeds.refunds);
        cut |= sent.len() >= DEEDS_MAX || refunded.len() >= DEEDS_MAX;
    }
    let mut fulfillments = Vec::with_capacity(sent.len());
    for node in sent {
        let (mut fulfillment, more) = node.read();
        cut |= more_sent(shop, &mut fulfillment, more).await?;
        fulfillments.push(fulfillment);
    }
    let mut refunds = Vec::with_capacity(refunded.len());
    for node in refunded {
        let (mut refund, more) = node.read();
        cut |= more_refunded(shop, &mut refund, more).await?;
        refunds.push(refund);
    }
    let (head, returns) = (node.head, Vec::new());
    Ok(Order { head, lines, assignments, fulfillments, refunds, has_returns, returns, cut })
}

/// What was there a moment ago and is gone makes an order that nobody can follow.
pub(super) fn there<T>(found: FoundOrder<T>, id: &str) -> Result<T, ReadError> {
    found.order.ok_or_else(|| ReadError::Strange(format!("{id} went while it was read")))
}

/// Reads on; whether even that was not all.
async fn more_lines(
    shop: &Shop,
    id: &str,
    mut after: Option<String>,
    lines: &mut Vec<OrderLine>,
) -> Result<bool, ReadError> {
    for _ in 0..PAGES_MAX {
        let Some(from) = after else { return Ok(false) };
        let asked = Rest { id, after: Some(&from) };
        let found: FoundOrder<LinesOnly> =
            shop.read(documents::ORDER_LINES, REST_SIZE, &asked).await?;
        let page = there(found, id)?.line_items;
        lines.extend(page.nodes.into_iter().map(OrderLine::from));
        after = page.page_info.next();
    }
    Ok(after.is_some())
}

async fn more_assigned(shop: &Shop, of: &mut Assignment, more: More) -> Result<bool, ReadError> {
    let id = of.id.clone();
    let lines = &mut of.lines;
    pages(shop, &id, more, |found| {
        let page = found.assigned?;
        lines.extend(page.nodes.into_iter().map(Into::into));
        Some(page.page_info.next())
    })
    .await
}

async fn more_sent(shop: &Shop, of: &mut Fulfillment, more: More) -> Result<bool, ReadError> {
    let id = of.id.clone();
    let lines = &mut of.lines;
    pages(shop, &id, more, |found| {
        let page = found.sent?;
        lines.extend(page.nodes.into_iter().map(Into::into));
        Some(page.page_info.next())
    })
    .await
}

async fn more_refunded(shop: &Shop, of: &mut Refund, more: More) -> Result<bool, ReadError> {
    let id = of.id.clone();
    let lines = &mut of.lines;
    pages(shop, &id, more, |found| {
        let page = found.refunded?;
        lines.extend(page.nodes.into_iter().map(Into::into));
        Some(page.page_info.next())
    })
    .await
}

/// Reads the lines of something on; whether even that was not all. `take` answers where the next
/// page begins, and nothing at all where the lines are not there.
async fn pages(
    shop: &Shop,
    id: &str,
    more: More,
    mut take: impl FnMut(DeedLines) -> Option<Option<String>>,
) -> Result<bool, ReadError> {
    const LINES: Document = documents::ORDER_DEED_LINES;
    let mut after = match more {
        More::None => return Ok(false),
        More::All => None,
        More::After(after) => Some(after),
    };
    for _ in 0..PAGES_MAX {
        let asked = Rest { id, after: after.as_deref() };
        let found: FoundDeed = shop.read(LINES, REST_SIZE, &asked).await?;
        let next = found.node.and_then(&mut take);
        let next = next.ok_or_else(|| ReadError::Strange(format!("{id} has no lines")))?;
        match next {
            Some(next) => after = Some(next),
            None => return Ok(false),
        }
    }
    Ok(true)
}
