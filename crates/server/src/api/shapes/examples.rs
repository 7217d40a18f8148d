//! What the description shows as examples. A test holds them to the members of real answers.

use serde_json::{Value, json};

/// Twelve shoes, nine of them promised; so many of the rest are damaged.
fn quantities(damaged: i64) -> Value {
    json!({
        "on_hand": 12, "available": 3 - damaged, "committed": 9, "reserved": 0,
        "damaged": damaged, "quality_control": 0, "safety_stock": 0,
    })
}

fn sku() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204", "title": "10 / black",
        "product_id": "01900000-0000-7000-8000-00000000000c", "product_title": "Trail Runner",
        "image_url": null,
    })
}

fn maya() -> Value {
    json!({"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya", "kind": "user"})
}

/// One shoe with a torn sole.
pub(crate) fn movement() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "seq": 4711, "sku": sku(), "kind": "variance", "quantity": 1,
        "from": "available", "to": "damaged", "reason": "damaged", "reason_label": "Damaged",
        "effective_at": "2026-03-01T09:30:00Z", "recorded_at": "2026-03-01T09:30:00Z",
        "actor": maya(), "reported_by": null, "device": null, "origin": "ui", "origin_key": null,
        "note": "sole torn", "reverses": null, "corrects": null, "reversed_by": null,
        "order_line_id": null, "order": null, "unit_cost": "39.90", "on_hand_change": 0, "available_change": -1,
        "level_after": quantities(1), "may_reverse": true, "channels": null,
        "hash": "5c0f6d3e0b8a4f0c9d1e2a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d",
    })
}

/// The same, as it is read later.
pub(crate) fn movement_on_its_way() -> Value {
    let mut movement = movement();
    movement["channels"] = json!([{
        "channel_id": "01900000-0000-7000-8000-0000000000c1", "channel": "Acme",
        "status": "confirmed", "sent_at": "2026-03-01T09:30:00.3Z",
        "confirmed_at": "2026-03-01T09:30:00.6Z",
        "adjustment": "gid://shopify/InventoryAdjustmentGroup/1", "problem": null,
    }]);
    movement
}

/// Its undoing.
fn reversal() -> Value {
    let mut reversal = movement();
    for (member, value) in [
        ("id", json!("01900000-0000-7000-8000-000000000002")),
        ("seq", json!(4712)),
        ("kind", json!("reversal")),
        ("from", json!("damaged")),
        ("to", json!("available")),
        ("note", json!("wrong shoe")),
        ("reverses", json!("01900000-0000-7000-8000-000000000001")),
        ("available_change", json!(1)),
        ("level_after", quantities(0)),
        ("may_reverse", json!(false)),
    ] {
        reversal[member] = value;
    }
    reversal
}

/// The same, reported by somebody who may not post.
pub(crate) fn request() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku": sku(), "quantity": -1, "reason": "damaged", "reason_label": "Damaged",
        "note": "sole torn", "effective_at": "2026-03-01T09:30:00Z", "reported_by": maya(),
        "reported_at": "2026-03-01T09:30:00Z", "device": null, "because": ["no_permission"],
        "status": "pending", "value": "39.90", "level": quantities(0),
        "level_after": quantities(1), "orders_at_risk": [], "may_decide": true,
        "may_not_because": null, "decided_by": null, "decided_at": null, "decision_note": null,
    })
}

/// The request after it was declined.
pub(crate) fn declined() -> Value {
    let mut declined = request();
    for (member, value) in [
        ("status", json!("declined")),
        ("level_after", quantities(0)),
        ("may_decide", json!(false)),
        (
            "decided_by",
            json!({
                "id": "01900000-0000-7000-8000-00000000000e", "name": "Jonas", "kind": "user",
            }),
        ),
        ("decided_at", json!("2026-03-01T09:45:00Z")),
        ("decision_note", json!("found it behind the shelf")),
    ] {
        declined[member] = value;
    }
    declined
}

/// What came of it where it was posted.
pub(crate) fn posted() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000001", "status": "posted",
        "movement": movement(), "request_because": [], "request": null,
        "level_before": quantities(0), "level_after": quantities(1), "value": "39.90",
        "orders_at_risk": [],
    })
}

/// What came of its undoing.
pub(crate) fn reversed() -> Value {
    let mut reversed = posted();
    reversed["id"] = json!("01900000-0000-7000-8000-000000000002");
    reversed["movement"] = reversal();
    reversed["level_before"] = quantities(1);
    reversed["level_after"] = quantities(0);
    reversed
}

/// What would come of four: one order could not be filled.
pub(crate) fn would_post() -> Value {
    let mut preview = posted();
    preview["status"] = json!("would_post");
    preview["movement"] = Value::Null;
    preview["level_after"] = quantities(4);
    preview["value"] = json!("159.60");
    preview["orders_at_risk"] = json!([{
        "order_id": "01900000-0000-7000-8000-000000000010",
        "order_line_id": "01900000-0000-7000-8000-000000000011",
        "name": "#1042", "channel": "web", "due_at": null, "placed_at": "2026-03-01T09:00:00Z",
        "quantity": 1, "short": 1,
        "alternatives": [{
            "facility_id": "01900000-0000-7000-8000-000000000012", "code": "S2",
            "name": "Harbour", "available": 4,
        }],
    }]);
    preview
}
