//! What bad input gets: a clear problem, and nothing written.

use axum::{
    body::Body,
    http::{Request, header},
    response::IntoResponse as _,
};
use onhand_domain::{FacilityId, MovementKind, Scope};
use onhand_store::{By, StoreError, facilities::FacilityChange};
use serde_json::{Value, json};

use crate::{problem::Problem, stocked::Stocked, testing::Who};

/// Posts a variance with some members changed, and expects a problem that points at one.
#[track_caller]
fn pointed(problem: &Value, pointer: &str) {
    assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.ends_with('.') || detail.contains(' '), "{detail}");
}

async fn refuse(shop: &Stocked, who: &Who, changes: Value, (status, code): (u16, &str)) -> Value {
    let before = shop.now().await;
    let mut body = shop.variance(-1, "damaged");
    for (member, value) in changes.as_object().expect("members") {
        body[member] = value.clone();
    }
    let client = shop.state.as_(who);
    let problem = client.post("/variances", &body).await.problem(status, code);
    let foreseen = client.post("/variances/preview", &body).await.problem(status, code);
    assert_eq!(foreseen, problem, "a preview foresees it");
    assert_eq!(shop.now().await, before, "nothing is written");
    problem
}

#[tokio::test]
async fn what_does_not_fit_is_pointed_at() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let untracked = shop.sku("Gift card", false, None).await;
    let nobody = shop.state.id();
    let long = "x".repeat(1_001);
    for (changes, problem, pointer) in [
        (json!({"quantity": 0}), (422, "zero-quantity"), "/quantity"),
        (json!({"quantity": -1_000_001}), (422, "oversized-quantity"), "/quantity"),
        (json!({"quantity": i64::MIN}), (422, "oversized-quantity"), "/quantity"),
        (json!({"quantity": 1}), (422, "wrong-direction"), "/reason"),
        (json!({"quantity": -1, "reason": "found"}), (422, "wrong-direction"), "/reason"),
        (json!({"reason": "bad_mood"}), (422, "unknown-reason"), "/reason"),
        (json!({"reason": "opening"}), (422, "reason-not-selectable"), "/reason"),
        (json!({"reason": "data_correction"}), (422, "note-missing"), "/note"),
        (json!({"reason": "data_correction", "note": " \n"}), (422, "note-missing"), "/note"),
        (json!({"note": long}), (422, "too-long"), "/note"),
        (json!({"device": long}), (422, "too-long"), "/device"),
        (json!({"effective_at": "2026-01-15T12:03:00Z"}), (422, "in-the-future"), "/effective_at"),
        (json!({"effective_at": "2024-01-15T12:00:00Z"}), (422, "before-opening"), "/effective_at"),
        (json!({"sku_id": nobody}), (404, "unknown-sku"), "/sku_id"),
        (json!({"sku_id": untracked.0}), (422, "untracked"), "/sku_id"),
        (json!({"facility_id": nobody}), (404, "unknown-facility"), "/facility_id"),
        (json!({"facility_id": shop.harbour.0}), (404, "unknown-facility"), "/facility_id"),
        (json!({"quantity": "x"}), (422, "invalid-request"), "/quantity"),
        (json!({"quantity": 1.5}), (422, "invalid-request"), "/quantity"),
        (json!({"quantity": 1e30}), (422, "invalid-request"), "/quantity"),
        (json!({"id": "x"}), (422, "invalid-request"), "/id"),
        (json!({"efective_at": "2026-01-15T12:00:00Z"}), (422, "invalid-request"), "/efective_at"),
    ] {
        pointed(&refuse(&shop, &manager, changes, problem).await, pointer);
    }
}

#[tokio::test]
async fn a_facility_that_nobody_has_is_unknown_to_those_with_rights_everywhere() {
    let shop = Stocked::new().await;
    let controller = shop.state.user("inventory_controller", Scope::All).await;
    let changes = json!({"facility_id": shop.state.id()});
    refuse(&shop, &controller, changes, (404, "unknown-facility")).await;
}

#[tokio::test]
async fn below_zero_says_how_many_there_are() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    shop.record(shop.main, shop.shoe, MovementKind::Sale, 9, None).await;
    let problem = refuse(&shop, &manager, json!({"quantity": -5}), (422, "below-zero")).await;
    pointed(&problem, "/quantity");
    assert_eq!((&problem["good"], &problem["on_hand"]), (&json!(3), &json!(3)));
    assert_eq!(
        problem["detail"],
        "The record has 3 good units at Store S1; 5 can't be taken off. Count this SKU instead."
    );
    // Found, sold, and then "it was never found".
    let found = shop.variance(2, "found");
    shop.state.as_(&manager).post("/variances", &found).await.ok();
    shop.record(shop.main, shop.shoe, MovementKind::Sale, 4, None).await;
    let before = shop.now().await;
    let path = format!("/variances/{}/reversal", found["id"].as_str().expect("an id"));
    let undo = json!({"id": shop.state.id()});
    shop.state.as_(&manager).post(&path, &undo).await.problem(422, "below-zero");
    assert_eq!(shop.now().await, before);
}

