//! Sessions and scans as a device sees them.

use serde_json::{Value, json};

use crate::{stocked::Stocked, testing::Who};

/// A store with an open count and somebody who counts.
struct Counting {
    stocked: Stocked,
    counter: Who,
    manager: Who,
    count: Value,
}

impl Counting {
    async fn of(kind: &str) -> Self {
        let stocked = Stocked::new().await;
        let manager = stocked.at_main("facility_manager").await;
        let counter = stocked.at_main("associate").await;
        let skus = if kind == "area" { json!(null) } else { json!([stocked.shoe.0]) };
        let body = json!({
            "id": stocked.state.id(), "facility_id": stocked.main.0, "name": "Shoes",
            "kind": kind, "sku_ids": skus,
        });
        let count = stocked.state.as_(&manager).post("/counts", &body).await.created();
        let path = format!("/counts/{}/open", text(&count["id"]));
        let count = stocked.state.as_(&manager).post(&path, &json!({})).await.ok();
        Self { stocked, counter, manager, count }
    }

    fn sessions(&self) -> String {
        format!("/counts/{}/sessions", text(&self.count["id"]))
    }

    async fn begin(&self, who: &Who) -> String {
        let body = json!({"id": self.stocked.state.id(), "area": "Shop", "device": "Phone 1"});
        let session = self.stocked.state.as_(who).post(&self.sessions(), &body).await.created();
        format!("/count-sessions/{}", text(&session["id"]))
    }

    fn scan(&self, code: &str, quantity: i64) -> Value {
        json!({
            "id": self.stocked.state.id(), "code": code, "quantity": quantity, "how": "scanned",
            "scanned_at": "2026-01-15T11:59:00Z",
        })
    }

    async fn send(&self, session: &str, scans: &[&Value]) -> Value {
        let path = format!("{session}/scans");
        let body = json!({"scans": scans});
        self.stocked.state.as_(&self.counter).post(&path, &body).await.ok()
    }

