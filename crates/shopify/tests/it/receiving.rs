//! What a shop does by itself is in the ledger, once, and goes back to nobody.

use onhand_domain::channel::ChannelStatus;
use onhand_domain::{ChannelId, FacilityScope};
use onhand_shopify::auth::Secret;
use onhand_shopify::receiver::{Door, DoorError, add_secret};
use onhand_store::By;
use onhand_store::channels::{ChannelChange, DeliveryFilter, DeliveryStatus, ItemFilter};
use serde_json::json;
use uuid::Uuid;

use crate::fake::{Fake, UNSTOCKED};
use crate::floor::Floor;
use crate::stand_in::{Answer, StandIn};

fn movement(kind: &str, quantity: i64, from: &str, to: &str) -> (String, i64, String, String) {
    (kind.to_owned(), quantity, from.to_owned(), to.to_owned())
}

#[tokio::test]
async fn what_is_bought_is_promised_then_sold_and_can_come_back() {
    let mut floor = Floor::running().await;
    let (order, line) = floor.buy("S-40", 3).await;
    let at_first = ("S-40".to_owned(), 0);
    floor
        .until("the promise", async || {
            (floor.ledger_has().await[&at_first] == (7, 3)).then_some(())
        })
        .await;
    let two = json!({"lines": [{"line_id": line, "quantity": 2}]});
    floor.act(&format!("/twin/orders/{order}/fulfill"), two).await;
    floor
        .until("the sale", async || (floor.ledger_has().await[&at_first] == (7, 1)).then_some(()))
        .await;
    let back = json!({"restock": "return", "lines": [{"line_id": line, "quantity": 1}]});
    floor.act(&format!("/twin/orders/{order}/refund"), back).await;
    floor
        .until("the return", async || (floor.ledger_has().await[&at_first] == (8, 1)).then_some(()))
        .await;
    floor.settled().await;
    let told = [
        movement("reservation", 3, "available", "committed"),
        movement("sale", 2, "committed", "customer"),
        movement("return", 1, "customer", "available"),
    ];
    assert_eq!(floor.posted().await, told);
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    floor.stop().await;
}

#[tokio::test]
async fn what_is_brought_back_and_put_on_the_shelf_is_a_return_without_a_refund() {
    let mut floor = Floor::running().await;
    let (order, line) = floor.buy("S-40", 3).await;
    floor.act(&format!("/twin/orders/{order}/fulfill"), json!({})).await;
    let lines = json!([{"line_id": line, "quantity": 2}]);
    floor.act(&format!("/twin/orders/{order}/return"), json!({"lines": lines})).await;
    floor.settled().await;
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (7, 0), "announced, no more");
    let one = json!([{"line_id": line, "quantity": 1}]);
    let shelf = json!({"lines": one, "location_id": 60_000_002});
    floor.act(&format!("/twin/orders/{order}/dispose"), shelf).await;
    let broken = json!({"lines": one, "disposition": "not_restocked"});
    floor.act(&format!("/twin/orders/{order}/dispose"), broken).await;
    floor
        .until("the return", async || {
            (floor.ledger_has().await[&("S-40".to_owned(), 1)] == (1, 0)).then_some(())
        })
        .await;
    floor.settled().await;
    let back = movement("return", 1, "customer", "available");
    assert_eq!(floor.posted().await.last(), Some(&back));
    let all = floor.store.list_deliveries(floor.channel, DeliveryFilter::default(), None, 100);
    let all = all.await.unwrap();
    let told = all.iter().find(|one| one.topic == "reverse_fulfillment_orders/dispose").unwrap();
    assert_eq!((told.status, &told.problem), (DeliveryStatus::Done, &None), "{told:?}");
    assert_eq!(floor.problems().await, Vec::<String>::new());
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    floor.stop().await;
}

