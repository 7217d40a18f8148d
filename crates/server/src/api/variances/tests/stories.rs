//! What people do, from the first touch to the last; on both databases.

use onhand_domain::{MovementKind, Scope};
use serde_json::{Value, json};

use crate::{
    stocked::{Stocked, levels},
    testing::{NOW, TestState},
};

async fn each(story: impl AsyncFn(Stocked)) {
    story(Stocked::new().await).await;
    story(Stocked::on(TestState::postgres().await).await).await;
}

fn names(orders: &Value) -> Vec<&str> {
    let orders = orders.as_array().expect("a list");
    orders.iter().map(|order| order["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_manager_logs_a_damaged_shoe_and_takes_it_back() {
    each(async |shop: Stocked| {
        let manager = shop.at_main("facility_manager").await;
        let client = shop.state.as_(&manager);
        let body = shop.variance(-1, "damaged");

        let preview = client.post("/variances/preview", &body).await.ok();
        assert_eq!(preview["status"], "would_post");
        assert_eq!(levels(&preview["level_after"]), [12, 11, 1]);
        assert_eq!(shop.now().await, ([12, 12, 0], 1), "a preview writes nothing");

        let answer = client.post("/variances", &body).await.ok();
        assert_eq!(answer["status"], "posted");
        assert_eq!(answer["value"], "20.00");
        assert_eq!(levels(&answer["level_before"]), [12, 12, 0]);
        assert_eq!(levels(&answer["level_after"]), [12, 11, 1]);
        let movement = &answer["movement"];
        assert_eq!(movement["id"], body["id"]);
        assert_eq!((&movement["from"], &movement["to"]), (&json!("available"), &json!("damaged")));
        assert_eq!(movement["actor"]["id"], json!(manager.id.0));
        assert_eq!(movement["reason_label"], "Damaged");
        assert_eq!(movement["sku"]["product_title"], "Trail Runner");
        assert_eq!(
            (&movement["on_hand_change"], &movement["available_change"]),
            (&json!(0), &json!(-1))
        );
        assert_eq!(movement["may_reverse"], true);
        assert_eq!(client.post("/variances", &body).await.ok(), answer, "a retry");
        assert_eq!(shop.now().await, ([12, 11, 1], 2));

        let path = format!("/variances/{}/reversal", body["id"].as_str().expect("an id"));
        let undo = json!({"id": shop.state.id(), "note": "wrong shoe"});
        let undone = client.post(&path, &undo).await.ok();
        assert_eq!(undone["movement"]["kind"], "reversal");
        assert_eq!(undone["movement"]["reverses"], body["id"]);
        assert_eq!(levels(&undone["level_after"]), [12, 12, 0]);
        assert_eq!(undone["movement"]["may_reverse"], false);
        assert_eq!(client.post(&path, &undo).await.ok(), undone, "a retry");
        let again = client.post(&path, &json!({"id": shop.state.id()})).await;
        assert_eq!(again.problem(409, "already-reversed")["reversed_by"], undo["id"]);
        assert_eq!(shop.now().await, ([12, 12, 0], 3));

        let history = client.get("/variances").await.ok();
        assert_eq!(history["items"][0]["kind"], "reversal");
        assert_eq!(history["items"][1]["reversed_by"], undo["id"]);
        assert_eq!(history["items"][1]["may_reverse"], false);
    })
    .await;
}

#[tokio::test]
async fn an_associate_reports_and_a_manager_approves() {
    each(async |shop: Stocked| {
        let associate = shop.at_main("associate").await;
        let manager = shop.at_main("facility_manager").await;
        let mut body = shop.variance(-2, "lost");
        body["note"] = json!("shelf 4 is empty");
        let seen_at = "2026-01-15T11:00:00Z";
        body["effective_at"] = json!(seen_at);

        let preview = shop.state.as_(&associate).post("/variances/preview", &body).await.ok();
        assert_eq!(preview["status"], "would_request");
        let asked = shop.state.as_(&associate).post("/variances", &body).await.ok();
        assert_eq!(asked["status"], "requested");
        assert_eq!(asked["request_because"], json!(["no_permission"]));
        assert_eq!(asked["movement"], Value::Null);
        assert_eq!(levels(&asked["level_before"]), [12, 12, 0]);
        assert_eq!(levels(&asked["level_after"]), [10, 10, 0]);
        assert_eq!(asked["request"]["may_decide"], false);
        assert_eq!(asked["request"]["may_not_because"], "no_permission");
        let retry = shop.state.as_(&associate).post("/variances", &body).await.ok();
        assert_eq!(retry, asked, "a retry");
        assert_eq!(shop.now().await, ([12, 12, 0], 1), "nothing moves before the approval");

        let list = "/variance-requests?status=pending";
        let waiting = shop.state.as_(&manager).get(list).await.ok();
        assert_eq!(waiting["items"][0]["id"], body["id"]);
        assert_eq!(waiting["items"][0]["may_decide"], true);
        assert_eq!(waiting["items"][0]["reported_by"]["id"], json!(associate.id.0));
        assert_eq!(levels(&waiting["items"][0]["level_after"]), [10, 10, 0]);

        // Later: the stock moves with the time at which the loss was seen.
        shop.state.clock.advance(3_600 * onhand_domain::Micros::SECOND);
        let path = format!("/variance-requests/{}/approval", body["id"].as_str().expect("an id"));
        let verdict = json!({"note": "seen it"});
        let approved = shop.state.as_(&manager).post(&path, &verdict).await.ok();
        assert_eq!(approved["status"], "posted");
        assert_eq!(approved["movement"]["effective_at"], seen_at);
        assert_eq!(approved["movement"]["actor"]["id"], json!(manager.id.0));
        assert_eq!(approved["movement"]["reported_by"]["id"], json!(associate.id.0));
        assert_eq!(approved["request"]["status"], "approved");
        assert_eq!(approved["request"]["decision_note"], "seen it");
        assert_eq!(levels(&approved["level_after"]), [10, 10, 0]);
        let retry = shop.state.as_(&manager).post(&path, &verdict).await.ok();
        assert_eq!(retry, approved, "a retry");
        assert_eq!(shop.now().await, ([10, 10, 0], 2));
        let waiting = shop.state.as_(&manager).get(list).await.ok();
        assert_eq!(waiting["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn orders_at_risk_come_newest_first_with_who_could_fill_them() {
    each(async |shop: Stocked| {
        let old = shop.order("#1", 5, 1).await;
        let middle = shop.order("#2", 4, 2).await;
        let new = shop.order("#3", 2, 3).await;
        // Both stores at home: the alternatives are those that the caller may see.
        let controller = shop.state.user("inventory_controller", Scope::All).await;
        let manager = shop.at_main("facility_manager").await;
        let body = shop.variance(-4, "stolen");

        // 12 on hand, 11 promised, 1 available: 4 fewer leave 3 missing.
        let preview = shop.state.as_(&controller).post("/variances/preview", &body).await.ok();
        let at_risk = &preview["orders_at_risk"];
        assert_eq!(names(at_risk), ["#3", "#2"]);
        assert_eq!(at_risk[0]["order_id"], json!(new.id.0));
        assert_eq!((&at_risk[0]["quantity"], &at_risk[0]["short"]), (&json!(2), &json!(2)));
        assert_eq!(at_risk[1]["order_line_id"], json!(middle.lines[0].id.0));
        assert_eq!((&at_risk[1]["quantity"], &at_risk[1]["short"]), (&json!(4), &json!(1)));
        let harbour = json!([{
            "facility_id": shop.harbour.0, "code": "S2", "name": "Store S2", "available": 4,
        }]);
        assert_eq!(at_risk[1]["alternatives"], harbour);
        let own = shop.state.as_(&manager).post("/variances/preview", &body).await.ok();
        assert_eq!(own["orders_at_risk"][1]["alternatives"], json!([]));

        let answer = shop.state.as_(&controller).post("/variances", &body).await.ok();
        assert_eq!(&answer["orders_at_risk"], at_risk, "as it was foreseen");
        assert_eq!(levels(&answer["level_after"]), [8, -3, 0]);
        // The oldest goes at risk only when the shortfall reaches it.
        let more = shop.variance(-4, "stolen");
        let answer = shop.state.as_(&controller).post("/variances", &more).await.ok();
        assert_eq!(names(&answer["orders_at_risk"]), ["#3", "#2", "#1"]);
        assert_eq!(answer["orders_at_risk"][2]["order_id"], json!(old.id.0));
        assert_eq!(answer["orders_at_risk"][2]["short"], 1);
        // Nobody has 5.
        assert_eq!(answer["orders_at_risk"][2]["alternatives"], json!([]));

        for body in [&more, &body] {
            let path = format!("/variances/{}/reversal", body["id"].as_str().expect("an id"));
            let undo = json!({"id": shop.state.id()});
            let undone = shop.state.as_(&controller).post(&path, &undo).await.ok();
            let at_risk = names(&undone["orders_at_risk"]);
            let rest = if body == &more { vec!["#3", "#2"] } else { vec![] };
            assert_eq!(at_risk, rest, "risk comes back with the stock");
        }
        assert_eq!(shop.now().await.0, [12, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn beyond_a_limit_it_becomes_a_request_to_somebody_higher() {
    let shop = Stocked::new().await;
    shop.record(shop.main, shop.shoe, MovementKind::Receipt, 1_000, None).await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);

    // 51 units at 20.00: above 50 units and above 1,000.00.
    let large = client.post("/variances", &shop.variance(-51, "lost")).await.ok();
    assert_eq!(large["request_because"], json!(["units", "value"]));
    // 50 units are exactly 1,000.00: five of them are the day's 5,000.00.
    for n in 0..5 {
        let answer = client.post("/variances", &shop.variance(-50, "lost")).await.ok();
        assert_eq!(answer["status"], "posted", "{n}");
    }
    let sixth = client.post("/variances", &shop.variance(1, "found")).await.ok();
    assert_eq!(sixth["request_because"], json!(["day_value"]), "gains count, too");

    // Another manager has the same limits; the inventory controller has wider ones.
    let path = format!("/variance-requests/{}/approval", large["id"].as_str().expect("an id"));
    let other = shop.at_main("facility_manager").await;
    let seen = shop.state.as_(&other).get("/variance-requests").await.ok();
    assert_eq!(seen["items"][1]["may_not_because"], "above_limit");
    let refused = shop.state.as_(&other).post(&path, &json!({})).await;
    assert_eq!(refused.problem(403, "above-limit")["because"], json!(["units", "value"]));
    let controller = shop.state.user("inventory_controller", Scope::All).await;
    let approved = shop.state.as_(&controller).post(&path, &json!({})).await.ok();
    assert_eq!(approved["status"], "posted");

    // The next day at the store begins at 23:00 UTC.
    shop.state.clock.advance(11 * 3_600 * onhand_domain::Micros::SECOND);
    let next_day = client.post("/variances", &shop.variance(1, "found")).await.ok();
    assert_eq!(next_day["status"], "posted");
}

#[tokio::test]
async fn a_manager_of_another_store_finds_nothing_and_changes_nothing() {
    each(async |shop: Stocked| {
        let manager = shop.at_main("facility_manager").await;
        let stranger = shop.state.user("facility_manager", Scope::Facility(shop.harbour)).await;
        let associate = shop.at_main("associate").await;
        let posted = shop.variance(-1, "damaged");
        shop.state.as_(&manager).post("/variances", &posted).await.ok();
        let asked = shop.variance(-1, "lost");
        shop.state.as_(&associate).post("/variances", &asked).await.ok();
        let before = shop.now().await;

        let client = shop.state.as_(&stranger);
        let id = |body: &Value| body["id"].as_str().expect("an id").to_owned();
        let body = shop.variance(-1, "damaged");
        client.post("/variances", &body).await.problem(404, "unknown-facility");
        client.post("/variances/preview", &body).await.problem(404, "unknown-facility");
        let bulk = client.post("/variances/bulk", &json!({"variances": [body]})).await.ok();
        let problem = &bulk["results"][0]["problem"];
        assert_eq!(problem["type"], "urn:onhand:problem:unknown-facility");
        assert_eq!(problem["errors"][0]["pointer"], "/variances/0/facility_id");
        let undo = json!({"id": shop.state.id()});
        let path = format!("/variances/{}/reversal", id(&posted));
        client.post(&path, &undo).await.problem(404, "unknown-movement");
        for verdict in ["approval", "decline"] {
            let path = format!("/variance-requests/{}/{verdict}", id(&asked));
            client.post(&path, &json!({})).await.problem(404, "unknown-variance-request");
        }
        for list in ["/variances", "/variance-requests"] {
            assert_eq!(client.get(list).await.ok()["items"], json!([]));
            let there = format!("{list}?facility_id={}", shop.main);
            client.get(&there).await.problem(404, "unknown-facility");
        }
        assert_eq!(client.get("/variances/summary").await.ok()["items"], json!([]));
        assert_eq!(shop.now().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_variance_before_a_count_changes_the_past_and_not_today() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    shop.count(10, NOW).await;
    assert_eq!(shop.now().await.0, [10, 10, 0]);
    let mut body = shop.variance(-1, "lost");
    body["effective_at"] = json!("2026-01-15T11:59:59Z");
    let answer = shop.state.as_(&manager).post("/variances", &body).await.ok();
    // The count found what was there: the loss before it explains a part of what was missing.
    assert_eq!(answer["level_before"]["on_hand"], 10);
    assert_eq!(answer["level_after"]["on_hand"], 10);
    assert_eq!(shop.now().await.0, [10, 10, 0]);
    // Another one that says the same is another one, and lets the first be.
    shop.record(shop.main, shop.shoe, MovementKind::Sale, 1, None).await;
    let mut other = body.clone();
    other["id"] = json!(shop.state.id());
    let second = shop.state.as_(&manager).post("/variances", &other).await.ok();
    assert_eq!(second["level_after"]["on_hand"], 9);
    for (body, answer) in [(&body, &answer), (&other, &second)] {
        let retry = shop.state.as_(&manager).post("/variances", body).await.ok();
        assert_eq!(&retry, answer, "a retry");
    }
}

#[tokio::test]
async fn a_program_is_known_by_its_key() {
    let shop = Stocked::new().await;
    let till = shop.state.key("inventory_controller", Scope::Facility(shop.main)).await;
    let mut body = shop.variance(-1, "damaged");
    body["device"] = json!("till 3");
    let answer = shop.state.as_(&till).post("/variances", &body).await.ok();
    assert_eq!(answer["movement"]["origin"], "api");
    assert_eq!(answer["movement"]["device"], "till 3");
    assert_eq!(answer["movement"]["actor"]["kind"], "key");
}

#[tokio::test]
async fn fifty_scans_at_once_take_off_fifty() {
    each(async |shop: Stocked| {
        shop.record(shop.main, shop.shoe, MovementKind::Receipt, 88, None).await;
        let manager = shop.at_main("facility_manager").await;
        let client = shop.state.as_(&manager);
        let bodies: Vec<Value> = (0..50).map(|_| shop.variance(-1, "lost")).collect();
        // Each is sent twice, as by a phone that lost the first answer.
        let calls = bodies.iter().chain(&bodies).map(|body| client.post("/variances", body));
        for reply in futures::future::join_all(calls).await {
            assert_eq!(reply.ok()["status"], "posted");
        }
        assert_eq!(shop.now().await, ([50, 50, 0], 52));
    })
    .await;
}
