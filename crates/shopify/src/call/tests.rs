//! The text is what the shop is sent: each key that has to be there is looked for.

use serde_json::{Value, json};

use super::*;

const ITEM: &str = "gid://shopify/InventoryItem/1";
const OTHER: &str = "gid://shopify/InventoryItem/2";
const PLACE: &str = "gid://shopify/Location/2";
const MOVEMENT: &str = "gid://onhand/Movement/8812";

fn header() -> Header<'static> {
    Header { key: Uuid::from_u128(7), reason: "shrinkage", reference: MOVEMENT }
}

fn line(item: &str, delta: i64) -> AdjustLine<'_> {
    AdjustLine { item, location: PLACE, delta, compare: None, document: None }
}

fn variables(payload: &str) -> Value {
    let mut payload: Value = serde_json::from_str(payload).unwrap();
    payload["variables"].take()
}

#[test]
fn an_adjustment_always_says_what_it_compares_with() {
    let compared = AdjustLine { compare: Some(-3), ..line(OTHER, 5) };
    let payload = adjust(header(), AVAILABLE, &[line(ITEM, -1), compared]).unwrap();
    let expected = json!({
        "key": "00000000-0000-0000-0000-000000000007",
        "input": {
            "name": "available",
            "reason": "shrinkage",
            "referenceDocumentUri": MOVEMENT,
            "changes": [
                {"inventoryItemId": ITEM, "locationId": PLACE, "delta": -1,
                 "changeFromQuantity": null},
                {"inventoryItemId": OTHER, "locationId": PLACE, "delta": 5,
                 "changeFromQuantity": -3},
            ],
        },
    });
    assert_eq!(variables(&payload), expected);
    assert!(payload.contains("@idempotent(key: $key)"));
    assert!(payload.contains("\"changeFromQuantity\":null"), "absent is not the same as null");
    assert!(!payload.contains("ledgerDocumentUri"), "forbidden on available, null or not");
}

#[test]
fn the_same_call_is_the_same_text() {
    let make = || adjust(header(), AVAILABLE, &[line(ITEM, 1), line(OTHER, 2)]).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn units_that_cannot_be_sold_name_their_document() {
    let damaged = AdjustLine { document: Some(MOVEMENT), ..line(ITEM, 1) };
    let payload = adjust(header(), "damaged", &[damaged]).unwrap();
    assert_eq!(variables(&payload)["input"]["changes"][0]["ledgerDocumentUri"], MOVEMENT);
    let refused = Err(CallError::Document { index: 0 });
    assert_eq!(adjust(header(), AVAILABLE, &[damaged]), refused);
    assert_eq!(adjust(header(), "damaged", &[line(ITEM, 1)]), refused);
}

#[test]
fn a_set_compares() {
    let line = SetLine { item: ITEM, location: PLACE, quantity: -2, compare: Some(4) };
    let payload = set(header(), AVAILABLE, &[line]).unwrap();
    let expected = json!([{"inventoryItemId": ITEM, "locationId": PLACE, "quantity": -2,
                           "changeFromQuantity": 4}]);
    assert_eq!(variables(&payload)["input"]["quantities"], expected);
    let refused = Err(CallError::Quantity { index: 0, quantity: -2 });
    assert_eq!(set(header(), ON_HAND, &[line]), refused, "never fewer than none on hand");
    assert_eq!(set(header(), "damaged", &[line]), Err(CallError::Name("damaged".to_owned())));
}

#[test]
fn a_move_stays_at_its_location_and_names_the_document_at_one_end() {
    let from = Terminal { name: AVAILABLE, document: None };
    let to = Terminal { name: "damaged", document: Some(MOVEMENT) };
    let line = MoveLine { item: ITEM, location: PLACE, quantity: 2, from, to };
    let payload = shift(header(), &[line]).unwrap();
    let expected = json!({
        "inventoryItemId": ITEM,
        "quantity": 2,
        "from": {"locationId": PLACE, "name": "available", "changeFromQuantity": null},
        "to": {"locationId": PLACE, "name": "damaged", "changeFromQuantity": null,
               "ledgerDocumentUri": MOVEMENT},
    });
    assert_eq!(variables(&payload)["input"]["changes"][0], expected);
    let still = shift(header(), &[MoveLine { to: from, ..line }]);
    assert_eq!(still, Err(CallError::Name(AVAILABLE.to_owned())));
    let nothing = shift(header(), &[MoveLine { quantity: 0, ..line }]);
    assert_eq!(nothing, Err(CallError::Quantity { index: 0, quantity: 0 }));
}

#[test]
fn an_activation_names_no_quantity() {
    let expected =
        json!({"item": ITEM, "location": PLACE, "key": "00000000-0000-0000-0000-000000000007"});
    assert_eq!(variables(&activate(Uuid::from_u128(7), ITEM, PLACE)), expected);
}

#[test]
fn what_the_shop_would_refuse_is_not_made() {
    assert_eq!(adjust(header(), AVAILABLE, &[]), Err(CallError::Lines(0)));
    let items: Vec<_> = (0..=LINES_MAX).map(|n| format!("{ITEM}{n}")).collect();
    let lines: Vec<_> = items.iter().map(|item| line(item, 1)).collect();
    assert!(adjust(header(), AVAILABLE, &lines[..LINES_MAX]).is_ok());
    assert_eq!(adjust(header(), AVAILABLE, &lines), Err(CallError::Lines(LINES_MAX + 1)));
    let twice = adjust(header(), AVAILABLE, &[line(ITEM, 1), line(OTHER, 1), line(ITEM, 2)]);
    assert_eq!(twice, Err(CallError::Twice { index: 2 }));
    for quantity in [0, ADJUST_MAX + 1, -ADJUST_MAX - 1, i64::MIN] {
        let refused = Err(CallError::Quantity { index: 0, quantity });
        assert_eq!(adjust(header(), AVAILABLE, &[line(ITEM, quantity)]), refused);
    }
    for name in [ON_HAND, COMMITTED] {
        let refused = Err(CallError::Name(name.to_owned()));
        assert_eq!(adjust(header(), name, &[line(ITEM, 1)]), refused);
    }
}
