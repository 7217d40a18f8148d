//! The rules of the inventory's mutations.

use serde_json::{Value, json};

use crate::shop::{
    CARD, FIRST, SECOND, SHOE, SHOE_41, Shop, UNSTOCKED, adjust_input, change, codes, item,
    location,
};

#[tokio::test]
async fn an_adjustment_changes_available_and_mirrors_on_hand() {
    let shop = Shop::open().await;
    let done = shop.adjust("a", change(SHOE, FIRST, -3)).await;
    assert!(codes(&done).is_empty());
    let changes = done["group"]["changes"].as_array().unwrap();
    let named: Vec<_> = changes.iter().map(|it| (&it["name"], &it["delta"])).collect();
    assert_eq!(json!(named), json!([["available", -3], ["on_hand", -3]]));
    assert!(changes.iter().all(|it| it["quantityAfterChange"].is_null()));
    assert_eq!(done["group"]["referenceDocumentUri"], "gid://onhand/Variance/1");
    let level = shop.level(SHOE, FIRST).await;
    assert_eq!((&level["available"], &level["on_hand"]), (&json!(7), &json!(7)));
}

#[tokio::test]
async fn a_batch_is_all_or_nothing_and_names_the_line() {
    let shop = Shop::open().await;
    let lines = [change(SHOE, FIRST, -1), change(99, FIRST, -1), change(SHOE, 99, -1)];
    let done = shop.adjust_input("a", adjust_input("available", &lines)).await;
    assert!(done["group"].is_null());
    assert_eq!(codes(&done), ["INVALID_INVENTORY_ITEM", "INVALID_LOCATION"]);
    let fields: Vec<_> =
        done["userErrors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(
        json!(fields),
        json!([
            ["input", "changes", "1", "inventoryItemId"],
            ["input", "changes", "2", "locationId"]
        ])
    );
    assert_eq!(shop.available(SHOE, FIRST).await, 10);
}

#[tokio::test]
async fn without_effect_there_is_no_group_and_no_error() {
    let shop = Shop::open().await;
    let done = shop.adjust("a", change(SHOE, FIRST, 0)).await;
    assert!(done["group"].is_null() && codes(&done).is_empty());
    // A zero among others is dropped.
    let lines = [change(SHOE, FIRST, 0), change(SHOE_41, FIRST, 1)];
    let done = shop.adjust_input("b", adjust_input("available", &lines)).await;
    assert_eq!(done["group"]["changes"].as_array().unwrap().len(), 2);
    let same = set_input("available", &[quantity(SHOE, FIRST, 10, None)]);
    let done = shop.set("c", same).await;
    assert!(done["group"].is_null() && codes(&done).is_empty());
}

#[tokio::test]
async fn the_compared_quantity_must_be_given_and_must_be_right() {
    let shop = Shop::open().await;
    let mut line = change(SHOE, FIRST, -1);
    line.as_object_mut().unwrap().remove("changeFromQuantity");
    let errors = shop.adjust_errors(adjust_input("available", &[line.clone()])).await;
    assert_eq!(
        errors[0]["message"],
        "InventoryChangeInput must include the following argument: changeFromQuantity."
    );
    assert_eq!(errors[0]["extensions"]["code"], "INVALID_FIELD_ARGUMENTS");
    line["changeFromQuantity"] = json!(9);
    let done = shop.adjust("a", line.clone()).await;
    assert_eq!(codes(&done), ["CHANGE_FROM_QUANTITY_STALE"]);
    line["changeFromQuantity"] = json!(10);
    assert!(codes(&shop.adjust("b", line).await).is_empty());
    assert_eq!(shop.available(SHOE, FIRST).await, 9);
}

#[tokio::test]
async fn names_reasons_and_references_are_checked() {
    let shop = Shop::open().await;
    for name in ["on_hand", "committed", "nonsense"] {
        let done = shop.adjust_input(name, adjust_input(name, &[change(SHOE, FIRST, 1)])).await;
        assert_eq!(codes(&done)[0], "INVALID_QUANTITY_NAME", "{name}");
    }
    let mut input = adjust_input("available", &[change(SHOE, FIRST, 1)]);
    input["reason"] = json!("because");
    input["referenceDocumentUri"] = json!("no document");
    let done = shop.adjust_input("b", input.clone()).await;
    assert_eq!(codes(&done), ["INVALID_REASON", "INVALID_REFERENCE_DOCUMENT"]);
    assert!(done["userErrors"][0]["message"].as_str().unwrap().contains("shrinkage"));
    input["reason"] = json!("shrinkage");
    input["referenceDocumentUri"] = json!("https://example.com/variance/1");
    assert!(codes(&shop.adjust_input("c", input).await).is_empty());
}

