//! What orders do to the stock.

use serde_json::{Value, json};

use crate::shop::{FIRST, SECOND, SHOE, SHOE_41, Shop};

async fn states(shop: &Shop, item: u64, location: u64) -> [i64; 3] {
    let level = shop.level(item, location).await;
    ["available", "committed", "on_hand"].map(|name| level[name].as_i64().unwrap())
}

async fn buy(shop: &Shop, item: u64, quantity: i64) -> Value {
    shop.post("/twin/orders", json!({ "lines": [{ "item_id": item, "quantity": quantity }] })).await
}

fn path(order: &Value, deed: &str) -> String {
    format!("/twin/orders/{}/{deed}", order["order_id"])
}

fn line(order: &Value) -> Value {
    order["lines"][0]["line_id"].clone()
}

#[tokio::test]
async fn an_order_commits_and_fulfilment_sends() {
    let shop = Shop::open().await;
    let order = buy(&shop, SHOE, 3).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 3, 10]);
    let query = format!(
        "{{ order(id: \"gid://shopify/Order/{}\") {{ sourceName displayFulfillmentStatus
            fulfillmentOrders(first: 5) {{ nodes {{ status assignedLocation {{ location {{ id }} }}
                lineItems(first: 5) {{ nodes {{ remainingQuantity inventoryItemId }} }} }} }} }} }}",
        order["order_id"]
    );
    let answer = shop.query(&query).await["data"]["order"].clone();
    assert_eq!(answer["sourceName"], "web");
    let part = &answer["fulfillmentOrders"]["nodes"][0];
    assert_eq!(part["status"], "OPEN");
    assert_eq!(
        part["assignedLocation"]["location"]["id"],
        format!("gid://shopify/Location/{FIRST}")
    );
    assert_eq!(part["lineItems"]["nodes"][0]["remainingQuantity"], 3);
    let some = json!({ "lines": [{ "line_id": line(&order), "quantity": 1 }] });
    shop.post(&path(&order, "fulfill"), some).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 2, 9]);
    shop.post(&path(&order, "fulfill"), json!({})).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 0, 7]);
    let answer = shop.query(&query).await["data"]["order"].clone();
    assert_eq!(answer["displayFulfillmentStatus"], "FULFILLED");
    assert_eq!(answer["fulfillmentOrders"]["nodes"][0]["status"], "CLOSED");
}

#[tokio::test]
async fn what_is_not_there_is_not_sold_unless_it_may_be() {
    let shop = Shop::open().await;
    let lines = json!([{ "sku": "S-41", "quantity": 6 }]);
    let refused = shop.try_post("/twin/orders", json!({ "lines": lines })).await;
    assert_eq!(refused.status, 409);
    shop.post("/twin/orders", json!({ "lines": lines, "oversell": true })).await;
    assert_eq!(states(&shop, SHOE_41, FIRST).await, [-1, 6, 5]);
}

#[tokio::test]
async fn a_request_that_is_repeated_buys_once() {
    let shop = Shop::open().await;
    let order = json!({ "request": "r", "lines": [{ "item_id": SHOE }] });
    let first = shop.post("/twin/orders", order.clone()).await;
    let again = shop.post("/twin/orders", order).await;
    assert_eq!(first["order_id"], again["order_id"]);
    assert_eq!(states(&shop, SHOE, FIRST).await, [9, 1, 10]);
}

#[tokio::test]
async fn cancelling_gives_back_or_writes_off() {
    let shop = Shop::open().await;
    let order = buy(&shop, SHOE, 2).await;
    shop.post(&path(&order, "cancel"), json!({ "restock": true })).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [10, 0, 10]);
    let order = buy(&shop, SHOE, 2).await;
    shop.post(&path(&order, "cancel"), json!({ "restock": false })).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [8, 0, 8]);
    assert_eq!(shop.try_post(&path(&order, "cancel"), json!({})).await.status, 409);
}

#[tokio::test]
async fn refunds_restock_as_they_say() {
    let shop = Shop::open().await;
    let refund = |order: &Value, restock: &str| {
        let lines = json!([{ "line_id": line(order), "quantity": 1 }]);
        let body = json!({ "restock": restock, "location_id": FIRST, "lines": lines });
        let (shop, path) = (shop.clone(), path(order, "refund"));
        async move { shop.try_post(&path, body).await.status }
    };
    let order = buy(&shop, SHOE, 4).await;
    assert_eq!(refund(&order, "cancel").await, 200);
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 3, 10]);
    // Nothing was sent yet, so nothing can come back.
    assert_eq!(refund(&order, "return").await, 422);
    shop.post(&path(&order, "fulfill"), json!({})).await;
    assert_eq!(refund(&order, "return").await, 200);
    assert_eq!(states(&shop, SHOE, FIRST).await, [8, 0, 8]);
    assert_eq!(refund(&order, "no_restock").await, 200);
    assert_eq!(states(&shop, SHOE, FIRST).await, [8, 0, 8]);
    let query = format!(
        "{{ order(id: \"gid://shopify/Order/{}\") {{ refunds(first: 9) {{
            refundLineItems(first: 9) {{ nodes {{ restockType quantity lineItem {{ id }} }} }} }} }} }}",
        order["order_id"]
    );
    let answer = shop.query(&query).await;
    let refunds = answer["data"]["order"]["refunds"].as_array().unwrap();
    let kinds: Vec<_> =
        refunds.iter().map(|it| &it["refundLineItems"]["nodes"][0]["restockType"]).collect();
    assert_eq!(json!(kinds), json!(["CANCEL", "RETURN", "NO_RESTOCK"]));
}

