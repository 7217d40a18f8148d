//! Requests through the router.

use onhand_domain::{MovementKind, Scope};
use serde_json::{Value, json};

use crate::stocked::{Stocked, levels};

fn path(body: &Value, verdict: &str) -> String {
    format!("/variance-requests/{}/{verdict}", body["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn nobody_decides_on_their_own_report() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    shop.record(shop.main, shop.shoe, MovementKind::Receipt, 100, None).await;
    let body = shop.variance(-51, "lost");
    let client = shop.state.as_(&manager);
    let asked = client.post("/variances", &body).await.ok();
    assert_eq!(asked["status"], "requested");
    assert_eq!(asked["request"]["may_not_because"], "own_request");
    let before = shop.now().await;
    for verdict in ["approval", "decline"] {
        client.post(&path(&body, verdict), &json!({})).await.problem(403, "own-request");
    }
    assert_eq!(shop.now().await, before);
    let list = client.get("/variance-requests?status=pending").await.ok();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_request_is_decided_once() {
    let shop = Stocked::new().await;
    let associate = shop.at_main("associate").await;
    let manager = shop.at_main("facility_manager").await;
    let other = shop.at_main("facility_manager").await;
    let body = shop.variance(-1, "damaged");
    shop.state.as_(&associate).post("/variances", &body).await.ok();
    let verdict = json!({"note": "found it behind the shelf"});
    let declined = shop.state.as_(&manager).post(&path(&body, "decline"), &verdict).await.ok();
    assert_eq!(declined["status"], "declined");
    assert_eq!(declined["decided_by"]["id"], json!(manager.id.0));
    assert_eq!(declined["decision_note"], "found it behind the shelf");
    assert_eq!(
        (&declined["may_decide"], &declined["may_not_because"]),
        (&json!(false), &Value::Null)
    );
    let retry = shop.state.as_(&manager).post(&path(&body, "decline"), &verdict).await.ok();
    assert_eq!(retry, declined, "a retry");
    let late = shop.state.as_(&other).post(&path(&body, "approval"), &json!({})).await;
    let problem = late.problem(409, "already-decided");
    assert_eq!(problem["request_status"], "declined");
    assert_eq!(problem["decided_by"], json!(manager.id.0));
    assert_eq!(shop.now().await, ([12, 12, 0], 1));
    // The reporter's own retry is still answered.
    let again = shop.state.as_(&associate).post("/variances", &body).await.ok();
    assert_eq!(again["request"]["status"], "declined");
}

#[tokio::test]
async fn it_takes_the_permission_to_decide() {
    let shop = Stocked::new().await;
    let associate = shop.at_main("associate").await;
    let other = shop.at_main("associate").await;
    let body = shop.variance(-1, "damaged");
    shop.state.as_(&associate).post("/variances", &body).await.ok();
    for verdict in ["approval", "decline"] {
        let denied = shop.state.as_(&other).post(&path(&body, verdict), &json!({})).await;
        assert_eq!(denied.problem(403, "not-permitted")["permission"], "variance.approve");
        let unknown = json!({"id": shop.state.id()});
        let denied = shop.state.as_(&other).post(&path(&unknown, verdict), &json!({})).await;
        denied.problem(403, "not-permitted");
        let manager = shop.at_main("facility_manager").await;
        let denied = shop.state.as_(&manager).post(&path(&unknown, verdict), &json!({})).await;
        denied.problem(404, "unknown-variance-request");
        let bad = json!({"note": "x".repeat(1_001)});
        let refused = shop.state.as_(&manager).post(&path(&body, verdict), &bad).await;
        assert_eq!(refused.problem(422, "too-long")["errors"][0]["pointer"], "/note");
        let bad = json!({"quantity": -1});
        let refused = shop.state.as_(&manager).post(&path(&body, verdict), &bad).await;
        refused.problem(422, "invalid-request");
    }
    assert_eq!(shop.now().await, ([12, 12, 0], 1));
}

#[tokio::test]
async fn what_was_sold_meanwhile_is_not_approved_away() {
    let shop = Stocked::new().await;
    let associate = shop.at_main("associate").await;
    let manager = shop.at_main("facility_manager").await;
    let body = shop.variance(-3, "lost");
    shop.state.as_(&associate).post("/variances", &body).await.ok();
    shop.order("#7", 9, 1).await;
    let list = shop.state.as_(&manager).get("/variance-requests").await.ok();
    assert_eq!(levels(&list["items"][0]["level"]), [12, 3, 0]);
    assert_eq!(list["items"][0]["orders_at_risk"], json!([]));
    shop.record(shop.main, shop.shoe, MovementKind::Sale, 2, None).await;
    let list = shop.state.as_(&manager).get("/variance-requests").await.ok();
    assert_eq!(list["items"][0]["orders_at_risk"][0]["name"], "#7");
    assert_eq!(list["items"][0]["orders_at_risk"][0]["short"], 2);
    shop.record(shop.main, shop.shoe, MovementKind::Sale, 8, None).await;
    let refused = shop.state.as_(&manager).post(&path(&body, "approval"), &json!({})).await;
    assert_eq!(refused.problem(422, "below-zero")["good"], 2);
    assert_eq!(shop.now().await.0, [2, -7, 0]);
}

#[tokio::test]
async fn lists_filter_and_follow_each_other() {
    let shop = Stocked::new().await;
    let associate = shop.state.user("associate", Scope::All).await;
    let manager = shop.at_main("facility_manager").await;
    let mut all = Vec::new();
    for n in 0..3 {
        shop.state.clock.advance(onhand_domain::Micros::SECOND);
        let mut body = shop.variance(-1, "damaged");
        if n == 0 {
            body["facility_id"] = json!(shop.harbour.0);
        }
        shop.state.as_(&associate).post("/variances", &body).await.ok();
        all.insert(0, body["id"].clone());
    }
    let ids = |list: &Value| -> Vec<Value> {
        list["items"].as_array().expect("a list").iter().map(|r| r["id"].clone()).collect()
    };
    let client = shop.state.as_(&associate);
    let first = client.get("/variance-requests?limit=2").await.ok();
    let cursor = first["next_cursor"].as_str().expect("more");
    let rest = client.get(&format!("/variance-requests?limit=2&cursor={cursor}")).await.ok();
    assert_eq!([ids(&first), ids(&rest)].concat(), all);
    let own = shop.state.as_(&manager).get("/variance-requests").await.ok();
    assert_eq!(ids(&own), all[..2]);
    let approve = json!({"id": all[0]});
    shop.state.as_(&manager).post(&path(&approve, "approval"), &json!({})).await.ok();
    let pending = shop.state.as_(&manager).get("/variance-requests?status=pending").await.ok();
    assert_eq!(ids(&pending), all[1..2]);
    let approved = shop.state.as_(&manager).get("/variance-requests?status=approved").await.ok();
    assert_eq!(ids(&approved), all[..1]);
    client.get("/variance-requests?status=lost").await.problem(400, "invalid-query");
}
