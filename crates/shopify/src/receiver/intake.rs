//! What a message says: where to look, and nothing else of it.

use onhand_domain::Micros;
use onhand_store::channels::{DeliveryKind, LaneKey, NewDelivery};
use serde_json::Value;

use crate::webhook::Delivery;

/// Where a message says to look; none where it says nothing to us.
pub(super) fn read(headers: &Delivery, body: &Value) -> Option<NewDelivery> {
    let (kind, subject, location) = match headers.resource.as_deref() {
        // The newer kind names what it is about.
        Some(resource) if headers.topic.is_empty() => (kind_of(resource)?, resource.into(), None),
        _ => about(&headers.topic, body)?,
    };
    let newer = || headers.handle.clone().unwrap_or_default();
    let topic = if headers.topic.is_empty() { newer() } else { headers.topic.clone() };
    Some(NewDelivery {
        delivery: headers.delivery_id.clone(),
        event: headers.event_id.clone(),
        topic,
        kind,
        subject,
        location,
        triggered_at: headers.triggered_at.map(Micros::from),
    })
}

/// What a message says that a level has by now; none where it says no number.
pub(super) fn level(message: &NewDelivery, body: &Value) -> Option<(LaneKey, i64)> {
    if message.topic != "inventory_levels/update" {
        return None;
    }
    let (item, location) = (message.subject.clone(), message.location.clone()?);
    Some((LaneKey { item, location }, body["available"].as_i64()?))
}

/// What is to be read for a global id.
fn kind_of(resource: &str) -> Option<DeliveryKind> {
    let kind = resource.strip_prefix("gid://shopify/")?.split('/').next()?;
    Some(match kind {
        "Order" => DeliveryKind::Order,
        "FulfillmentOrder" | "ReverseFulfillmentOrder" => DeliveryKind::OrderPart,
        "InventoryItem" => DeliveryKind::Item,
        "Product" => DeliveryKind::Product,
        "Location" => DeliveryKind::Location,
        _ => return None,
    })
}

type About = (DeliveryKind, String, Option<String>);

fn about(topic: &str, body: &Value) -> Option<About> {
    let one = |kind, subject| Some((kind, subject, None));
    match topic {
        "orders/edited" => {
            let edited = gid("Order", &body["order_edit"]["order_id"]);
            one(DeliveryKind::Order, edited.or_else(|| own("Order", body))?)
        }
        "fulfillments/create" | "fulfillments/update" | "refunds/create" => {
            one(DeliveryKind::Order, gid("Order", &body["order_id"])?)
        }
        "fulfillment_orders/moved" => {
            let part = &body["original_fulfillment_order"]["id"];
            one(DeliveryKind::OrderPart, gid("FulfillmentOrder", part)?)
        }
        "reverse_fulfillment_orders/dispose" => {
            one(DeliveryKind::OrderPart, own("ReverseFulfillmentOrder", body)?)
        }
        "inventory_levels/update" | "inventory_levels/connect" | "inventory_levels/disconnect" => {
            let item = gid("InventoryItem", &body["inventory_item_id"])?;
            let location = gid("Location", &body["location_id"])?;
            Some((DeliveryKind::Level, item, Some(location)))
        }
        "app/uninstalled" => one(DeliveryKind::Installation, "app".to_owned()),
        "app/scopes_update" => one(DeliveryKind::Scopes, "app".to_owned()),
        _ => match topic.split_once('/')?.0 {
            "orders" => one(DeliveryKind::Order, own("Order", body)?),
            "inventory_items" => one(DeliveryKind::Item, own("InventoryItem", body)?),
            "products" => one(DeliveryKind::Product, own("Product", body)?),
            "locations" => one(DeliveryKind::Location, own("Location", body)?),
            _ => None,
        },
    }
}

/// The global id of what a message is of.
fn own(kind: &str, body: &Value) -> Option<String> {
    gid(kind, &body["admin_graphql_api_id"]).or_else(|| gid(kind, &body["id"]))
}