#[tokio::test]
async fn edits_and_moves_follow_the_stock() {
    let shop = Shop::open().await;
    let order = buy(&shop, SHOE, 3).await;
    let edit = json!({
        "add": [{ "item_id": SHOE_41 }],
        "lines": [{ "line_id": line(&order), "quantity": 1 }],
    });
    let edited = shop.post(&path(&order, "edit"), edit).await;
    assert_eq!(edited["lines"].as_array().unwrap().len(), 2);
    assert_eq!(states(&shop, SHOE, FIRST).await, [9, 1, 10]);
    assert_eq!(states(&shop, SHOE_41, FIRST).await, [4, 1, 5]);
    shop.post(&path(&order, "move"), json!({ "location_id": SECOND })).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [10, 0, 10]);
    assert_eq!(states(&shop, SHOE, SECOND).await, [-1, 1, 0]);
    shop.post(&path(&order, "fulfill"), json!({})).await;
    let back = json!({ "location_id": FIRST });
    assert_eq!(shop.try_post(&path(&order, "move"), back).await.status, 409);
    assert_eq!(states(&shop, SHOE, SECOND).await, [-1, 0, -1]);
}

#[tokio::test]
async fn what_is_brought_back_can_be_sold_once_somebody_says_so() {
    let shop = Shop::open().await;
    let order = buy(&shop, SHOE, 3).await;
    let lines = |quantity: i64| json!([{ "line_id": line(&order), "quantity": quantity }]);
    let deed =
        async |deed: &str, body: Value| shop.try_post(&path(&order, deed), body).await.status;
    assert_eq!(deed("return", json!({ "lines": lines(1) })).await, 422, "nothing was sent");
    shop.post(&path(&order, "fulfill"), json!({})).await;
    assert_eq!(deed("return", json!({ "lines": lines(4) })).await, 422);
    let back = shop.post(&path(&order, "return"), json!({ "lines": lines(2) })).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 0, 7], "it is on its way");
    assert_eq!(deed("return", json!({ "lines": lines(2) })).await, 422, "one of them twice");
    let twice = json!([lines(1)[0], lines(1)[0]]);
    assert_eq!(deed("return", json!({ "lines": twice })).await, 422, "one is left");
    assert_eq!(deed("return", json!({})).await, 422);
    assert_eq!(deed("dispose", json!({})).await, 422);
    let restock = json!({ "restock": "return", "lines": lines(2) });
    assert_eq!(deed("refund", restock).await, 422, "the return decides of it");

    let shelf = json!({ "lines": lines(1), "location_id": SECOND });
    assert_eq!(deed("dispose", shelf).await, 200);
    let broken = json!({ "lines": lines(2), "disposition": "not_restocked" });
    assert_eq!(deed("dispose", broken).await, 422, "one is left");
    assert_eq!(states(&shop, SHOE, SECOND).await, [1, 0, 1]);
    let pays = |quantity: i64| json!({ "restock": "no_restock", "return_id": back["returns"][0], "lines": lines(quantity) });
    assert_eq!(deed("refund", pays(3)).await, 422);
    assert_eq!(deed("refund", pays(2)).await, 200);
    assert_eq!(deed("return", json!({ "lines": lines(1) })).await, 200, "the third");
    assert_eq!(states(&shop, SHOE, FIRST).await, [7, 0, 7]);
}

#[tokio::test]
async fn the_till_sells_what_the_record_does_not_have() {
    let shop = Shop::open().await;
    let sale = json!({ "location_id": SECOND, "lines": [{ "item_id": SHOE, "quantity": 2 }] });
    let order = shop.post("/twin/pos", sale).await;
    assert_eq!(order["source"], "pos");
    assert_eq!(states(&shop, SHOE, SECOND).await, [-2, 0, -2]);
    let adjustments = shop.get("/twin/adjustments?actor=pos").await;
    assert_eq!(adjustments["adjustments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_app_is_named_with_what_it_changes() {
    let shop = Shop::open().await;
    let edit = json!({ "item_id": SHOE, "location_id": FIRST, "quantity": 3, "app": "ERP" });
    shop.post("/twin/edit", edit).await;
    assert_eq!(states(&shop, SHOE, FIRST).await, [3, 0, 3]);
    let found = shop.get("/twin/adjustments").await["adjustments"][0].clone();
    assert_eq!((&found["actor"], &found["idempotency_key"]), (&json!("ERP"), &Value::Null));
    assert_eq!(found["changes"][0]["delta"], -7);
}