#[tokio::test]
async fn other_states_need_a_ledger_document_and_available_none() {
    let shop = Shop::open().await;
    let with = |uri: Value| {
        let mut line = change(SHOE, FIRST, 1);
        line["ledgerDocumentUri"] = uri;
        line
    };
    let adjust = |key: &'static str, name: &'static str, lines: Vec<Value>| {
        let shop = shop.clone();
        async move { codes(&shop.adjust_input(key, adjust_input(name, &lines)).await) }
    };
    let own = json!("gid://onhand/Damage/1");
    let expect = [
        ("available", own.clone(), "INVALID_AVAILABLE_DOCUMENT"),
        ("damaged", Value::Null, "INVALID_QUANTITY_DOCUMENT"),
        ("damaged", json!("gid://shopify/Order/1"), "INTERNAL_LEDGER_DOCUMENT"),
        ("damaged", json!("nothing"), "INVALID_LEDGER_DOCUMENT"),
    ];
    for (name, uri, code) in expect {
        assert_eq!(adjust("a", name, vec![with(uri)]).await.first().unwrap(), code);
        shop.post("/twin/clock", json!({ "advance_ms": 90_000_000 })).await;
    }
    let two = vec![with(own.clone()), with(json!("gid://onhand/Damage/2"))];
    assert_eq!(adjust("b", "damaged", two).await, ["MAX_ONE_LEDGER_DOCUMENT"]);
    assert!(adjust("c", "damaged", vec![with(own.clone())]).await.is_empty());
    assert!(adjust("d", "incoming", vec![with(own)]).await.is_empty());
    let level = shop.level(SHOE, FIRST).await;
    // What is under way is not on hand.
    assert_eq!([&level["damaged"], &level["incoming"], &level["on_hand"]], [1, 1, 11]);
}

#[tokio::test]
async fn quantities_have_bounds_and_calls_have_250_lines() {
    let shop = Shop::open().await;
    let far = adjust_input("available", &[change(SHOE, FIRST, 2_000_000_000)]);
    assert_eq!(codes(&shop.adjust_input("a", far).await), ["INVALID_QUANTITY_TOO_HIGH"]);
    let far = adjust_input("available", &[change(SHOE, FIRST, -2_000_000_011)]);
    assert_eq!(codes(&shop.adjust_input("b", far).await), ["INVALID_QUANTITY_TOO_LOW"]);
    let lines: Vec<Value> = (0..251).map(|_| change(SHOE, FIRST, 1)).collect();
    let errors = shop.adjust_errors(adjust_input("available", &lines)).await;
    assert_eq!(errors[0]["extensions"]["code"], "MAX_INPUT_SIZE_EXCEEDED");
    assert_eq!(
        errors[0]["message"],
        "The input array size of 251 is greater than the maximum allowed of 250."
    );
    let done = shop.adjust_input("c", adjust_input("available", &lines[..250])).await;
    assert!(codes(&done).is_empty());
    assert_eq!(shop.available(SHOE, FIRST).await, 260);
}