/// A global id of this kind, from one or from its number.
fn gid(kind: &str, value: &Value) -> Option<String> {
    let prefix = format!("gid://shopify/{kind}/");
    let number = match value {
        Value::Number(number) => number.as_u64()?.to_string(),
        Value::String(text) => text.strip_prefix(&prefix).unwrap_or(text).to_owned(),
        _ => return None,
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| prefix + &number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(topic: &str, body: &Value) -> Option<(DeliveryKind, String, Option<String>)> {
        let headers = Delivery {
            topic: topic.to_owned(),
            delivery_id: "d".to_owned(),
            event_id: None,
            shop: None,
            triggered_at: None,
            version: None,
            handle: None,
            action: None,
            resource: None,
        };
        read(&headers, body).map(|new| (new.kind, new.subject, new.location))
    }

    #[test]
    fn every_topic_says_where_to_look() {
        let order = "gid://shopify/Order/7";
        let own = json!({"id": 7, "admin_graphql_api_id": order, "email": "a@example.com"});
        for topic in ["orders/create", "orders/updated", "orders/cancelled"] {
            assert_eq!(said(topic, &own), Some((DeliveryKind::Order, order.into(), None)));
        }
        let edited = json!({"order_edit": {"id": 1, "order_id": 7}});
        let of_order = json!({"id": 1, "order_id": 7});
        let found = Some((DeliveryKind::Order, order.to_owned(), None));
        assert_eq!(said("orders/edited", &edited), found);
        assert_eq!(said("orders/edited", &own), found);
        for topic in ["fulfillments/create", "fulfillments/update", "refunds/create"] {
            assert_eq!(said(topic, &of_order), found, "{topic}");
        }
        let part = "gid://shopify/FulfillmentOrder/3";
        let moved = json!({"original_fulfillment_order": {"id": part}});
        let found = Some((DeliveryKind::OrderPart, part.to_owned(), None));
        assert_eq!(said("fulfillment_orders/moved", &moved), found);
        let reverse = "gid://shopify/ReverseFulfillmentOrder/4";
        let disposed = json!({"id": 4, "admin_graphql_api_id": reverse, "dispositions": []});
        let found = Some((DeliveryKind::OrderPart, reverse.to_owned(), None));
        assert_eq!(said("reverse_fulfillment_orders/dispose", &disposed), found);
        let level = json!({"inventory_item_id": 5, "location_id": 6, "available": null});
        let item = "gid://shopify/InventoryItem/5".to_owned();
        let at = Some("gid://shopify/Location/6".to_owned());
        for topic in ["update", "connect", "disconnect"] {
            let found = said(&format!("inventory_levels/{topic}"), &level);
            assert_eq!(found, Some((DeliveryKind::Level, item.clone(), at.clone())));
        }
        let kinds = [
            ("inventory_items/delete", DeliveryKind::Item),
            ("products/update", DeliveryKind::Product),
            ("locations/activate", DeliveryKind::Location),
            ("app/uninstalled", DeliveryKind::Installation),
            ("app/scopes_update", DeliveryKind::Scopes),
        ];
        for (topic, kind) in kinds {
            assert_eq!(said(topic, &json!({"id": 5})).map(|found| found.0), Some(kind), "{topic}");
        }
    }

    #[test]
    fn a_level_says_its_number() {
        let says = |topic: &str, available: Value| {
            let message = NewDelivery {
                delivery: "d".to_owned(),
                event: None,
                topic: format!("inventory_levels/{topic}"),
                kind: DeliveryKind::Level,
                subject: "gid://shopify/InventoryItem/5".to_owned(),
                location: Some("gid://shopify/Location/6".to_owned()),
                triggered_at: None,
            };
            level(&message, &json!({ "available": available })).map(|(_, number)| number)
        };
        assert_eq!(says("update", json!(-2)), Some(-2));
        assert_eq!(says("update", Value::Null), None, "untracked");
        assert_eq!(says("connect", json!(3)), None, "it is stocked from now on, which is news");
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        let body = json!({"id": 5});
        for topic in ["bulk_operations/finish", "carts/update", "orders", "", "fulfillments/create"]
        {
            assert_eq!(said(topic, &body), None, "{topic}");
        }
        let strange = [json!({"id": "x"}), json!({"id": -1}), json!([]), json!({"id": "7/../8"})];
        for body in strange {
            assert_eq!(said("orders/create", &body), None, "{body}");
        }
    }

    #[test]
    fn the_newer_kind_names_what_it_is_about() {
        let headers = |resource: &str| Delivery {
            topic: String::new(),
            delivery_id: "d".to_owned(),
            event_id: Some("e".to_owned()),
            shop: None,
            triggered_at: None,
            version: None,
            handle: Some("orders".to_owned()),
            action: Some("update".to_owned()),
            resource: Some(resource.to_owned()),
        };
        let new = read(&headers("gid://shopify/Order/7"), &Value::Null).unwrap();
        let seen = (new.kind, new.subject.as_str(), new.topic.as_str());
        assert_eq!(seen, (DeliveryKind::Order, "gid://shopify/Order/7", "orders"));
        assert_eq!(read(&headers("gid://shopify/Customer/7"), &Value::Null), None);
    }
}
