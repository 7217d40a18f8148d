//! Endpoints through the API.

use onhand_domain::Scope;
use serde_json::{Value, json};

use super::shape::{endpoint_example, message_example};
use crate::testing::TestState;

fn members(value: &Value) -> Vec<String> {
    value.as_object().expect("members").keys().cloned().collect()
}

fn endpoint(state: &TestState) -> Value {
    json!({
        "id": state.id(), "name": "ERP", "url": "https://erp.example.com/hooks",
        "events": ["variance.posted", "count.closed"],
    })
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let state = TestState::with_key().await;
    let admin = state.user("admin", Scope::All).await;
    let client = state.as_(&admin);
    let body = endpoint(&state);
    let mut made = client.post("/webhook-endpoints", &body).await.created();
    let secret = made["secret"].as_str().expect("shown").to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    made.as_object_mut().expect("members").remove("secret");
    assert_eq!(members(&made), members(&endpoint_example()));
    assert_eq!(client.post("/webhook-endpoints", &body).await.created(), made, "a retry");
    let list = client.get("/webhook-endpoints").await;
    assert!(!list.text().contains("whsec_"));
    assert_eq!(list.ok()["items"], json!([made]));
    let mut other = body.clone();
    other["name"] = json!("other");
    client.post("/webhook-endpoints", &other).await.problem(409, "id-reused");
}

#[tokio::test]
async fn an_endpoint_is_changed_tried_and_removed() {
    let state = TestState::with_key().await;
    let admin = state.user("admin", Scope::All).await;
    let client = state.as_(&admin);
    let body = endpoint(&state);
    client.post("/webhook-endpoints", &body).await.created();
    let path = format!("/webhook-endpoints/{}", body["id"].as_str().expect("an id"));
    let ping = json!({"id": state.id()});
    let test = format!("{path}/test");
    let message = client.post(&test, &ping).await.created();
    assert_eq!(members(&message), members(&message_example()));
    assert_eq!((&message["event"], &message["status"]), (&json!("ping"), &json!("waiting")));
    assert_eq!(client.post(&test, &ping).await.created(), message, "a retry");
    let messages = format!("{path}/messages");
    let found = client.get(&format!("{messages}?status=waiting")).await.ok();
    assert_eq!(found["items"], json!([message]));
    let none = client.get(&format!("{messages}?status=failed")).await.ok();
    assert_eq!(none["items"], json!([]));
    client.get(&format!("{messages}?status=x")).await.problem(400, "invalid-query");
    let replay = format!("{messages}/{}/replay", message["id"].as_str().expect("an id"));
    assert_eq!(client.post(&replay, &json!({})).await.ok(), message);
    let off = client.patch(&path, &json!({"active": false, "events": ["count.closed"]})).await.ok();
    assert_eq!((&off["active"], &off["events"]), (&json!(false), &json!(["count.closed"])));
    client.post(&test, &json!({"id": state.id()})).await.problem(409, "endpoint-off");
    client.post(&replay, &json!({})).await.problem(409, "endpoint-off");
    assert_eq!(client.delete(&path).await.status, 204);
    client.delete(&path).await.problem(404, "unknown-webhook-endpoint");
    client.get(&messages).await.problem(404, "unknown-webhook-endpoint");
}

#[tokio::test]
async fn what_does_not_fit_is_pointed_at() {
    let state = TestState::with_key().await;
    let admin = state.user("admin", Scope::All).await;
    let client = state.as_(&admin);
    for (member, value, pointer) in [
        ("url", json!("http://erp.example.com/"), "/url"),
        ("url", json!("https://me:secret@erp.example.com/"), "/url"),
        ("url", json!(format!("https://erp.example.com/{}", "x".repeat(3_000))), "/url"),
        ("name", json!(""), "/name"),
        ("events", json!([]), "/events"),
        ("events", json!(["count.closed", "ping"]), "/events/1"),
        ("events", json!(["variance"]), "/events/0"),
    ] {
        let mut body = endpoint(&state);
        body[member] = value;
        let problem = client.post("/webhook-endpoints", &body).await;
        let problem = problem.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
}

#[tokio::test]
async fn without_a_key_no_secret_is_kept() {
    let state = TestState::new().await;
    let admin = state.user("admin", Scope::All).await;
    let problem = state.as_(&admin).post("/webhook-endpoints", &endpoint(&state)).await;
    problem.problem(409, "no-secret-key");
    let manager = state.user("inventory_controller", Scope::All).await;
    let denied = state.as_(&manager).post("/webhook-endpoints", &endpoint(&state)).await;
    denied.problem(403, "not-permitted");
}