#[tokio::test]
async fn an_app_that_may_not_see_returns_follows_the_rest_and_says_so() {
    let mut floor = Floor::open().await;
    let scopes = onhand_shopify::connect::SCOPES;
    floor.act("/twin/scopes", json!({"scopes": scopes})).await;
    let change = ChannelChange {
        scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
        ..ChannelChange::default()
    };
    let by = By::command_line("channel");
    floor.store.update_channel(&by, floor.channel, change).await.unwrap();
    floor.go_live().await;
    floor.start();
    let (order, line) = floor.buy("S-40", 3).await;
    floor.act(&format!("/twin/orders/{order}/fulfill"), json!({})).await;
    let lines = json!([{"line_id": line, "quantity": 2}]);
    floor.act(&format!("/twin/orders/{order}/return"), json!({"lines": lines})).await;
    let problem =
        floor.until("the problem", async || floor.problems().await.first().cloned()).await;
    assert!(problem.ends_with("can't be read: the app lacks read_returns"), "{problem}");
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (7, 0), "the rest is followed");
    floor.stop().await;
}

#[tokio::test]
async fn whatever_becomes_of_an_order_the_ledger_has_what_the_shop_has() {
    let mut floor = Floor::running().await;
    // A till, a cancellation with its units back in stock, one without, a move, an edit.
    let till = json!({"location_id": 60_000_001, "lines": [{"sku": "S-40"}]});
    floor.act("/twin/pos", till).await;
    let (back, _) = floor.buy("S-40", 2).await;
    let (gone, _) = floor.buy("S-41", 2).await;
    let (moved, _) = floor.buy("S-40", 1).await;
    let (edited, line) = floor.buy("S-41", 3).await;
    floor.settled().await;
    floor.act(&format!("/twin/orders/{back}/cancel"), json!({"restock": true})).await;
    floor.act(&format!("/twin/orders/{gone}/cancel"), json!({"restock": false})).await;
    floor.act(&format!("/twin/orders/{moved}/move"), json!({"location_id": 60_000_002})).await;
    let edit = json!({
        "add": [{"sku": "S-40", "quantity": 2, "location_id": 60_000_001}],
        "lines": [{"line_id": line, "quantity": 1}], "restock": false,
    });
    floor.act(&format!("/twin/orders/{edited}/edit"), edit).await;
    floor.settled().await;
    floor.act(&format!("/twin/orders/{moved}/fulfill"), json!({})).await;
    let rest = json!({"lines": [{"line_id": line, "quantity": 1}]});
    floor.act(&format!("/twin/orders/{edited}/fulfill"), rest).await;
    let till = json!({"location_id": 60_000_002, "lines": [{"sku": "S-41", "quantity": 2}]});
    floor.act("/twin/pos", till).await;
    floor.settled().await;
    let shrunk: i64 = floor
        .posted()
        .await
        .iter()
        .filter(|(_, _, _, to)| to == "shrink")
        .map(|(_, quantity, _, _)| quantity)
        .sum();
    assert_eq!(shrunk, 4, "two of the cancelled order, two of the edited one");
    assert_eq!(floor.problems().await, Vec::<String>::new());
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    floor.stop().await;
}

#[tokio::test]
async fn doubled_late_reordered_and_forged_messages_change_nothing() {
    let mut floor = Floor::running().await;
    let faults = json!({
        "seed": 5, "late_ms": 300,
        "probability": {
            "webhook_lost": 0.2, "webhook_doubled": 0.5, "webhook_late": 0.3,
            "webhook_reordered": 0.5, "webhook_forged": 0.3,
        },
    });
    floor.act("/twin/faults", faults).await;
    for round in 0..4 {
        let (order, line) = floor.buy("S-40", 2).await;
        let one = json!([{"line_id": line, "quantity": 1}]);
        floor.act(&format!("/twin/orders/{order}/fulfill"), json!({"lines": one})).await;
        let (deed, body) = match round % 4 {
            0 => ("fulfill", json!({})),
            1 => ("refund", json!({"restock": "cancel", "lines": one})),
            2 => ("refund", json!({"restock": "return", "lines": one})),
            _ => ("move", json!({"location_id": 60_000_002})),
        };
        floor.act(&format!("/twin/orders/{order}/{deed}"), body).await;
    }
    // What was lost is asked for: every half a minute, and whenever a node begins.
    floor.stop().await;
    floor.start();
    floor.settled().await;
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    let report = floor.store.verify(&FacilityScope::All).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    floor.stop().await;
}

