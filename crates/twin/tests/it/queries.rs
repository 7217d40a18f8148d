//! Queries: paging, fragments, search, cost, and what the twin doesn't know.

use serde_json::{Value, json};

use crate::shop::{FIRST, SHOE, Shop, change, item, location};

#[tokio::test]
async fn pages_follow_one_another() {
    let shop = Shop::open().await;
    let query = "query($after: String) { inventoryItems(first: 2, after: $after) {
        edges { cursor node { sku } } nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let first = shop.ask(query, json!({})).await.unwrap().body;
    let page = &first["data"]["inventoryItems"];
    assert_eq!(page["edges"][1]["node"]["sku"], "S-41");
    assert_eq!(page["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert_eq!(page["pageInfo"]["endCursor"], page["edges"][1]["cursor"]);
    let after = json!({ "after": page["pageInfo"]["endCursor"] });
    let second = shop.ask(query, after).await.unwrap().body;
    let page = &second["data"]["inventoryItems"];
    assert_eq!(page["edges"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&page["pageInfo"]["hasNextPage"], &page["pageInfo"]["hasPreviousPage"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_connection_without_a_size_is_refused() {
    let shop = Shop::open().await;
    let answer = shop.query("{ locations { nodes { id } } }").await;
    assert_eq!(answer["errors"][0]["message"], "you must provide one of first or last");
    let answer = shop.query("{ locations(first: 251) { pageInfo { hasNextPage } } }").await;
    assert!(answer["errors"].is_array());
}

#[tokio::test]
async fn aliases_fragments_and_conditions_work() {
    let shop = Shop::open().await;
    let query = "query($ids: [ID!]!, $no: Boolean!) {
        nodes(ids: $ids) {
            __typename ...Part ... on Location { name } hidden: id @include(if: $no) } }
        fragment Part on InventoryItem { code: sku inventoryLevel(locationId: \"gid://shopify/Location/60000001\") {
            quantities(names: [\"available\", \"on_hand\"]) { name quantity } } }";
    let ids = [item(SHOE), location(FIRST), "gid://shopify/Order/1".to_owned()];
    let answer = shop.ask(query, json!({ "ids": ids, "no": false })).await.unwrap().body;
    assert_eq!(
        answer["data"]["nodes"],
        json!([
            {
                "__typename": "InventoryItem",
                "code": "S-40",
                "inventoryLevel": { "quantities": [
                    { "name": "available", "quantity": 10 },
                    { "name": "on_hand", "quantity": 10 },
                ] },
            },
            { "__typename": "Location", "name": "Location 1" },
            null,
        ])
    );
}

#[tokio::test]
async fn what_has_no_resolver_is_an_error_and_never_a_silent_null() {
    let shop = Shop::open().await;
    let answer = shop.query("{ shop { name features { branding } } }").await;
    assert_eq!(answer["errors"][0]["message"], "the twin does not know Shop.features");
    let answer = shop.query("{ products(first: 1, query: \"tag:x\") { nodes { id } } }").await;
    assert_eq!(answer["errors"][0]["message"], "the twin does not know how to search for tag:x");
    let answer = shop.query("{ shop { nonsense } }").await;
    assert!(answer.get("data").is_none());
}

#[tokio::test]
async fn variables_are_checked_against_the_schema() {
    let shop = Shop::open().await;
    let mut line = change(SHOE, FIRST, 1);
    line["compareQuantity"] = json!(1);
    let input = crate::shop::adjust_input("available", &[line]);
    let errors = shop.adjust_errors(input.clone()).await;
    assert_eq!(errors[0]["extensions"]["code"], "INVALID_VARIABLE");
    let problem = &errors[0]["extensions"]["problems"][0];
    assert_eq!(problem["path"], json!(["changes", 0, "compareQuantity"]));
    assert_eq!(errors[0]["extensions"]["value"], input);
}

#[tokio::test]
async fn orders_are_found_by_their_update() {
    let shop = Shop::open().await;
    let order = |request: &'static str| {
        let lines = json!([{ "item_id": SHOE }]);
        shop.post("/twin/orders", json!({ "request": request, "lines": lines }))
    };
    let first = order("a").await;
    shop.post("/twin/clock", json!({ "advance_ms": 60_000 })).await;
    let second = order("b").await;
    let query = |since: &str| {
        format!(
            "{{ orders(first: 10, sortKey: UPDATED_AT, query: \"updated_at:>='{since}'\") {{ nodes {{ name }} }} }}"
        )
    };
    let names = |answer: Value| answer["data"]["orders"]["nodes"].clone();
    let late = names(shop.query(&query("2030-01-01T00:01:00Z")).await);
    assert_eq!(late, json!([{ "name": second["name"] }]));
    let all = names(shop.query(&query("2030-01-01T00:00:00Z")).await);
    assert_eq!(all, json!([{ "name": first["name"] }, { "name": second["name"] }]));
}

#[tokio::test]
async fn calls_cost_points_and_an_empty_bucket_throttles() {
    let shop = Shop::open().await;
    let small = shop.query("{ shop { id } }").await;
    let cost = &small["extensions"]["cost"];
    assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&json!(1), &json!(1)));
    let large = "{ inventoryItems(first: 250) { nodes { inventoryLevels(first: 10) {
        nodes { location { id } } } } } }";
    let answer = shop.query(large).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "MAX_COST_EXCEEDED");
    // What was asked for and not used is given back.
    let medium = "{ inventoryItems(first: 250) { nodes { id } } }";
    let answer = shop.query(medium).await;
    let cost = &answer["extensions"]["cost"];
    assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&json!(252), &json!(5)));
    assert_eq!(cost["throttleStatus"]["currentlyAvailable"].as_f64(), Some(1994.0));
    // A call of one change and one of two cost the same, with the recorded selection.
    let one = shop.ask(&recorded(), adjust(&[change(SHOE, FIRST, 1)])).await.unwrap().body;
    assert_eq!(one["extensions"]["cost"]["actualQueryCost"], 13);
    for turn in 0..200 {
        let variables = json!({ "key": format!("k{turn}"), "input": adjust(&[change(SHOE, FIRST, 1)])["input"] });
        let answer = shop.ask(&recorded(), variables).await.unwrap();
        if answer.body.get("data").is_none() {
            assert_eq!(answer.status, 200);
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "THROTTLED");
            let status = &answer.body["extensions"]["cost"]["throttleStatus"];
            assert!(status["currentlyAvailable"].as_f64().unwrap() < 13.0);
            // A second gives back a hundred points.
            shop.post("/twin/clock", json!({ "advance_ms": 1_000 })).await;
            assert!(shop.query("{ shop { id } }").await["data"].is_object());
            return;
        }
    }
    panic!("the bucket never was empty");
}

fn adjust(lines: &[Value]) -> Value {
    json!({ "key": "one", "input": crate::shop::adjust_input("available", lines) })
}

fn recorded() -> String {
    "mutation($input: InventoryAdjustQuantitiesInput!, $key: String!) {
        inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
            inventoryAdjustmentGroup { id changes { name delta item { id } location { id } } }
            userErrors { code field message } } }"
        .to_owned()
}
