//! Many messages at once: what they are about is read once, and what was lost is asked for.

use std::sync::Arc;

use onhand_domain::Micros;
use onhand_shopify::receiver::POLL_EVERY;
use onhand_store::channels::{
    DELIVERIES_MAX, Delivery, DeliveryFilter, DeliveryKind, DeliveryStatus, Handled, NewDelivery,
};
use serde_json::json;

use crate::floor::{Ahead, Floor};

fn about(order: u64, number: usize) -> NewDelivery {
    NewDelivery {
        delivery: format!("{order} {number}"),
        event: None,
        topic: "orders/updated".to_owned(),
        kind: DeliveryKind::Order,
        subject: format!("gid://shopify/Order/{order}"),
        location: None,
        triggered_at: None,
    }
}

async fn tell(floor: &Floor, messages: &[NewDelivery]) {
    for messages in messages.chunks(DELIVERIES_MAX) {
        floor.store.put_deliveries(floor.channel, messages).await.unwrap();
    }
}

async fn told(floor: &Floor, status: DeliveryStatus) -> Vec<Delivery> {
    let filter = DeliveryFilter { status: Some(status), ..DeliveryFilter::default() };
    floor.store.list_deliveries(floor.channel, filter, None, 10_000).await.unwrap()
}

async fn lose_webhooks(floor: &Floor) {
    floor.act("/twin/faults", json!({"probability": {"webhook_lost": 1.0}})).await;
}

/// How often the shop was asked for an order.
async fn readings(floor: &Floor) -> u64 {
    floor.fake.get("/twin/stats").await["counts"]["field.order"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn an_order_is_read_once_for_all_that_was_told_of_it() {
    let mut floor = Floor::running().await;
    floor.stop().await;
    lose_webhooks(&floor).await;
    let (order, _) = floor.buy("S-40", 3).await;
    // Two pages, every second message is about the order; the shop has none of the others.
    let some = DELIVERIES_MAX - 1;
    let burst = (0..some).flat_map(|number| [about(order, number), about(number as u64, 0)]);
    tell(&floor, &burst.collect::<Vec<_>>()).await;
    let before = readings(&floor).await;
    floor.start();
    floor.settled().await;
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (7, 3));
    let done = told(&floor, DeliveryStatus::Done).await;
    let done: Vec<_> =
        done.iter().filter(|one| one.subject.ends_with(&order.to_string())).collect();
    assert_eq!(done.len(), some, "the poll has added none: it was told of already");
    assert_eq!(readings(&floor).await - before, some as u64 + 1);
    floor.stop().await;
}

#[tokio::test]
async fn what_is_told_anew_gives_nothing_up_that_waits() {
    let mut floor = Floor::running().await;
    floor.stop().await;
    lose_webhooks(&floor).await;
    tell(&floor, &[about(7, 0)]).await;
    let [first] = told(&floor, DeliveryStatus::Waiting).await.try_into().unwrap();
    // Once more, and it would be given up.
    for _ in 0..7 {
        let (at, problem) = (floor.store.clock().now(), "nobody answers".to_owned());
        let again = Handled::Again { at, problem };
        floor.store.settle_deliveries(floor.channel, &[first.id], &again).await.unwrap();
    }
    tell(&floor, &[about(7, 1)]).await;
    floor.act("/twin/faults", json!({"probability": {"http_502": 1.0}, "only": ["order"]})).await;
    floor.start();
    let tried = async || {
        let waiting = told(&floor, DeliveryStatus::Waiting).await;
        let all = waiting.len() + told(&floor, DeliveryStatus::Failed).await.len();
        let tries = waiting.iter().map(|one| one.tries).max().unwrap_or(8);
        (all == 2 && tries == 8).then_some(waiting.len())
    };
    assert_eq!(floor.until("the next try", tried).await, 2, "the newer one has all its tries");
    floor.act("/twin/faults", json!({})).await;
    floor.settled().await;
    floor.stop().await;
}

#[tokio::test]
async fn what_was_lost_is_asked_for_amid_a_burst() {
    let clock = Arc::<Ahead>::default();
    let mut floor = Floor::open_at(Arc::clone(&clock) as _).await;
    floor.go_live().await;
    floor.start();
    floor.subscribed().await;
    floor.settled().await;
    lose_webhooks(&floor).await;
    // The shop has none of these, which takes a reading each.
    let burst: Vec<_> = (0..8 * DELIVERIES_MAX).map(|number| about(number as u64, 0)).collect();
    tell(&floor, &burst).await;
    let (lost, _) = floor.buy("S-40", 2).await;
    clock.advance(i64::try_from(POLL_EVERY.as_micros()).unwrap() + Micros::SECOND);
    let lost = format!("gid://shopify/Order/{lost}");
    let waiting = async || {
        let waiting = told(&floor, DeliveryStatus::Waiting).await;
        waiting.iter().any(|one| one.subject == lost).then_some(waiting.len())
    };
    let waiting = floor.until("the poll's message", waiting).await;
    assert!(waiting > 1, "it came when all of the burst was over");
    floor.settled().await;
    assert_eq!(floor.ledger_has().await[&("S-40".to_owned(), 0)], (8, 2));
    floor.stop().await;
}
