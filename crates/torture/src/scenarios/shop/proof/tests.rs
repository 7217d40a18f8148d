use serde_json::json;

use super::*;

const FACILITY: Uuid = Uuid::from_u128(1);
const SKU: Uuid = Uuid::from_u128(2);
const LOST: Uuid = Uuid::from_u128(10);
const DAMAGED: Uuid = Uuid::from_u128(11);
const CALL: [Uuid; 2] = [Uuid::from_u128(20), Uuid::from_u128(21)];

fn movement(id: Uuid, to: &str) -> Movement {
    let (from, to) = ("available".to_owned(), to.to_owned());
    Movement { id, facility: FACILITY, sku: SKU, quantity: 2, from, to }
}

fn push(movement: Uuid, to: Option<&str>, call: Uuid) -> Push {
    Push {
        lane: ("gid://shopify/InventoryItem/5".to_owned(), "gid://shopify/Location/6".to_owned()),
        movement: Some(movement),
        kind: if to.is_some() { "move" } else { "adjust" }.to_owned(),
        name: "available".to_owned(),
        to_name: to.map(str::to_owned),
        delta: if to.is_some() { 2 } else { -2 },
        status: "confirmed".to_owned(),
        call: Some(call),
    }
}

/// Two units were lost and two damaged; the shop was told of both.
fn books() -> Books {
    let call = |id| Call { id, status: "confirmed".to_owned(), attempts: 1, follows: None };
    Books {
        movements: vec![movement(LOST, "shrink"), movement(DAMAGED, "damaged")],
        levels: HashMap::from([((FACILITY, SKU), [6, 0, 0, 2, 0, 0])]),
        pushes: vec![push(LOST, None, CALL[0]), push(DAMAGED, Some("damaged"), CALL[1])],
        calls: CALL.map(call).into(),
        locations: HashMap::from([(FACILITY, "gid://shopify/Location/6".to_owned())]),
        items: HashMap::from([(SKU, "gid://shopify/InventoryItem/5".to_owned())]),
        ..Books::empty()
    }
}

fn group(key: Uuid, movement: Uuid, changes: &[(&str, i64)]) -> Value {
    let change = |(name, delta): &(&str, i64)| json!({ "item_id": 5, "location_id": 6, "name": name, "delta": delta });
    let changes: Vec<Value> = changes.iter().map(change).collect();
    let reference = format!("gid://onhand/Movement/{movement}");
    json!({ "idempotency_key": key, "reference_document_uri": reference, "changes": changes })
}

fn applied() -> Vec<Value> {
    vec![
        group(CALL[0], LOST, &[("available", -2), ("on_hand", -2)]),
        group(CALL[1], DAMAGED, &[("available", -2), ("damaged", 2)]),
    ]
}

fn found(books: &Books, applied: &[Value]) -> String {
    match books.prove(applied) {
        Ok(proven) => format!("{proven:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_was_applied_once_is_proven() {
    let proven = books().prove(&applied());
    assert!(proven.is_ok_and(|proven| proven.changes == 2 && proven.calls == 2));
}

#[test]
fn what_the_shop_applied_twice_never_or_otherwise_is_found() {
    let all = applied();
    let twice = [&all[..], &all[..1]].concat();
    assert!(found(&books(), &twice).contains("twice"));
    assert!(found(&books(), &all[1..]).contains("never applied"));
    let foreign = [&all[..], &[group(Uuid::from_u128(99), LOST, &[])]].concat();
    assert!(found(&books(), &foreign).contains("nobody sent"));
    let more = [group(CALL[0], LOST, &[("available", -3)]), all[1].clone()];
    assert!(found(&books(), &more).contains("told was"));
    let other = [group(CALL[0], DAMAGED, &[("available", -2)]), all[1].clone()];
    assert!(found(&books(), &other).contains("refers to"));
}

#[test]
fn what_is_wrong_in_the_tables_is_found() {
    let untold = Books { pushes: vec![push(LOST, None, CALL[0])], ..books() };
    assert!(found(&untold, &applied()).contains("never told"));
    // Twice in the shop, under two keys, although each key is there once.
    let mut doubled = books();
    doubled.pushes.push(push(LOST, None, CALL[1]));
    assert!(found(&doubled, &applied()).contains("has another"));
    let mut rejected = books();
    rejected.pushes[0].status = "rejected".to_owned();
    assert!(found(&rejected, &applied()).contains("is rejected"));
    let mut invented = books();
    invented.pushes[0].movement = None;
    assert!(found(&invented, &applied()).contains("no movement"));
    let mut superseded = books();
    superseded.calls[0].status = "superseded".to_owned();
    assert!(found(&superseded, &applied()).contains("is superseded"));
    let mut other = books();
    other.pushes[0].delta = -1;
    assert!(found(&other, &applied()).contains("its push says"));
}

#[test]
fn levels_that_differ_are_found() {
    let level = |damaged: i64, on_hand: i64| {
        vec![json!({
            "item_id": 5, "location_id": 6, "available": 6, "committed": 0, "reserved": 0,
            "damaged": damaged, "quality_control": 0, "safety_stock": 0, "on_hand": on_hand,
        })]
    };
    let apart = |shop: &[Value]| books().apart(shop).map_or(0, |apart| apart.len());
    assert_eq!(apart(&level(2, 8)), 0);
    assert_eq!(apart(&level(1, 7)), 1);
    assert_eq!(apart(&level(2, 7)), 1);
    assert_eq!(apart(&[]), 1);
}
