//! What the description shows as examples.

use serde_json::{Value, json};

/// Maya counts the back room.
pub(super) fn session() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000002",
        "count_id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "area": "Back room", "round": 1,
        "counter": {
            "id": "01900000-0000-7000-8000-00000000000d", "name": "Maya", "kind": "user",
        },
        "device": "Handheld 3", "status": "open", "started_at": "2026-03-01T09:00:00Z",
        "submitted_at": null, "units": 37, "skus": 12, "scans": 31, "unknown_codes": 0,
        "clock_offset_ms": -120, "recount_sku_ids": [],
    })
}

/// The same once it is over.
pub(super) fn session_that_is(status: &str) -> Value {
    let mut session = session();
    session["status"] = json!(status);
    session["submitted_at"] = json!("2026-03-01T10:00:00Z");
    session
}

/// What was scanned.
pub(super) fn sku() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204", "title": "10 / black",
        "product_id": "01900000-0000-7000-8000-00000000000c", "product_title": "Trail Runner",
        "image_url": null,
    })
}

/// A label that nobody knew, and that Maya recognised.
pub(super) fn code() -> Value {
    json!({
        "code": "4006381333931", "quantity": 2, "scans": 2,
        "first_scanned_at": "2026-03-01T09:30:00Z", "before": sku(), "after": null,
        "sku": sku(), "removed": false,
    })
}
