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