#[tokio::test]
async fn what_happened_while_nobody_listened_is_asked_for() {
    let mut floor = Floor::running().await;
    let (order, _) = floor.buy("S-40", 2).await;
    floor.settled().await;
    floor.stop().await;
    floor.act("/twin/faults", json!({"probability": {"webhook_lost": 1.0}})).await;
    floor.act(&format!("/twin/orders/{order}/fulfill"), json!({})).await;
    floor.buy("S-41", 1).await;
    floor.start();
    floor.settled().await;
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (8, 0));
    assert_eq!(floor.ledger_has().await[&("S-41".to_owned(), 0)], (4, 1));
    let all = floor.store.list_deliveries(floor.channel, DeliveryFilter::default(), None, 100);
    assert!(all.await.unwrap().iter().any(|delivery| delivery.topic == "poll"));
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    floor.stop().await;
}

#[tokio::test]
async fn what_was_promised_before_is_taken_in_and_what_was_sold_is_not() {
    let mut floor = Floor::open().await;
    // Sold before: it is not in the ten that lie there any more, in neither of the two.
    let till = json!({"location_id": 60_000_002, "lines": [{"sku": "S-40"}]});
    floor.act("/twin/pos", till).await;
    let back = json!({"item_id": 50_000_000_001_u64, "location_id": 60_000_002, "delta": 1});
    floor.act("/twin/edit", back).await;
    let (promised, _) = floor.buy("S-40", 3).await;
    let (over, _) = floor.buy("S-41", 1).await;
    floor.act(&format!("/twin/orders/{over}/cancel"), json!({})).await;
    // The shop writes times to the second; what comes from now on is in a later one.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let started = floor.go_live().await;
    assert_eq!((started.orders.orders > 0, started.orders.problems.len()), (true, 0));
    assert_eq!(started.taken.pushes, 0, "{:?}", started.comparison.differences);
    assert_eq!(floor.posted().await, [movement("reservation", 3, "available", "committed")]);
    floor.start();
    floor.settled().await;
    floor.act(&format!("/twin/orders/{promised}/fulfill"), json!({})).await;
    floor
        .until("the sale", async || {
            (floor.ledger_has().await[&("S-40".to_owned(), 0)] == (7, 0)).then_some(())
        })
        .await;
    floor.settled().await;
    assert_eq!(floor.pushed().await, Vec::<serde_json::Value>::new());
    floor.stop().await;
}

#[tokio::test]
async fn what_can_not_be_said_is_told_and_stands_in_nobodys_way() {
    let mut floor = Floor::running().await;
    let stock = json!({"item_id": 50_000_000_001_u64, "location_id": 60_000_003, "delta": 5});
    floor.act("/twin/edit", stock).await;
    let till = json!({"location_id": 60_000_003, "lines": [{"sku": "S-40"}, {"sku": "CARD"}]});
    floor.act("/twin/pos", till).await;
    floor.buy("S-40", 1).await;
    floor.settled().await;
    let problem =
        floor.until("the problem", async || floor.problems().await.first().cloned()).await;
    assert_eq!(problem, format!("no facility stands behind {UNSTOCKED}"));
    assert_eq!(floor.posted().await, [movement("reservation", 1, "available", "committed")]);
    floor.stop().await;
}

