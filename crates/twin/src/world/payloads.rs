//! What a webhook says of a thing: the REST form of it, with plain numbers as ids.

use serde_json::{Value, json};

use super::World;
use super::names::State;
use super::orders::{Order, Restock};
use super::stock::{LevelKey, Micros};

/// A global id, as the GraphQL API has them.
pub(crate) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

/// The global id of a level: the query is part of it.
pub(crate) fn level_gid(id: u64, item: u64) -> String {
    format!("gid://shopify/InventoryLevel/{id}?inventory_item_id={item}")
}

/// A time as webhooks write it, to the second.
pub(crate) fn offset_time(at: Micros) -> String {
    super::super::clock::rfc3339(at, "+00:00")
}

impl World {
    pub(super) fn announce_level(&mut self, key: LevelKey) {
        self.announce("INVENTORY_LEVELS_UPDATE", &self.level_payload(key));
    }

    pub(super) fn level_payload(&self, key: LevelKey) -> Value {
        let tracked = self.items.get(&key.0).is_some_and(|item| item.tracked);
        let level = self.levels.get(&key);
        let available = level.filter(|_| tracked).map(|level| level.get(State::Available));
        json!({
            "inventory_item_id": key.0,
            "location_id": key.1,
            "available": available,
            "updated_at": offset_time(level.map_or(self.now, |level| level.updated_at)),
            "admin_graphql_api_id": level_gid(level.map_or(0, |level| level.id), key.0),
        })
    }

    pub(super) fn item_payload(&self, id: u64) -> Value {
        let Some(item) = self.items.get(&id) else { return json!({ "id": id }) };
        json!({
            "id": id,
            "sku": item.sku,
            "tracked": item.tracked,
            "requires_shipping": item.requires_shipping,
            "cost": null,
            "created_at": offset_time(item.created_at),
            "updated_at": offset_time(item.updated_at),
            "admin_graphql_api_id": gid("InventoryItem", id),
        })
    }

    pub(super) fn location_payload(&self, id: u64) -> Value {
        let Some(location) = self.locations.get(&id) else { return json!({ "id": id }) };
        json!({
            "id": id,
            "name": location.name,
            "active": location.active,
            "created_at": offset_time(location.created_at),
            "updated_at": offset_time(location.updated_at),
            "admin_graphql_api_id": gid("Location", id),
        })
    }

    pub(super) fn announce_order(&mut self, id: u64, topic: &'static str) {
        let Some(order) = self.orders.get(&id) else { return };
        let payload = self.order_payload(order);
        self.announce(topic, &payload);
    }

    fn order_payload(&self, order: &Order) -> Value {
        let status = match order.fulfillment_status() {
            "FULFILLED" => Some("fulfilled"),
            "PARTIALLY_FULFILLED" => Some("partial"),
            "RESTOCKED" => Some("restocked"),
            _ => None,
        };
        let lines: Vec<Value> =
            order.lines.iter().map(|line| self.line_payload(order, line.id)).collect();
        json!({
            "id": order.id,
            "admin_graphql_api_id": gid("Order", order.id),
            "name": format!("#{}", order.number),
            "order_number": order.number,
            "created_at": offset_time(order.created_at),
            "processed_at": offset_time(order.created_at),
            "updated_at": offset_time(order.updated_at),
            "cancelled_at": order.cancelled_at.map(offset_time),
            "cancel_reason": order.cancelled_at.map(|_| "customer"),
            "financial_status": if order.refunds.is_empty() { "paid" } else { "partially_refunded" },
            "fulfillment_status": status,
            "source_name": order.source,
            "location_id": order.location,
            "line_items": lines,
        })
    }

    fn line_payload(&self, order: &Order, id: u64) -> Value {
        let line = order.line(id);
        let item = line.and_then(|line| self.items.get(&line.item));
        json!({
            "id": id,
            "admin_graphql_api_id": gid("LineItem", id),
            "variant_id": item.map(|item| item.variant),
            "product_id": item.map(|item| item.product),
            "sku": item.and_then(|item| item.sku.clone()),
            "quantity": line.map(|line| line.quantity),
            "current_quantity": line.map(|line| line.current),
            "fulfillable_quantity": order.unfulfilled(id),
            "fulfillment_service": "manual",
        })
    }

    pub(super) fn announce_fulfillment(&mut self, id: u64, sent: u64, topic: &'static str) {
        let Some(order) = self.orders.get(&id) else { return };
        let Some(fulfillment) = order.fulfillments.iter().find(|it| it.id == sent) else { return };
        let lines: Vec<Value> = fulfillment
            .lines
            .iter()
            .map(|(line, units)| {
                let mut payload = self.line_payload(order, *line);
                payload["quantity"] = json!(units);
                payload
            })
            .collect();
        let payload = json!({
            "id": fulfillment.id,
            "admin_graphql_api_id": gid("Fulfillment", fulfillment.id),
            "order_id": id,
            "status": "success",
            "location_id": fulfillment.location,
            "created_at": offset_time(fulfillment.at),
            "updated_at": offset_time(fulfillment.at),
            "line_items": lines,
        });
        self.announce(topic, &payload);
    }

    pub(super) fn announce_refund(&mut self, id: u64, refund: u64) {
        let Some(order) = self.orders.get(&id) else { return };
        let Some(refund) = order.refunds.iter().find(|it| it.id == refund) else { return };
        let lines: Vec<Value> = refund
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                json!({
                    "id": refund.id * 1000 + index as u64,
                    "line_item_id": line.line,
                    "quantity": line.quantity,
                    "restock_type": line.restock.name(),
                    "location_id": line.location.filter(|_| line.restock != Restock::Nothing),
                })
            })
            .collect();
        let payload = json!({
            "id": refund.id,
            "admin_graphql_api_id": gid("Refund", refund.id),
            "order_id": id,
            "created_at": offset_time(refund.at),
            "processed_at": offset_time(refund.at),
            "restock": refund.lines.iter().any(|line| line.restock != Restock::Nothing),
            "refund_line_items": lines,
        });
        self.announce("REFUNDS_CREATE", &payload);
    }
}

impl Restock {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no_restock",
            Self::Cancel => "cancel",
            Self::Return => "return",
        }
    }
}
