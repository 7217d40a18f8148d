//! What the description shows as examples.

use serde_json::{Value, json};

use crate::api::counts::examples::count;

fn maya() -> Value {
    json!({"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya", "kind": "user"})
}

/// A line of which two units are missing.
pub(super) fn line() -> Value {
    json!({
        "sku_id": "01900000-0000-7000-8000-00000000000b", "sku": {
            "id": "01900000-0000-7000-8000-00000000000b", "code": "TR-204",
            "title": "10 / black", "product_id": "01900000-0000-7000-8000-00000000000c",
            "product_title": "Trail Runner", "image_url": null,
        },
        "status": "counted", "counted": 10, "expected": 12, "expected_low": 12,
        "expected_high": 12, "variance": -2, "variance_low": -2, "variance_high": -2,
        "percent": -16.67, "unit_value": "36.00", "value": "-72.00", "group": "small",
        "first_scanned_at": "2026-03-01T09:30:00Z", "last_scanned_at": "2026-03-01T09:31:00Z",
        "scans": 10, "round": 1, "how": ["scanned"], "counters": [maya()],
        "areas": ["Back room"], "sessions": 1, "clock_uncertain": false, "basket_units": 0,
        "decision": null, "needs": "manager", "may_decide": true, "may_not_because": null,
        "line_id": null, "movement_id": null, "channels": [],
    })
}

/// A summary of a few lines.
pub(super) fn summary() -> Value {
    json!({
        "lines": {"unknown": 2, "counted": 3, "accepted": 37},
        "groups": {"needs_me": 3, "large": 1, "odd": 1, "small": 1, "consistent": 37},
        "counted_units": 412, "expected_units": 417, "variance_units": -5,
        "gross_value": "180.00", "net_value": "-108.00", "undecided": 3, "late_scans": 0,
    })
}

/// A count whose lines are being decided about.
pub(super) fn count_in_review() -> Value {
    let mut count = count();
    count["status"] = json!("in_review");
    (count["submitted_by"], count["submitted_at"]) = (maya(), json!("2026-03-01T11:00:00Z"));
    count["progress"]["sessions_open"] = json!(0);
    count["progress"]["sessions_submitted"] = json!(1);
    count
}

/// The same when its lines are posted.
pub(super) fn count_closed() -> Value {
    let mut count = count_in_review();
    count["status"] = json!("closed");
    (count["closed_by"], count["closed_at"]) = (maya(), json!("2026-03-01T12:00:00Z"));
    count
}

/// A line with what stands behind it.
pub(super) fn story() -> Value {
    let decision = json!({
        "decision": "recount", "by": null, "at": "2026-03-01T11:00:00Z", "reason": null,
        "rule": "policy 0: more than 5 units",
    });
    json!({
        "line": line(), "scans": [{
            "id": "01900000-0000-7000-8000-00000000000e", "at": "2026-03-01T09:31:00Z",
            "received_at": "2026-03-01T09:31:01Z", "quantity": 10, "how": "scanned",
            "code": "4006381333931", "counter": maya(), "area": "Back room",
            "session_id": "01900000-0000-7000-8000-00000000000f", "round": 1,
            "uncertainty_ms": 0, "late": false, "undoes": null,
        }],
        "movements": [], "basket_sales": [], "counts": [{
            "count_id": "01900000-0000-7000-8000-000000000001", "name": "Back room",
            "at": "2026-02-01T09:30:00Z", "counted": 12, "variance": 0, "undone": false,
            "closed_at": "2026-02-01T12:00:00Z",
        }],
        "decisions": [decision], "photos": [],
    })
}

/// What a count has found.
pub(super) fn result() -> Value {
    json!({
        "lines": 40, "posted": 38, "units_lost": 3, "units_gained": 1, "value_lost": "108.00",
        "value_gained": "36.00", "net_value": "-72.00", "gross_value": "144.00", "accuracy": {
            "exact": 0.925, "exact_low": 0.8014, "exact_high": 0.9742,
            "within_tolerance": 0.975, "gross_value": 0.991, "net_value": 0.995,
        },
        "by_reason": [{
            "reason": "counted twice", "lines": 3, "units_lost": 3, "units_gained": 1,
            "value_lost": "108.00", "value_gained": "36.00", "value": "-72.00",
        }],
        "by_counter": [{"counter": maya(), "lines": 40, "exact": 0.925}],
        "reviewers": [maya()], "late_corrections": 0, "undone": 0,
    })
}
