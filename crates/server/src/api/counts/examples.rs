//! What the description shows as examples. A test holds them to the members of real answers.

use serde_json::{Value, json};

fn maya() -> Value {
    json!({"id": "01900000-0000-7000-8000-00000000000d", "name": "Maya", "kind": "user"})
}

/// A count of the back room that Maya has opened.
pub(crate) fn count() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "name": "Back room",
        "kind": "area", "status": "open", "blind": true, "area": "Back room", "note": null,
        "origin": "hand", "start_at": null, "due_at": "2026-03-01T18:00:00Z", "overdue": false,
        "item_count": null, "assignees": [], "created_by": maya(),
        "created_at": "2026-03-01T08:00:00Z", "opened_by": maya(),
        "opened_at": "2026-03-01T09:00:00Z", "submitted_by": null, "submitted_at": null,
        "closed_by": null, "closed_at": null, "cancelled_by": null, "cancelled_at": null,
        "version": 2, "progress": {
            "sessions_open": 1, "sessions_submitted": 0, "units": 37, "skus_counted": 12,
            "unknown_codes": 1,
        },
        "my_session_id": null, "may": {
            "open": false, "count": true, "submit": true, "review": false, "close": false,
            "cancel": true, "see_expected": true,
        },
    })
}

/// The same before anybody counted, or after it was given up.
pub(crate) fn count_that_is(status: &str) -> Value {
    let mut count = count();
    count["status"] = json!(status);
    count["progress"] = json!({
        "sessions_open": 0, "sessions_submitted": 0, "units": 0, "skus_counted": 0,
        "unknown_codes": 0,
    });
    if status == "cancelled" {
        (count["cancelled_by"], count["cancelled_at"]) = (maya(), json!("2026-03-01T09:10:00Z"));
    } else {
        (count["opened_by"], count["opened_at"]) = (json!(null), json!(null));
    }
    let open = status == "draft";
    count["may"] = json!({
        "open": open, "count": false, "submit": false, "review": false, "close": false,
        "cancel": open, "see_expected": true,
    });
    count
}
