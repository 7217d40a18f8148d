//! `/twin/orders` and `/twin/pos`: what customers, tills and the warehouse do.

use axum::Json;
use axum::extract::{Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Failure, State, done, refuse};
use crate::clock::rfc3339_micros;
use crate::shop::Shop;
use crate::world::{Act, Decided, Deed, Disposed, Order, RefundLine, Restock, Wanted, World};

/// A line as the caller names it: by item, or by SKU code where that is unique.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineForm {
    item_id: Option<u64>,
    sku: Option<String>,
    #[serde(default = "one")]
    quantity: i64,
    location_id: Option<u64>,
}

const fn one() -> i64 {
    1
}

impl LineForm {
    fn wanted(&self, world: &World) -> Result<Wanted, Failure> {
        let item = match (self.item_id, &self.sku) {
            (Some(item), _) => item,
            (None, Some(sku)) => {
                let mut same = world.items.values().filter(|it| it.sku.as_ref() == Some(sku));
                let found = same.next().ok_or_else(|| refuse(404, format!("no SKU is {sku}")))?;
                if same.next().is_some() {
                    return Err(refuse(409, format!("several items have the SKU {sku}")));
                }
                found.id
            }
            (None, None) => return Err(refuse(422, "a line has an item_id or a sku")),
        };
        Ok(Wanted { item, quantity: self.quantity, location: self.location_id })
    }
}

