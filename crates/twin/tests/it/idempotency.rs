//! What a key is worth.

use serde_json::json;

use crate::shop::{FIRST, SHOE, Shop, adjust_input, change, codes};

const DAY_MS: i64 = 24 * 3600 * 1000;

#[tokio::test]
async fn the_directive_is_mandatory() {
    let shop = Shop::open().await;
    let query = "mutation($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) { userErrors { code } } }";
    let input = adjust_input("available", &[change(SHOE, FIRST, 1)]);
    let answer = shop.ask(query, json!({ "input": input })).await.unwrap().body;
    assert_eq!(
        answer["errors"][0]["message"],
        "The @idempotent directive is required for this mutation but was not provided."
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(answer["data"], json!({ "inventoryAdjustQuantities": null }));
}

#[tokio::test]
async fn a_replay_has_the_first_answer_and_no_effect() {
    let shop = Shop::open().await;
    let first = shop.adjust("k", change(SHOE, FIRST, -1)).await;
    let again = shop.adjust("k", change(SHOE, FIRST, -1)).await;
    assert_eq!(first, again);
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
    // A refusal is the first answer, too, whatever has changed since.
    let mut line = change(SHOE, FIRST, -1);
    line["changeFromQuantity"] = json!(10);
    assert_eq!(codes(&shop.adjust("r", line.clone()).await), ["CHANGE_FROM_QUANTITY_STALE"]);
    shop.adjust("back", change(SHOE, FIRST, 1)).await;
    assert_eq!(codes(&shop.adjust("r", line).await), ["CHANGE_FROM_QUANTITY_STALE"]);
}

#[tokio::test]
async fn a_key_belongs_to_its_parameters() {
    let shop = Shop::open().await;
    shop.adjust("k", change(SHOE, FIRST, -1)).await;
    let other = shop.adjust("k", change(SHOE, FIRST, -2)).await;
    assert_eq!(codes(&other), ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]);
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let shop = Shop::open().await;
    shop.adjust("k", change(SHOE, FIRST, -1)).await;
    shop.post("/twin/clock", json!({ "advance_ms": DAY_MS - 1 })).await;
    shop.adjust("k", change(SHOE, FIRST, -1)).await;
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
    shop.post("/twin/clock", json!({ "advance_ms": 1 })).await;
    shop.adjust("k", change(SHOE, FIRST, -1)).await;
    assert_eq!(shop.available(SHOE, FIRST).await, 8);
}

#[tokio::test]
async fn a_key_that_is_at_work_is_not_used_twice() {
    let shop = Shop::open().await;
    shop.post("/twin/faults", json!({ "slow_ms": 3_600_000, "next": { "slow": 1 } })).await;
    let slow = {
        let shop = shop.clone();
        tokio::spawn(async move { shop.adjust("k", change(SHOE, FIRST, -1)).await })
    };
    while shop.get("/twin/stats").await["counts"]["keys.claimed"] != 1 {
        tokio::task::yield_now().await;
    }
    let done = shop.adjust("k", change(SHOE, FIRST, -1)).await;
    assert_eq!(codes(&done), ["IDEMPOTENCY_CONCURRENT_REQUEST"]);
    assert_eq!(shop.available(SHOE, FIRST).await, 10);
    slow.abort();
}

#[tokio::test]
async fn a_failed_attempt_burns_its_key() {
    let shop = Shop::open().await;
    shop.post("/twin/faults", json!({ "next": { "previous_attempt_failed": 1 } })).await;
    let input = adjust_input("available", &[change(SHOE, FIRST, -1)]);
    let errors = shop.adjust_errors(input.clone()).await;
    assert_eq!(errors[0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    let again = shop.adjust_input("errors", input.clone()).await;
    assert_eq!(codes(&again), ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]);
    assert_eq!(shop.available(SHOE, FIRST).await, 10);
    assert!(codes(&shop.adjust_input("new", input).await).is_empty());
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
}
