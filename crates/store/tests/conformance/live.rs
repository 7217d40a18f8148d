//! Whoever listens hears of every change, whichever node made it.

use onhand_domain::{
    CountId, FacilityId, MovementKind,
    count::CountStatus,
    plan::command::{Authority, Body, Closing, Command, Count, Mandate},
};
use onhand_store::feed::{CHANGES_KEPT_MAX, Change, MOVEMENTS_TOLD_MAX};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::world::{World, authority, command, fact, new_id, on_both, posted, record, variance};

on_both! {
    each_movement_in_order,
    a_request_made,
    a_count_that_ends,
    a_large_document,
    a_listener_that_is_too_slow,
    the_end_of_the_store,
    ; nodes:
    a_movement_of_another_node,
}

/// The next `count` movements of a facility, by number.
async fn numbers(changes: &mut Receiver<Change>, facility: FacilityId, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        match changes.recv().await.expect("a change") {
            Change::Level(level) if level.facility == facility => numbers.push(level.seq),
            _ => {}
        }
    }
    numbers
}

async fn each_movement_in_order(world: World) {
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 1)).await;
    let mut changes = world.store.changes().await.expect("subscribed");
    let posts = (0..50).map(|n| {
        let facility = if n % 5 == 0 { there } else { here };
        let body = record(facility, shoe, MovementKind::Receipt, 1);
        let store = world.store.clone();
        async move { store.post(vec![command(body)]).await }
    });
    let mut second = world.store.changes().await.expect("subscribed");
    futures::future::join_all(posts).await;
    assert_eq!(numbers(&mut changes, here, 40).await, (2..=41).collect::<Vec<_>>());
    assert_eq!(numbers(&mut second, there, 10).await, (1..=10).collect::<Vec<_>>());
    posted(world.one(record(here, shoe, MovementKind::Sale, 3)).await);
    let sale = loop {
        match changes.recv().await.expect("a change") {
            Change::Level(level) if level.kind == MovementKind::Sale => break level,
            _ => {}
        }
    };
    assert_eq!((sale.facility, sale.level.available), (here, 38));
}

async fn a_count_that_ends(world: World) {
    let here = world.facilities[0];
    let mut changes = world.store.changes().await.expect("subscribed");
    let id = CountId(new_id().0);
    world.insert_count_in_review(id, here).await;
    let closes = Some(Closing { count: id, version: 3 });
    let close = Body::Count(Count { facility: here, closes, lines: Vec::new() });
    let mut told = Vec::new();
    while told.len() < 2 {
        if let Change::Count(count) = changes.recv().await.expect("a change") {
            assert_eq!((count.count, count.facility), (id, here));
            told.push((count.status, count.version));
            if told.len() == 1 {
                posted(world.one(close.clone()).await);
            }
        }
    }
    assert_eq!(told, [(CountStatus::InReview, 3), (CountStatus::Closed, 4)]);
}

async fn a_request_made(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let mut changes = world.store.changes().await.expect("subscribed");
    let report = Command {
        authority: Authority { mandate: Mandate::Report, ..authority() },
        body: Body::Variance(variance(here, shoe, 1)),
    };
    world.store.post(vec![report]).await.expect("requested");
    assert_eq!(changes.recv().await.expect("a change"), Change::Requests(here));
}

async fn a_large_document(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let mut changes = world.store.changes().await.expect("subscribed");
    let lines = (0..=MOVEMENTS_TOLD_MAX).map(|_| fact(here, shoe, MovementKind::Receipt, 1));
    posted(world.one(Body::Record(lines.collect())).await);
    assert_eq!(changes.recv().await.expect("a change"), Change::Reload(here));
    posted(world.one(record(here, shoe, MovementKind::Receipt, 1)).await);
    let next = i64::try_from(MOVEMENTS_TOLD_MAX).expect("small") + 2;
    assert_eq!(numbers(&mut changes, here, 1).await, [next]);
}

async fn a_listener_that_is_too_slow(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let mut slow = world.store.changes().await.expect("subscribed");
    let mut quick = world.store.changes().await.expect("subscribed");
    let lines = usize::try_from(MOVEMENTS_TOLD_MAX).expect("small");
    for _ in 0..=CHANGES_KEPT_MAX / lines {
        let lines = (0..lines).map(|_| fact(here, shoe, MovementKind::Receipt, 1)).collect();
        posted(world.one(Body::Record(lines)).await);
        numbers(&mut quick, here, 500).await;
    }
    assert!(matches!(slow.recv().await, Err(RecvError::Lagged(_))));
}

async fn the_end_of_the_store(world: World) {
    let mut changes = world.store.changes().await.expect("subscribed");
    world.store.close().await;
    assert_eq!(changes.recv().await, Err(RecvError::Closed));
    assert!(world.store.changes().await.is_err());
}

async fn a_movement_of_another_node(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let mut changes = world.store.changes().await.expect("subscribed");
    let other = world.reopen().await;
    let receipt = record(here, shoe, MovementKind::Receipt, 1);
    posted(other.post(vec![command(receipt)]).await.expect("posted").remove(0));
    assert_eq!(numbers(&mut changes, here, 1).await, [1]);
}