fn wanted(shop: &Shop, lines: &[LineForm]) -> Result<Vec<Wanted>, Failure> {
    let world = shop.read();
    lines.iter().map(|line| line.wanted(&world)).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderForm {
    /// A repetition with the same name has no effect and the first answer.
    request: Option<String>,
    lines: Vec<LineForm>,
    #[serde(default)]
    oversell: bool,
}

/// `POST /twin/orders`: somebody buys in the web shop.
pub(super) async fn place(
    axum::extract::State(shop): State,
    Json(form): Json<OrderForm>,
) -> Answer {
    let lines = wanted(&shop, &form.lines)?;
    let deed = Deed::Order { lines, oversell: form.oversell };
    trade(&shop, form.request, deed).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaleForm {
    request: Option<String>,
    location_id: u64,
    lines: Vec<LineForm>,
}

/// `POST /twin/pos`: somebody buys at a till.
pub(super) async fn sell(axum::extract::State(shop): State, Json(form): Json<SaleForm>) -> Answer {
    let lines = wanted(&shop, &form.lines)?;
    trade(&shop, form.request, Deed::Pos { location: form.location_id, lines }).await
}

async fn trade(shop: &Shop, request: Option<String>, deed: Deed) -> Answer {
    let id = done(shop, Act::Trade { request, deed }).await?;
    let world = shop.read();
    world
        .orders
        .get(&id)
        .map(|order| Json(order_json(order)))
        .ok_or_else(|| refuse(500, "the order is gone"))
}

/// What may be said of a deed; each deed reads what it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DeedForm {
    request: Option<String>,
    restock: Option<RestockForm>,
    fulfillment_order_id: Option<u64>,
    location_id: Option<u64>,
    return_id: Option<u64>,
    disposition: Option<Disposed>,
    add: Vec<LineForm>,
    lines: Vec<PartForm>,
}

/// `true` and `false`, or the kinds of a refund.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum RestockForm {
    Whether(bool),
    Kind(Restock),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartForm {
    line_id: u64,
    quantity: i64,
    restock: Option<Restock>,
    location_id: Option<u64>,
}

/// `POST /twin/orders/{id}/{deed}`: cancel, fulfil, edit, refund or move an order, have units of it
/// returned, and dispose of what came back.
pub(super) async fn act(
    axum::extract::State(shop): State,
    Path((order, deed)): Path<(u64, String)>,
    form: Option<Json<DeedForm>>,
) -> Answer {
    let form = form.map(|Json(form)| form).unwrap_or_default();
    let restock = !matches!(
        form.restock,
        Some(RestockForm::Whether(false) | RestockForm::Kind(Restock::Nothing))
    );
    let parts = || form.lines.iter().map(|part| (part.line_id, part.quantity)).collect();
    let deed = match deed.as_str() {
        "cancel" => Deed::Cancel { order, restock },
        "fulfill" | "fulfil" => {
            Deed::Fulfill { order, fulfillment_order: form.fulfillment_order_id, lines: parts() }
        }
        "edit" => {
            let add = wanted(&shop, &form.add)?;
            Deed::EditOrder { order, add, reduce: parts(), restock }
        }
        "refund" => {
            let kind = match form.restock {
                Some(RestockForm::Kind(kind)) => kind,
                Some(RestockForm::Whether(true)) => Restock::Return,
                _ => Restock::Nothing,
            };
            let line = |part: &PartForm| RefundLine {
                line: part.line_id,
                quantity: part.quantity,
                restock: part.restock.unwrap_or(kind),
                location: part.location_id.or(form.location_id),
            };
            let lines = form.lines.iter().map(line).collect();
            Deed::Refund { order, lines, of_return: form.return_id }
        }
        "return" => Deed::Return { order, lines: parts() },
        "dispose" => {
            let kind = form.disposition.unwrap_or(Disposed::Restocked);
            let line = |part: &PartForm| Decided {
                line: part.line_id,
                quantity: part.quantity,
                kind,
                location: part.location_id.or(form.location_id),
            };
            Deed::Dispose { order, lines: form.lines.iter().map(line).collect() }
        }
        "move" => {
            let location =
                form.location_id.ok_or_else(|| refuse(422, "say the location_id to move to"))?;
            let fulfillment_order = form
                .fulfillment_order_id
                .or_else(|| Some(shop.read().orders.get(&order)?.fulfillment_orders.first()?.id))
                .ok_or_else(|| refuse(404, "there is nothing to move"))?;
            Deed::Reassign { fulfillment_order, location }
        }
        other => return Err(refuse(404, format!("an order can't {other}"))),
    };
    trade(&shop, form.request, deed).await
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    /// Only orders with a smaller number: the newest come first.
    before: Option<u64>,
    limit: Option<usize>,
}

/// `GET /twin/orders?before=&limit=`
pub(super) async fn orders(
    axum::extract::State(shop): State,
    Query(page): Query<Page>,
) -> Json<Value> {
    let world = shop.read();
    let below = world.orders.range(..page.before.unwrap_or(u64::MAX)).rev();
    let limit = page.limit.unwrap_or(50).min(1000);
    let orders: Vec<Value> = below.take(limit).map(|(_, order)| order_json(order)).collect();
    Json(json!({ "orders": orders, "total": world.orders.len() }))
}

fn order_json(order: &Order) -> Value {
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            json!({
                "line_id": line.id,
                "item_id": line.item,
                "quantity": line.quantity,
                "current_quantity": line.current,
                "unfulfilled_quantity": order.unfulfilled(line.id),
                "in_return_quantity": order.in_returns(line.id),
                "undecided_quantity": order.undecided(line.id),
            })
        })
        .collect();
    let parts: Vec<Value> = order
        .fulfillment_orders
        .iter()
        .map(|part| {
            let lines: Vec<Value> = part
                .lines
                .iter()
                .map(|line| json!({ "line_id": line.line, "remaining": line.remaining }))
                .collect();
            json!({
                "fulfillment_order_id": part.id,
                "location_id": part.location,
                "status": part.status(),
                "lines": lines,
            })
        })
        .collect();
    json!({
        "order_id": order.id,
        "name": format!("#{}", order.number),
        "source": order.source,
        "created_at": rfc3339_micros(order.created_at),
        "cancelled": order.cancelled_at.is_some(),
        "status": order.fulfillment_status(),
        "lines": lines,
        "fulfillment_orders": parts,
        "refunds": order.refunds.len(),
        "returns": order.returns.iter().map(|it| it.id).collect::<Vec<_>>(),
    })
}
