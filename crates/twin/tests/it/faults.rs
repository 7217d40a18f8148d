//! Faults on demand.

use serde_json::{Value, json};

use crate::shop::{FIRST, SHOE, Shop, adjust_input, change, codes, mutation};

async fn next(shop: &Shop, fault: &str) {
    shop.post("/twin/faults", json!({ "next": { fault: 1 } })).await;
}

async fn adjust(shop: &Shop) -> Option<crate::shop::Answer> {
    let input = adjust_input("available", &[change(SHOE, FIRST, -1)]);
    let query = mutation("Adjust", "group: inventoryAdjustmentGroup");
    shop.ask(&query, json!({ "input": input, "key": "k" })).await
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_commit() {
    let shop = Shop::open().await;
    next(&shop, "cut_before_commit").await;
    assert!(adjust(&shop).await.is_none());
    assert_eq!(shop.available(SHOE, FIRST).await, 10);
    next(&shop, "cut_after_commit").await;
    assert!(adjust(&shop).await.is_none());
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
    let answer = adjust(&shop).await.unwrap().body;
    assert!(codes(&answer["data"]["done"]).is_empty());
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
}

#[tokio::test]
async fn answers_that_are_none() {
    let shop = Shop::open().await;
    next(&shop, "http_429").await;
    let answer = adjust(&shop).await.unwrap();
    assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &"2.0".parse().unwrap()));
    next(&shop, "http_502").await;
    assert_eq!(adjust(&shop).await.unwrap().status, 502);
    next(&shop, "token_expired").await;
    assert_eq!(adjust(&shop).await.unwrap().status, 401);
    next(&shop, "throttled").await;
    let answer = adjust(&shop).await.unwrap();
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "THROTTLED");
    next(&shop, "internal_error").await;
    let answer = adjust(&shop).await.unwrap();
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert_eq!(shop.available(SHOE, FIRST).await, 10);
}

#[tokio::test]
async fn fields_are_denied_in_part() {
    let shop = Shop::open().await;
    let faults =
        json!({ "next": { "access_denied": 1 }, "denied_fields": ["InventoryItem.unitCost"] });
    shop.post("/twin/faults", faults).await;
    let answer =
        shop.query("{ inventoryItems(first: 1) { nodes { sku unitCost { amount } } } }").await;
    assert_eq!(
        answer["data"]["inventoryItems"]["nodes"][0],
        json!({ "sku": "S-40", "unitCost": null })
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "ACCESS_DENIED");
}

#[tokio::test]
async fn knobs_are_checked() {
    let shop = Shop::open().await;
    for wrong in [json!({ "next": { "fire": 1 } }), json!({ "probability": { "slow": 2 } })] {
        assert_eq!(shop.try_post("/twin/faults", wrong).await.status, 422);
    }
    let set = json!({ "seed": 9, "probability": { "http_502": 1.0 }, "only": ["orders"] });
    shop.post("/twin/faults", set).await;
    assert_eq!(adjust(&shop).await.unwrap().status, 200);
    let orders = "{ orders(first: 1) { nodes { id } } }";
    assert_eq!(shop.ask(orders, Value::Null).await.unwrap().status, 502);
}
