//! Orders are read whole, however large.

use onhand_shopify::read::{DispositionKind, FulfillmentStatus, Restock};
use serde_json::{Value, json};

use crate::fake::{FIRST, Fake, SECOND};

fn id(order: &Value) -> String {
    format!("gid://shopify/Order/{}", order["order_id"])
}

fn path(order: &Value, deed: &str) -> String {
    format!("/twin/orders/{}/{deed}", order["order_id"])
}

#[tokio::test]
async fn what_became_of_an_order_is_read() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let lines = json!([{"sku": "S-40", "quantity": 4}]);
    let placed = fake.ask("/twin/orders", &json!({"lines": lines})).await;
    let line = placed["lines"][0]["line_id"].clone();
    let some = json!({"lines": [{"line_id": line, "quantity": 2}]});
    fake.post(&path(&placed, "fulfill"), &some).await;
    for (restock, quantity) in [("return", 1), ("cancel", 1), ("no_restock", 1)] {
        let back = json!({"restock": restock, "lines": [{"line_id": line, "quantity": quantity}]});
        fake.post(&path(&placed, "refund"), &back).await;
    }
    let order = shop.order(&id(&placed)).await.unwrap().unwrap();
    assert!(
        !order.cut && order.head.may_be_open() == (order.assignments[0].lines[0].remaining > 0)
    );
    let [sent] = order.fulfillments.as_slice() else { panic!("{order:?}") };
    let seen = (sent.status, sent.location.as_deref(), sent.lines[0].quantity);
    assert_eq!(seen, (FulfillmentStatus::Success, Some(FIRST), 2));
    assert_eq!(sent.lines[0].line, order.lines[0].id);
    let refunds: Vec<_> = order
        .refunds
        .iter()
        .map(|refund| (refund.lines[0].restock, refund.lines[0].location.as_deref()))
        .collect();
    let told = [
        (Restock::Return, Some(FIRST)),
        (Restock::Cancel, Some(FIRST)),
        (Restock::NoRestock, None),
    ];
    assert_eq!(refunds, told);
    let part = &order.assignments[0].id;
    assert_eq!(shop.order_of_part(part).await.unwrap(), Some(id(&placed)));
    let gone = "gid://shopify/FulfillmentOrder/1";
    assert_eq!(shop.order_of_part(gone).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_brought_back_is_read_and_whose_it_is() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let lines = json!([{"sku": "S-40", "quantity": 3}]);
    let placed = fake.ask("/twin/orders", &json!({"lines": lines})).await;
    let line = placed["lines"][0]["line_id"].clone();
    let units = |quantity: i64| json!([{"line_id": line, "quantity": quantity}]);
    assert!(!shop.order(&id(&placed)).await.unwrap().unwrap().has_returns);
    fake.post(&path(&placed, "fulfill"), &json!({})).await;
    let back = fake.ask(&path(&placed, "return"), &json!({"lines": units(3)})).await;
    for (disposition, place) in [("restocked", 60_000_002), ("missing", 60_000_001)] {
        let decided = json!({"disposition": disposition, "location_id": place, "lines": units(1)});
        fake.post(&path(&placed, "dispose"), &decided).await;
    }
    let paid = json!({"restock": "no_restock", "return_id": back["returns"][0], "lines": units(2)});
    fake.post(&path(&placed, "refund"), &paid).await;

    let order = shop.order(&id(&placed)).await.unwrap().unwrap();
    assert!(order.has_returns && order.returns.is_empty(), "they are read by themselves");
    let returns = shop.returns_of(&id(&placed)).await.unwrap();
    let [one] = returns.all.as_slice() else { panic!("{returns:?}") };
    let told: Vec<_> = one
        .dispositions
        .iter()
        .map(|it| (it.kind, it.quantity, it.location.as_deref(), it.line == order.lines[0].id))
        .collect();
    let decided = [
        (DispositionKind::Restocked, 1, Some(SECOND), true),
        (DispositionKind::Missing, 1, Some(FIRST), true),
    ];
    assert_eq!((returns.cut, told.as_slice()), (false, &decided[..]));
    assert_eq!(one.refunds, [order.refunds[0].id.clone()]);
}

#[tokio::test]
async fn a_large_order_is_read_to_its_end() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let lines: Vec<_> = (0..130)
        .map(|n| json!({"sku": "S-40", "quantity": 2, "location_id": 60_000_001 + n % 2}))
        .collect();
    let placed = fake.ask("/twin/orders", &json!({"lines": lines, "oversell": true})).await;
    let line = |n: usize| placed["lines"][n]["line_id"].clone();
    // One fulfilment of each location with all of its lines, then six of one line each.
    let one_each: Vec<_> = (0..130).map(|n| json!({"line_id": line(n), "quantity": 1})).collect();
    fake.post(&path(&placed, "fulfill"), &json!({"lines": one_each})).await;
    for n in 0..6 {
        let one = json!({"lines": [{"line_id": line(n), "quantity": 1}]});
        fake.post(&path(&placed, "fulfill"), &one).await;
    }
    let back: Vec<_> = (0..120).map(|n| json!({"line_id": line(n), "quantity": 1})).collect();
    fake.post(&path(&placed, "refund"), &json!({"restock": "return", "lines": back})).await;

    let order = shop.order(&id(&placed)).await.unwrap().unwrap();
    assert!(!order.cut);
    assert_eq!(order.lines.len(), 130);
    let parts: Vec<_> = order.assignments.iter().map(|part| part.lines.len()).collect();
    assert_eq!(parts, [65, 65]);
    let at: Vec<_> = order.assignments.iter().map(|p| p.location.as_deref()).collect();
    assert_eq!(at, [Some(FIRST), Some(SECOND)]);
    let sent: Vec<_> = order.fulfillments.iter().map(|sent| sent.lines.len()).collect();
    assert_eq!(sent, [65, 65, 1, 1, 1, 1, 1, 1]);
    let mut of_lines = std::collections::BTreeMap::<&str, i64>::new();
    for sent in order.fulfillments.iter().flat_map(|sent| &sent.lines) {
        *of_lines.entry(&sent.line).or_default() += sent.quantity;
    }
    assert_eq!((of_lines.len(), of_lines.values().sum::<i64>()), (130, 136));
    assert_eq!(order.refunds.iter().map(|refund| refund.lines.len()).sum::<usize>(), 120);
}
