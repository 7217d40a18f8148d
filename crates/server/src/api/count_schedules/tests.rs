//! Schedules through the API, and the counts that they make.

use onhand_domain::{Micros, Scope};
use serde_json::json;

use super::example;
use crate::{stocked::Stocked, testing::NOW};

const HOUR: i64 = 3_600 * Micros::SECOND;

#[tokio::test]
async fn a_schedule_is_made_changed_and_removed() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    // NOW is Thursday, 2026-01-15, 13:00 in Berlin.
    let body = json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "Fridays",
        "rule": {"kind": "weekly", "weekdays": [5]}, "at": "07:30",
    });
    let made = client.post("/count-schedules", &body).await.created();
    assert_eq!(made["next_at"], "2026-01-16T06:30:00Z");
    assert_eq!((&made["blind"], &made["active"]), (&json!(true), &json!(true)));
    let members =
        |v: &serde_json::Value| v.as_object().expect("members").keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&made), members(&example()));
    assert_eq!(client.post("/count-schedules", &body).await.created(), made, "a retry");
    let mut other = body.clone();
    other["at"] = json!("08:00");
    client.post("/count-schedules", &other).await.problem(409, "id-reused");
    let path = format!("/count-schedules/{}", body["id"].as_str().expect("an id"));
    let change = json!({"at": "14:00", "rule": {"kind": "random", "skus_a_day": 3}});
    let changed = client.patch(&path, &change).await.ok();
    assert_eq!(changed["next_at"], "2026-01-15T13:00:00Z", "today, an hour from now");
    let resting = client.patch(&path, &json!({"active": false})).await.ok();
    assert_eq!(resting["next_at"], json!(null));
    assert_eq!(client.get("/count-schedules").await.ok()["items"], json!([resting]));
    for (change, pointer) in [
        (json!({"at": "24:00"}), "/at"),
        (json!({"at": "7"}), "/at"),
        (json!({"rule": {"kind": "weekly", "weekdays": [8]}}), "/rule/weekdays"),
        (json!({"rule": {"kind": "abc", "a": 400, "b": 2, "c": 1}}), "/rule/a"),
        (json!({"due_after_hours": 0}), "/due_after_hours"),
        (json!({"name": ""}), "/name"),
    ] {
        let problem = client.patch(&path, &change).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{change}");
    }
    assert_eq!(client.delete(&path).await.status, 204);
    client.delete(&path).await.problem(404, "unknown-schedule");
}

#[tokio::test]
async fn its_counts_begin_at_their_time() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    let body = json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "Sample",
        "rule": {"kind": "random", "skus_a_day": 5}, "at": "14:00", "due_after_hours": 4,
    });
    client.post("/count-schedules", &body).await.created();
    let store = &shop.state.app.store;
    store.keep_counts().await.expect("kept");
    assert_eq!(client.get("/counts").await.ok()["items"], json!([]), "an hour too early");
    shop.state.clock.set(NOW.plus(HOUR));
    store.keep_counts().await.expect("kept");
    store.keep_counts().await.expect("once more");
    let counts = client.get("/counts").await.ok();
    let count = &counts["items"][0];
    assert_eq!(counts["items"].as_array().expect("items").len(), 1);
    assert_eq!((&count["name"], &count["status"]), (&json!("Sample, 2026-01-15"), &json!("open")));
    assert_eq!((&count["origin"], &count["item_count"]), (&json!("schedule"), &json!(1)));
    assert_eq!(count["due_at"], "2026-01-15T17:00:00Z");
    assert_eq!(count["opened_by"]["kind"], "system");
    let schedules = client.get("/count-schedules").await.ok();
    assert_eq!(schedules["items"][0]["last_count_id"], count["id"]);
    assert_eq!(schedules["items"][0]["next_at"], "2026-01-16T13:00:00Z");
}

#[tokio::test]
async fn schedules_are_a_managers() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let associate = shop.at_main("associate").await;
    let other = shop.state.user("facility_manager", Scope::Facility(shop.harbour)).await;
    let body = json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "Fridays",
        "rule": {"kind": "weekly", "weekdays": [5]}, "at": "07:30",
    });
    shop.state.as_(&associate).post("/count-schedules", &body).await.problem(403, "not-permitted");
    shop.state.as_(&other).post("/count-schedules", &body).await.problem(404, "unknown-facility");
    shop.state.as_(&manager).post("/count-schedules", &body).await.created();
    let path = format!("/count-schedules/{}", body["id"].as_str().expect("an id"));
    shop.state.as_(&other).patch(&path, &json!({})).await.problem(404, "unknown-schedule");
    shop.state.as_(&other).delete(&path).await.problem(404, "unknown-schedule");
    assert_eq!(shop.state.as_(&other).get("/count-schedules").await.ok()["items"], json!([]));
}
