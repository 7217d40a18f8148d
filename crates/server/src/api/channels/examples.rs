//! What the description shows as examples. A test holds them to the members of real answers.

use serde_json::{Value, json};

fn sku() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204", "title": "10 / black",
        "product_id": "01900000-0000-7000-8000-00000000000c", "product_title": "Trail Runner",
        "image_url": null,
    })
}

pub(super) fn channel() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000c1", "name": "Acme",
        "shop": "https://acme.myshopify.com", "api_version": "2026-10",
        "credential_kind": "static", "scopes": ["read_products", "write_inventory"],
        "webhook_secrets": 1, "status": "running", "status_reason": null, "threshold": 0,
        "push_limit": 500, "corrects": false, "version": 7,
        "created_at": "2026-03-01T09:30:00Z", "in_step_since": "2026-03-01T10:02:11Z",
        "last_reply_at": "2026-03-01T10:02:11Z", "orders_from": "2026-03-01T09:40:00Z",
        "orders_until": "2026-03-01T10:02:00Z", "job": null, "summary": null,
    })
}

pub(super) fn authorization_setup() -> Value {
    json!({
        "redirect_url": "https://onhand.example.com/oauth/shopify/callback",
        "scopes": onhand_shopify::connect::SCOPES_ASKED,
    })
}

pub(super) fn authorization() -> Value {
    json!({
        "authorize_url": "https://acme.myshopify.com/admin/oauth/authorize?client_id=0a1b2c",
        "expires_at": "2026-03-01T09:40:00Z",
    })
}

pub(super) fn channel_with_summary() -> Value {
    let mut channel = channel();
    channel["summary"] = json!({
        "behind": 0, "waiting": {"oversell": 0, "fall": 2, "rise": 1}, "sending": 3, "held": 0,
        "rejected": 1, "oldest": "2026-03-01T10:02:10Z", "settled_last_hour": 812,
        "median_ms": 640, "p99_ms": 2100, "levels": {"live": 5120, "frozen": 0, "closed": 12},
        "items": {"matched": 1280, "not_live": 3, "twice": 4, "none": 17, "untracked": 9,
            "gone": 1},
        "differences": {"confirmed": 1, "unconfirmed": 2},
    });
    channel
}

pub(super) fn job() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000d1",
        "channel_id": "01900000-0000-7000-8000-0000000000c1", "kind": "check", "status": "done",
        "by": {"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya", "kind": "user"},
        "began_at": "2026-03-01T09:31:00Z", "ended_at": "2026-03-01T09:31:20Z", "problem": null,
        "read": {"locations": 3,
            "items": {"matched": 1280, "twice": 4, "none": 17, "untracked": 9}},
        "compared": {"levels": 5120, "differing": 1, "differences": [{
            "sku": sku(), "item": "gid://shopify/InventoryItem/1",
            "location": "gid://shopify/Location/1", "location_name": "Main Street",
            "shop_has": 7, "should_have": 9,
        }]},
        "taken_in": null, "audit": null,
    })
}

pub(super) fn audit() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-0000000000d2", "kind": "nightly", "status": "done",
        "began_at": "2026-03-01T03:00:00Z", "ended_at": "2026-03-01T03:02:00Z",
        "as_of": "2026-03-01T03:01:58Z", "levels": 5120, "equal": 5118, "in_flight": 1,
        "left_out": 12, "differing": {"drift": 1}, "problem": null,
    })
}

pub(super) fn location() -> Value {
    json!({
        "location": "gid://shopify/Location/1", "name": "Main Street", "active": true,
        "seen_at": "2026-03-01T09:31:00Z",
        "facilities": [{
            "facility_id": "01900000-0000-7000-8000-00000000000a", "code": "S1",
            "name": "Main Street", "safety_stock": 0,
        }],
    })
}

pub(super) fn item() -> Value {
    json!({
        "item": "gid://shopify/InventoryItem/1", "number": "1",
        "variant": "gid://shopify/ProductVariant/1", "code": "TR-204",
        "barcodes": ["4006381333931"], "handle": "trail-runner", "title": "Trail Runner",
        "options": ["10", "black"], "tracked": true, "sku": sku(), "matched_by": "barcode",
        "problem": null, "candidates": [], "live": true,
    })
}

pub(super) fn difference() -> Value {
    json!({
        "sku": sku(), "item": "gid://shopify/InventoryItem/1",
        "location": "gid://shopify/Location/1", "location_name": "Main Street",
        "class": "drift", "shop_has": 7, "should_have": 9,
        "first_seen_at": "2026-03-01T09:31:00Z", "seen_at": "2026-03-01T09:31:06Z",
        "sightings": 2, "confirmed_at": "2026-03-01T09:31:06Z", "correcting": true,
        "corrections": 0, "problem": null, "may_correct": false,
    })
}