#[tokio::test]
async fn an_id_stands_for_one_thing() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let associate = shop.at_main("associate").await;
    let client = shop.state.as_(&manager);
    let posted = shop.variance(-1, "damaged");
    client.post("/variances", &posted).await.ok();
    let asked = shop.variance(-1, "damaged");
    shop.state.as_(&associate).post("/variances", &asked).await.ok();
    for id in [&posted["id"], &asked["id"]] {
        let changes = json!({"id": id, "quantity": -2});
        pointed(&refuse(&shop, &manager, changes, (409, "id-reused")).await, "/id");
        // Somebody else's retry is not a retry.
        let mut same = shop.variance(-1, "damaged");
        same["id"] = id.clone();
        let other = shop.at_main("facility_manager").await;
        shop.state.as_(&other).post("/variances", &same).await.problem(409, "id-reused");
        let target = posted["id"].as_str().expect("an id");
        let path = format!("/variances/{target}/reversal");
        let reversal = client.post(&path, &json!({"id": id})).await;
        reversal.problem(409, "id-reused");
    }
}

#[tokio::test]
async fn what_was_counted_or_undone_is_not_undone() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    let undo = |id: &Value| format!("/variances/{}/reversal", id.as_str().expect("an id"));
    let body = shop.variance(-1, "damaged");
    client.post("/variances", &body).await.ok();
    let reversal = json!({"id": shop.state.id()});
    client.post(&undo(&body["id"]), &reversal).await.ok();
    let again = json!({"id": shop.state.id()});
    let problem = client.post(&undo(&reversal["id"]), &again).await.problem(422, "not-reversible");
    assert_eq!(problem["remedy"], "post the variance again");
    client.post(&undo(&json!(shop.state.id())), &again).await.problem(404, "unknown-movement");
    let big = shop.record(shop.main, shop.shoe, MovementKind::Receipt, 60, None).await;
    client.post(&undo(&json!(big.0)), &again).await.problem(403, "above-limit");
    let associate = shop.at_main("associate").await;
    let denied = shop.state.as_(&associate).post(&undo(&body["id"]), &again).await;
    assert_eq!(denied.problem(403, "not-permitted")["permission"], "variance.post");
    let denied = shop.state.as_(&associate).post(&undo(&json!(again["id"])), &again).await;
    denied.problem(403, "not-permitted");
}

#[tokio::test]
async fn who_may_not_report_is_told_what_it_takes() {
    let shop = Stocked::new().await;
    let auditor = shop.at_main("auditor").await;
    let problem = refuse(&shop, &auditor, json!({}), (403, "not-permitted")).await;
    assert_eq!(problem["permission"], "variance.report");
    let nobody = shop.state.nobody().await;
    refuse(&shop, &nobody, json!({}), (404, "unknown-facility")).await;
}

#[tokio::test]
async fn a_closed_facility_keeps_its_stock() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    close(&shop, shop.main).await;
    let problem = refuse(&shop, &manager, json!({}), (422, "facility-closed")).await;
    pointed(&problem, "/facility_id");
}

async fn close(shop: &Stocked, facility: FacilityId) {
    let change = FacilityChange { active: Some(false), ..FacilityChange::default() };
    let by = By::command_line("test");
    shop.state.app.store.update_facility(&by, facility, change).await.expect("closed");
}

#[tokio::test]
async fn a_body_that_is_none_is_refused() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let before = shop.now().await;
    let send = async |path: &str, kind: &str, body: String| {
        let request = Request::post(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body));
        shop.state.as_(&manager).send(request.expect("a request")).await
    };
    let json = "application/json";
    for path in ["/variances", "/variances/preview", "/variances/bulk"] {
        send(path, json, "{".to_owned()).await.problem(400, "malformed-json");
        send(path, "text/plain", "{}".to_owned()).await.problem(415, "unsupported-media-type");
        let large = format!("{{\"x\": \"{}\"}}", "x".repeat(5 * 1024 * 1024));
        send(path, json, large).await.problem(413, "too-large");
    }
    assert_eq!(shop.now().await, before);
}

#[tokio::test]
async fn a_busy_server_says_when_to_come_back() {
    for error in [StoreError::Busy, StoreError::Contended, StoreError::Stopping] {
        let response = Problem::from(error).into_response();
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