#[tokio::test]
async fn what_the_ledger_changes_goes_out_while_the_shop_sells() {
    let mut floor = Floor::running().await;
    for _ in 0..3 {
        floor.buy("S-40", 1).await;
        floor.sell_elsewhere("S-40").await;
    }
    floor.settled().await;
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (4, 3));
    let delta = |one: &serde_json::Value| {
        let changes = one["changes"].as_array().unwrap().iter();
        let of = changes.filter(|change| change["name"] == "available");
        of.map(|change| change["delta"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(floor.pushed().await.iter().map(delta).sum::<i64>(), -3);
    floor.stop().await;
}

#[tokio::test]
async fn who_is_thrown_out_stops_and_loses_nothing() {
    let mut floor = Floor::running().await;
    floor.act("/twin/uninstall", json!({})).await;
    let broken = async || {
        let channel = floor.store.find_channel(floor.channel).await.unwrap().unwrap();
        (channel.status == ChannelStatus::Broken).then_some(channel.status_reason)
    };
    let reason = floor.until("the end", broken).await;
    assert!(reason.is_some());
    floor.stop().await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_noticed() {
    let mut floor = Floor::running().await;
    let scopes = ["read_products", "write_inventory", "read_locations"];
    floor.act("/twin/scopes", json!({"scopes": scopes})).await;
    let broken = async || {
        let channel = floor.store.find_channel(floor.channel).await.unwrap().unwrap();
        (channel.status == ChannelStatus::Broken).then_some(channel.status_reason)
    };
    let reason = floor.until("the end", broken).await.unwrap();
    assert!(reason.contains("reconnect"), "{reason}");
    floor.stop().await;
}

#[tokio::test]
async fn an_item_that_is_gone_takes_no_part_any_more() {
    let mut floor = Floor::running().await;
    floor.act("/twin/items/50000000002", json!({"delete": true})).await;
    let gone = async || {
        let all = ItemFilter::default();
        let items = floor.store.list_channel_items(floor.channel, &all, None, 10).await.unwrap();
        items.iter().any(|one| one.sku.is_none() && one.problem.is_some()).then_some(())
    };
    floor.until("its end", gone).await;
    floor.stop().await;
}

/// A message as the twin sends it, with its signature.
async fn message(fake: &Fake) -> crate::stand_in::Request {
    let receiver = StandIn::start([Answer::ok(""), Answer::ok("")]).await;
    let uri = format!("{}/x", receiver.base());
    fake.shop().subscribe("ORDERS_CREATE", &uri, &["id"]).await.unwrap();
    for _ in 0..2 {
        fake.post("/twin/orders", &json!({"lines": [{"sku": "S-40", "quantity": 1}]})).await;
    }
    let [first, _] = receiver.first_requests().await;
    first
}

#[tokio::test]
async fn the_door_takes_what_the_shop_has_signed_once() {
    let floor = Floor::open().await;
    let message = message(&floor.fake).await;
    let door = Door { store: &floor.store, key: Some(&floor.key) };
    let headers = message.headers();
    let knock = async |channel, body: &[u8]| door.take_in(channel, &headers, body).await;
    assert!(knock(floor.channel, &message.body).await.unwrap());
    assert!(!knock(floor.channel, &message.body).await.unwrap(), "the same once more");
    let forged = [&message.body[..], b" "].concat();
    let refused = knock(floor.channel, &forged).await.unwrap_err();
    assert!(matches!(refused, DoorError::Forged), "{refused}");
    let nobody = ChannelId(Uuid::from_u128(7));
    let refused = knock(nobody, &message.body).await.unwrap_err();
    assert!(matches!(refused, DoorError::Unknown), "{refused}");
    let locked = Door { store: &floor.store, key: None };
    let refused = locked.take_in(floor.channel, &headers, &message.body).await.unwrap_err();
    assert!(matches!(refused, DoorError::Forged), "{refused}");
    let all = floor.store.list_deliveries(floor.channel, DeliveryFilter::default(), None, 9);
    let all = all.await.unwrap();
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert!(one.subject.starts_with("gid://shopify/Order/500000000"), "{one:?}");
}

#[tokio::test]
async fn both_secrets_are_good_while_one_replaces_the_other() {
    let floor = Floor::open().await;
    let by = By::command_line("keep_webhook_secret");
    floor.act("/twin/secret", json!({"secret": "newer"})).await;
    let message = message(&floor.fake).await;
    let door = Door { store: &floor.store, key: Some(&floor.key) };
    let headers = message.headers();
    let refused = door.take_in(floor.channel, &headers, &message.body).await.unwrap_err();
    assert!(matches!(refused, DoorError::Forged), "{refused}");
    for secret in ["newer", "newest"] {
        let channel = floor.store.find_channel(floor.channel).await.unwrap().unwrap();
        let secret = Secret::new(secret);
        add_secret(&floor.store, &floor.key, &by, &channel, secret).await.unwrap();
    }
    let channel = floor.store.find_channel(floor.channel).await.unwrap().unwrap();
    let kept = channel.webhook_secrets.as_ref().unwrap();
    let kept: Vec<Secret> = floor.key.open_value(floor.channel.0, &kept.0).unwrap();
    assert_eq!(kept, [Secret::new("newest"), Secret::new("newer")]);
    assert!(door.take_in(floor.channel, &headers, &message.body).await.unwrap());
}