#[tokio::test]
async fn an_unstocked_item_gets_an_inactive_level() {
    let shop = Shop::open().await;
    assert!(shop.level(SHOE, UNSTOCKED).await.is_null());
    let done = shop.adjust("a", change(SHOE, UNSTOCKED, 4)).await;
    assert!(codes(&done).is_empty());
    let level = shop.level(SHOE, UNSTOCKED).await;
    assert_eq!((&level["available"], &level["is_active"]), (&json!(4), &json!(false)));
    let activate = "mutation($item: ID!, $at: ID!, $available: Int) {
        inventoryActivate(inventoryItemId: $item, locationId: $at, available: $available)
            @idempotent(key: \"k\") { inventoryLevel { isActive } userErrors { field message } } }";
    let variables = json!({ "item": item(SHOE), "at": location(UNSTOCKED) });
    let answer = shop.ask(activate, variables).await.unwrap().body;
    assert_eq!(answer["data"]["inventoryActivate"]["inventoryLevel"]["isActive"], true);
    assert_eq!(shop.available(SHOE, UNSTOCKED).await, 4);
    // Already active: with a quantity it is an error, of a kind that has no code.
    let again = activate.replace("\"k\"", "\"other\"");
    let variables = json!({ "item": item(SHOE), "at": location(UNSTOCKED), "available": 9 });
    let answer = shop.ask(&again, variables).await.unwrap().body;
    assert_eq!(answer["data"]["inventoryActivate"]["userErrors"][0]["field"], json!(["available"]));
    assert_eq!(shop.available(SHOE, UNSTOCKED).await, 4);
}

#[tokio::test]
async fn bundles_and_closed_locations_take_nothing() {
    let shop = Shop::open().await;
    shop.post(&format!("/twin/items/{SHOE}"), json!({ "mutable": false })).await;
    let done = shop.adjust("a", change(SHOE, FIRST, 1)).await;
    assert_eq!(codes(&done), ["NON_MUTABLE_INVENTORY_ITEM"]);
    shop.post(&format!("/twin/locations/{SECOND}/deactivate"), json!({})).await;
    let done = shop.adjust("b", change(SHOE_41, SECOND, 1)).await;
    assert_eq!(codes(&done), ["INVALID_LOCATION"]);
    shop.post(&format!("/twin/locations/{SECOND}/activate"), json!({})).await;
    assert!(codes(&shop.adjust("c", change(SHOE_41, SECOND, 1)).await).is_empty());
    shop.post(&format!("/twin/items/{CARD}"), json!({ "delete": true })).await;
    assert_eq!(codes(&shop.adjust("d", change(CARD, FIRST, 1)).await), ["INVALID_INVENTORY_ITEM"]);
}

fn quantity(item_id: u64, at: u64, quantity: i64, from: Option<i64>) -> Value {
    json!({
        "inventoryItemId": item(item_id),
        "locationId": location(at),
        "quantity": quantity,
        "changeFromQuantity": from,
    })
}

fn set_input(name: &str, quantities: &[Value]) -> Value {
    json!({ "name": name, "reason": "correction", "quantities": quantities })
}

#[tokio::test]
async fn quantities_are_set_within_their_rules() {
    let shop = Shop::open().await;
    let set = |key: &'static str, name: &'static str, lines: Vec<Value>| {
        let shop = shop.clone();
        async move { codes(&shop.set(key, set_input(name, &lines)).await) }
    };
    assert!(set("a", "available", vec![quantity(SHOE, FIRST, 8, Some(10))]).await.is_empty());
    let stale = vec![quantity(SHOE, FIRST, 7, Some(10))];
    assert_eq!(set("b", "available", stale).await, ["CHANGE_FROM_QUANTITY_STALE"]);
    let twice = vec![quantity(SHOE, FIRST, 1, None), quantity(SHOE, FIRST, 2, None)];
    assert_eq!(
        set("c", "available", twice).await,
        ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"]
    );
    let one = |units| vec![quantity(SHOE, FIRST, units, None)];
    assert_eq!(set("d", "damaged", one(1)).await, ["INVALID_NAME"]);
    assert_eq!(set("e", "on_hand", one(-1)).await, ["INVALID_QUANTITY_NEGATIVE"]);
    assert_eq!(set("f", "available", one(1_000_000_001)).await, ["INVALID_QUANTITY_TOO_HIGH"]);
    assert_eq!(set("g", "available", one(-1_000_000_001)).await, ["INVALID_QUANTITY_TOO_LOW"]);
    assert!(set("h", "available", one(-2)).await.is_empty());
    assert!(set("i", "on_hand", one(6)).await.is_empty());
    assert_eq!(shop.available(SHOE, FIRST).await, 6);
}

fn move_input(from: &str, to: &str, units: i64) -> Value {
    let end = |name: &str| {
        let mut end =
            json!({ "locationId": location(FIRST), "name": name, "changeFromQuantity": null });
        if name != "available" {
            end["ledgerDocumentUri"] = json!("gid://onhand/Damage/1");
        }
        end
    };
    json!({
        "reason": "damaged",
        "referenceDocumentUri": "gid://onhand/Variance/1",
        "changes": [
            { "inventoryItemId": item(SHOE), "quantity": units, "from": end(from), "to": end(to) }
        ],
    })
}

#[tokio::test]
async fn moves_stay_within_a_location_and_keep_on_hand() {
    let shop = Shop::open().await;
    let done = shop.move_quantities("a", move_input("available", "damaged", 2)).await;
    let changes = done["group"]["changes"].as_array().unwrap();
    let named: Vec<_> = changes.iter().map(|it| (&it["name"], &it["delta"])).collect();
    assert_eq!(json!(named), json!([["available", -2], ["damaged", 2]]));
    let level = shop.level(SHOE, FIRST).await;
    assert_eq!([&level["available"], &level["damaged"], &level["on_hand"]], [8, 2, 10]);
    let done = shop.move_quantities("b", move_input("damaged", "damaged", 1)).await;
    assert_eq!(codes(&done), ["SAME_QUANTITY_NAME"]);
    let mut input = move_input("available", "damaged", 1);
    input["changes"][0]["to"]["locationId"] = json!(location(SECOND));
    assert_eq!(codes(&shop.move_quantities("c", input).await), ["DIFFERENT_LOCATIONS"]);
    let done = shop.move_quantities("d", move_input("available", "damaged", -1)).await;
    assert_eq!(codes(&done), ["INVALID_QUANTITY_NEGATIVE"]);
    let done = shop.move_quantities("e", move_input("available", "committed", 1)).await;
    assert_eq!(codes(&done), ["INVALID_QUANTITY_NAME"]);
    let done = shop.move_quantities("f", move_input("available", "damaged", 0)).await;
    assert!(done["group"].is_null() && codes(&done).is_empty());
}