    async fn call(&self, who: &Who, path: &str) -> crate::testing::Reply {
        self.stocked.state.as_(who).post(path, &json!({})).await
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn statuses(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().expect("results").iter().map(|r| text(&r["status"])).collect()
}

#[tokio::test]
async fn a_device_counts_and_submits() {
    let counting = Counting::of("area").await;
    let session = counting.begin(&counting.counter).await;
    let (one, two) = (counting.scan("TR-204", 1), counting.scan("tr-204", 12));
    let first = counting.send(&session, &[&one, &two]).await;
    assert_eq!(statuses(&first), ["counted", "counted"]);
    assert_eq!(first["results"][0]["sku"]["id"], json!(counting.stocked.shoe.0));
    assert_eq!(first["safe"], 2);
    let again = counting.send(&session, &[&two, &one]).await;
    assert_eq!((statuses(&again), &again["safe"]), (vec!["counted", "counted"], &json!(2)));
    let seen = counting.stocked.state.as_(&counting.counter).get(&session).await.ok();
    assert_eq!((&seen["units"], &seen["skus"], &seen["scans"]), (&json!(13), &json!(1), &json!(2)));
    for _ in 0..2 {
        let done = counting.call(&counting.counter, &format!("{session}/submit")).await.ok();
        assert_eq!(done["status"], "submitted");
    }
    let late = counting.send(&session, &[&counting.scan("TR-204", 1), &one]).await;
    assert_eq!((statuses(&late), &late["safe"]), (vec!["late", "counted"], &json!(3)));
}

#[tokio::test]
async fn each_scan_has_its_own_result() {
    let counting = Counting::of("spot").await;
    let other = counting.stocked.sku("Boot", true, None).await;
    let session = counting.begin(&counting.counter).await;
    let mut by_hand = counting.scan("", 2);
    by_hand["sku_id"] = json!(other.0);
    let mut forged = counting.scan("x", 1);
    forged["id"] = by_hand["id"].clone();
    let scans = [by_hand, counting.scan("?", 1), counting.scan("x", 2_000_000), forged];
    let answer = counting.send(&session, &scans.each_ref()).await;
    let expected = ["unlisted", "unknown_code", "rejected", "rejected"];
    assert_eq!(statuses(&answer), expected);
    let problem = |n: usize| &answer["results"][n]["problem"];
    assert_eq!(problem(0), &json!(null));
    assert_eq!(problem(2)["type"], "urn:onhand:problem:oversized-quantity");
    assert_eq!(problem(2)["errors"][0]["pointer"], "/scans/2/quantity");
    assert_eq!(problem(3)["type"], "urn:onhand:problem:id-reused");
    assert_eq!(answer["safe"], 2);
    // Both SKUs have the code on their labels; one of them is asked for.
    let answer = counting.send(&session, &[&counting.scan("TR-204", 1)]).await;
    assert_eq!(statuses(&answer), ["counted"]);
    let many = vec![counting.scan("?", 1); 1_001];
    let path = format!("{session}/scans");
    let client = counting.stocked.state.as_(&counting.counter);
    let refused = client.post(&path, &json!({"scans": many})).await.problem(422, "too-many");
    assert_eq!(
        (&refused["max"], &refused["errors"][0]["pointer"]),
        (&json!(1_000), &json!("/scans"))
    );
    let nobody_else_sees = client.get(&format!("{session}/lines?limit=1")).await.ok();
    assert!(nobody_else_sees["next_cursor"].is_string());
}

#[tokio::test]
async fn an_ambiguous_code_brings_up_what_it_may_be() {
    let counting = Counting::of("area").await;
    counting.stocked.sku("Boot", true, None).await;
    let session = counting.begin(&counting.counter).await;
    let answer = counting.send(&session, &[&counting.scan("TR-204", 3)]).await;
    let result = &answer["results"][0];
    assert_eq!((&result["status"], &result["sku"]), (&json!("ambiguous_code"), &json!(null)));
    assert_eq!(result["candidates"].as_array().map(Vec::len), Some(2));
    let state = &counting.stocked.state;
    let refused = counting.call(&counting.counter, &format!("{session}/submit")).await;
    assert_eq!(refused.problem(409, "unknown-codes")["unknown_codes"], 1);
    let path = format!("{session}/codes");
    let codes = state.as_(&counting.counter).get(&path).await.ok();
    assert_eq!(
        (&codes["items"][0]["code"], &codes["items"][0]["quantity"]),
        (&json!("TR-204"), &json!(3))
    );
    let chosen = json!({"code": "TR-204", "sku_id": counting.stocked.shoe.0});
    let mut saved = chosen.clone();
    saved["save_barcode"] = json!(true);
    let refused = state.as_(&counting.manager).post(&path, &saved).await;
    assert_eq!(refused.problem(403, "not-permitted")["permission"], "catalog.import");
    let forgotten = json!({"code": "TR-204"});
    let refused = state.as_(&counting.counter).post(&path, &forgotten).await;
    assert_eq!(refused.problem(422, "invalid-request")["errors"][0]["pointer"], "/sku_id");
    let matched = state.as_(&counting.counter).post(&path, &chosen).await.ok();
    assert_eq!(matched["sku"]["id"], json!(counting.stocked.shoe.0));
    let unknown = json!({"code": "never", "sku_id": null});
    state.as_(&counting.counter).post(&path, &unknown).await.problem(404, "unknown-code");
    let done = counting.call(&counting.counter, &format!("{session}/submit")).await.ok();
    assert_eq!((&done["units"], &done["unknown_codes"]), (&json!(3), &json!(0)));
    let over = state.as_(&counting.counter).post(&path, &chosen).await;
    assert_eq!(over.problem(409, "session-submitted")["session_status"], "submitted");
}

#[tokio::test]
async fn a_session_is_its_counters_own() {
    let counting = Counting::of("area").await;
    let Counting { stocked, counter, manager, .. } = &counting;
    let state = &stocked.state;
    let session = counting.begin(counter).await;
    let colleague = stocked.at_main("associate").await;
    let elsewhere = onhand_domain::Scope::Facility(stocked.harbour);
    let stranger = state.user("inventory_controller", elsewhere).await;
    let scans = json!({"scans": [counting.scan("TR-204", 1)]});
    let path = format!("{session}/scans");
    for (who, status, code) in [
        (manager, 403, "not-your-session"),
        (&colleague, 403, "not-your-session"),
        (&stranger, 404, "unknown-session"),
    ] {
        state.as_(who).post(&path, &scans).await.problem(status, code);
    }
    for path in [session.clone(), format!("{session}/lines"), format!("{session}/codes")] {
        let refused = state.as_(&colleague).get(&path).await.problem(403, "not-permitted");
        assert_eq!(refused["permission"], "count.manage", "{path}");
        state.as_(&stranger).get(&path).await.problem(404, "unknown-session");
        state.as_(manager).get(&path).await.ok();
    }
    for step in ["submit", "reopen", "discard"] {
        let path = format!("{session}/{step}");
        counting.call(&colleague, &path).await.problem(403, "not-permitted");
        counting.call(&stranger, &path).await.problem(404, "unknown-session");
    }
    counting.call(counter, &format!("{session}/reopen")).await.problem(403, "not-permitted");
    counting.call(manager, &format!("{session}/discard")).await.ok();
    counting.call(manager, &format!("{session}/reopen")).await.ok();
    let all = state.as_(&colleague).get(&counting.sessions()).await.ok();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    // The right is taken away while the device has scans: it keeps them.
    let change = onhand_store::people::UserChange {
        grants: Some(Vec::new()),
        ..onhand_store::people::UserChange::default()
    };
    let by = onhand_store::By::command_line("test");
    state.app.store.update_user(&by, counter.id, change).await.expect("changed");
    let refused = state.as_(counter).post(&path, &scans).await.problem(403, "not-permitted");
    assert_eq!(refused["permission"], "count.count");
    assert_eq!(state.as_(manager).get(&session).await.ok()["scans"], 0);
}

/// 12 shoes are on record: no answer to somebody who counts them blind has that number in it.
#[tokio::test]
async fn whoever_counts_blind_is_told_no_quantity() {
    let counting = Counting::of("spot").await;
    let state = &counting.stocked.state;
    let levels = format!("/levels?facility_id={}", counting.stocked.main);
    let counter = state.as_(&counting.counter);
    assert!(counter.get(&levels).await.ok().to_string().contains("\"on_hand\":12"));
    let session = counting.begin(&counting.counter).await;
    // At once, also where rights are remembered.
    counter.get(&levels).await.problem(403, "counting-blind");
    let report = counting.stocked.variance(-1, "lost");
    counter.post("/variances", &report).await.problem(403, "counting-blind");
    let seen = counting.scan("TR-204", 5);
    let mut answers = vec![
        counting.send(&session, &[&seen, &counting.scan("?", 1)]).await,
        counter.get(&session).await.ok(),
        counter.get(&format!("{session}/lines")).await.ok(),
        counter.get(&format!("{session}/codes")).await.ok(),
        counter.get(&counting.sessions()).await.ok(),
        counter.post(&format!("{session}/submit"), &json!({})).await.expect(409),
    ];
    let nothing = json!({"code": "?", "sku_id": null});
    answers.push(counter.post(&format!("{session}/codes"), &nothing).await.ok());
    answers.push(counter.post(&format!("{session}/submit"), &json!({})).await.ok());
    for answer in answers {
        for told in numbers(&answer) {
            assert!(told != 12 && told != -7 && told != 7, "{answer}");
        }
    }
    counter.get(&levels).await.ok();
}

/// All whole numbers of an answer.
fn numbers(value: &Value) -> Vec<i64> {
    match value {
        Value::Number(number) => number.as_i64().into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(members) => members.values().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_day_without_network_arrives_at_once() {
    let counting = Counting::of("area").await;
    let state = &counting.stocked.state;
    let counter = state.as_(&counting.counter);
    let id = state.id();
    // The device's clock is an hour behind.
    let body = json!({
        "id": id, "started_at": "2026-01-15T07:00:00Z", "sent_at": "2026-01-15T11:00:00Z",
    });
    let begun = counter.post(&counting.sessions(), &body).await.created();
    assert_eq!(begun["started_at"], "2026-01-15T08:00:00Z");
    assert_eq!(begun["clock_offset_ms"], 3_600_000);
    // A retry shows another clock, and is the same.
    let mut again = body.clone();
    again["sent_at"] = json!("2026-01-15T11:00:09Z");
    assert_eq!(counter.post(&counting.sessions(), &again).await.created()["id"], json!(id));
    let session = format!("/count-sessions/{id}");
    let mut scan = counting.scan("TR-204", 1);
    scan["scanned_at"] = json!("2026-01-15T07:30:00Z");
    let sending = json!({"scans": [scan], "sent_at": "2026-01-15T11:00:00Z"});
    counter.post(&format!("{session}/scans"), &sending).await.ok();
    let lines = counter.get(&format!("{session}/lines")).await.ok();
    assert_eq!(lines["items"][0]["last_scanned_at"], "2026-01-15T08:30:00Z");
    let done = json!({"submitted_at": "2026-01-15T09:00:00Z"});
    let done = counter.post(&format!("{session}/submit"), &done).await.ok();
    assert_eq!(done["submitted_at"], "2026-01-15T09:00:00Z");
}
