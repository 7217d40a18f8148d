//! Bulk operations.

use serde_json::{Value, json};

use crate::shop::{SHOE, Shop, item};

const RUN: &str = "mutation($query: String!) { bulkOperationRunQuery(query: $query) {
    bulkOperation { id status } userErrors { code message } } }";

async fn finished(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(RUN, json!({ "query": query })).await.unwrap().body;
    let run = &answer["data"]["bulkOperationRunQuery"];
    assert_eq!(run["userErrors"], json!([]));
    let id = run["bulkOperation"]["id"].clone();
    loop {
        let poll = "query($id: ID!) { bulkOperation(id: $id) {
            status errorCode objectCount rootObjectCount url partialDataUrl } }";
        let answer = shop.ask(poll, json!({ "id": id })).await.unwrap().body;
        let operation = answer["data"]["bulkOperation"].clone();
        if !["CREATED", "RUNNING"].contains(&operation["status"].as_str().unwrap()) {
            return operation;
        }
        // Polling takes points from a clock that stands still.
        shop.post("/twin/clock", json!({ "advance_ms": 1_000 })).await;
    }
}

#[tokio::test]
async fn rows_come_with_their_parents() {
    let shop = Shop::open().await;
    let query = "{ inventoryItems { edges { node { id sku inventoryLevels(includeInactive: true) {
        edges { node { id quantities(names: [\"available\"]) { name quantity } } } } } } } }";
    let operation = finished(&shop, query).await;
    assert_eq!(operation["status"], "COMPLETED");
    assert_eq!(
        (&operation["objectCount"], &operation["rootObjectCount"]),
        (&json!("9"), &json!("3"))
    );
    let url = operation["url"].as_str().unwrap();
    let text = shop.get(url.strip_prefix(&shop.url).unwrap()).await;
    let rows: Vec<Value> =
        text.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 9);
    assert_eq!(rows[0], json!({ "id": item(SHOE), "sku": "S-40" }));
    assert_eq!(rows[1]["__parentId"], item(SHOE));
    assert_eq!(rows[1]["quantities"], json!([{ "name": "available", "quantity": 10 }]));
}

#[tokio::test]
async fn what_is_no_bulk_query_is_refused_and_what_is_denied_fails() {
    let shop = Shop::open().await;
    for query in ["{ shop { id } }", "{ nonsense }", "mutation { x }"] {
        let answer = shop.ask(RUN, json!({ "query": query })).await.unwrap().body;
        let errors = &answer["data"]["bulkOperationRunQuery"]["userErrors"];
        assert_eq!(errors[0]["code"], "INVALID", "{query}");
    }
    shop.post("/twin/scopes", json!({ "scopes": ["read_products"] })).await;
    let operation = finished(&shop, "{ orders { edges { node { id } } } }").await;
    assert_eq!(operation["errorCode"], "ACCESS_DENIED");
    assert!(operation["url"].is_null());
    let query = "{ productVariants { edges { node { id inventoryItem { id } } } } }";
    let operation = finished(&shop, query).await;
    assert_eq!(
        (&operation["status"], &operation["errorCode"]),
        (&json!("FAILED"), &json!("ACCESS_DENIED"))
    );
    assert!(operation["partialDataUrl"].is_string());
}
