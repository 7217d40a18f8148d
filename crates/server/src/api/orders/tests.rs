//! Orders: placed, shown, cancelled, sent.

use onhand_domain::Scope;
use serde_json::{Value, json};

use crate::stocked::{Stocked, levels};

fn order(stocked: &Stocked, lines: &[(uuid::Uuid, i64)]) -> Value {
    let line = |(facility, quantity): &(uuid::Uuid, i64)| {
        json!({
            "id": stocked.state.id(), "facility_id": facility, "sku_id": stocked.shoe.0,
            "quantity": quantity,
        })
    };
    let lines: Vec<Value> = lines.iter().map(line).collect();
    json!({"id": stocked.state.id(), "name": "#1042", "channel": "web", "lines": lines})
}

#[tokio::test]
async fn an_order_from_two_stores() {
    let stocked = Stocked::new().await;
    let (main, harbour) = (stocked.main.0, stocked.harbour.0);
    let shop = stocked.state.key("inventory_controller", Scope::All).await;
    let shop = stocked.state.as_(&shop);
    let body = order(&stocked, &[(main, 2), (harbour, 1)]);
    let placed = shop.post("/orders", &body).await.created();
    assert_eq!(placed["status"], "open");
    assert_eq!(shop.post("/orders", &body).await.created(), placed);
    let mut other = body.clone();
    other["name"] = json!("#1043");
    shop.post("/orders", &other).await.problem(409, "id-reused");
    assert_eq!(stocked.now().await.0, [12, 10, 0]);

    // A manager of one store sees its line alone, and can't send what lies elsewhere.
    let manager = stocked.at_main("facility_manager").await;
    let manager = stocked.state.as_(&manager);
    let path = format!("/orders/{}", body["id"].as_str().expect("an id"));
    let seen = manager.get(&path).await.ok();
    assert_eq!(seen["lines"].as_array().map(Vec::len), Some(1));
    assert_eq!(manager.get("/orders?status=open").await.ok()["items"][0], seen);
    let denied = manager.post(&format!("{path}/fulfillment"), &json!({})).await;
    denied.problem(403, "not-permitted");
    let till = stocked.state.key("inventory_controller", Scope::Facility(stocked.main)).await;
    let till = stocked.state.as_(&till);
    till.post(&format!("{path}/fulfillment"), &json!({})).await.problem(403, "not-permitted");
    assert_eq!(stocked.now().await.0, [12, 10, 0]);

    let sent = shop.post(&format!("{path}/fulfillment"), &json!({})).await.ok();
    assert_eq!(
        (&sent["status"], &sent["lines"][0]["open_quantity"]),
        (&json!("fulfilled"), &json!(0))
    );
    assert_eq!(shop.post(&format!("{path}/fulfillment"), &json!({})).await.ok(), sent);
    let late = shop.post(&format!("{path}/cancellation"), &json!({})).await;
    assert_eq!(late.problem(409, "order-closed")["order_status"], "fulfilled");
    assert_eq!(stocked.now().await.0, [10, 10, 0]);
}

#[tokio::test]
async fn a_cancelled_order_gives_its_units_back() {
    let stocked = Stocked::new().await;
    let shop = stocked.state.key("inventory_controller", Scope::All).await;
    let shop = stocked.state.as_(&shop);
    let placed = stocked.order("#7", 20, 5).await;
    let level = shop.get(&format!("/levels?facility_id={}", stocked.main)).await.ok();
    assert_eq!(levels(&level["items"][0]), [12, -8, 0], "promised though it is not there");
    let path = format!("/orders/{}/cancellation", placed.id);
    assert_eq!(shop.post(&path, &json!({})).await.ok()["status"], "cancelled");
    assert_eq!(stocked.now().await.0, [12, 12, 0]);
    shop.post(&format!("/orders/{}/cancellation", stocked.state.id()), &json!({}))
        .await
        .problem(404, "unknown-order");
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let stocked = Stocked::new().await;
    let shop = stocked.state.key("inventory_controller", Scope::Facility(stocked.main)).await;
    let shop = stocked.state.as_(&shop);
    let main = stocked.main.0;
    let pointer = |problem: &Value| problem["errors"][0]["pointer"].clone();
    let zero = shop.post("/orders", &order(&stocked, &[(main, 1), (main, 0)])).await;
    assert_eq!(pointer(&zero.problem(422, "zero-quantity")), "/lines/1/quantity");
    let mut unknown = order(&stocked, &[(main, 1)]);
    unknown["lines"][0]["sku_id"] = json!(stocked.state.id());
    let unknown = shop.post("/orders", &unknown).await;
    assert_eq!(pointer(&unknown.problem(404, "unknown-sku")), "/lines/0/sku_id");
    let foreign = shop.post("/orders", &order(&stocked, &[(stocked.harbour.0, 1)])).await;
    assert_eq!(pointer(&foreign.problem(404, "unknown-facility")), "/lines/0/facility_id");
    shop.post("/orders", &order(&stocked, &[])).await.problem(422, "wrong-line-count");
    let mut unnamed = order(&stocked, &[(main, 1)]);
    unnamed["name"] = json!(" ");
    assert_eq!(pointer(&shop.post("/orders", &unnamed).await.expect(422)), "/name");
    let mut early = order(&stocked, &[(main, 1)]);
    early["placed_at"] = json!("2030-01-01T00:00:00Z");
    let early = shop.post("/orders", &early).await;
    assert_eq!(pointer(&early.problem(422, "in-the-future")), "/placed_at");
    let associate = stocked.at_main("associate").await;
    let denied =
        stocked.state.as_(&associate).post("/orders", &order(&stocked, &[(main, 1)])).await;
    denied.problem(403, "not-permitted");
    assert_eq!(stocked.now().await.1, 1);
}
