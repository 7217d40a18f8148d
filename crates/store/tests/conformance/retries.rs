//! Retries are safe, answers come after the commit, and neighbours don't suffer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::future::join_all;
use onhand_domain::{
    Micros, MovementKind, OrderId, Quantities,
    plan::{
        command::{Body, OrderDraft, OrderLineDraft, Reverse},
        outcome::{Outcome, Refusal},
    },
};
use onhand_store::{Clock, Store, StoreError, WriteError, clock::System};
use sea_orm::ConnectionTrait as _;

use crate::world::{
    MORNING, World, command, fact, new_id, on_both, posted, record, refused, reverse, variance,
};

on_both! {
    the_same_id_with_the_same_content,
    the_same_id_with_other_content,
    twice_in_one_batch,
    what_was_acknowledged_is_there,
    a_bad_command_and_its_neighbours,
    a_command_that_the_database_chokes_on,
    a_bug_that_panics,
    ; nodes:
    a_write_that_lost_may_be_sent_again,
}

async fn the_same_id_with_the_same_content(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let receipt = record(here, shoe, MovementKind::Receipt, 5);
    let loss = variance(here, shoe, -1);
    let undo = Reverse { id: new_id(), target: loss.id, note: None };
    let order = OrderDraft {
        id: OrderId(new_id().0),
        name: "#1".to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: None,
        lines: vec![OrderLineDraft {
            id: new_id().0.into(),
            facility: here,
            sku: shoe,
            quantity: 2,
        }],
    };
    let cancel = Body::CancelOrder(order.id);
    let bodies =
        [receipt, Body::Variance(loss), Body::Reverse(undo), Body::PlaceOrder(order), cancel];
    let mut first = Vec::new();
    for body in bodies.clone() {
        first.push(world.one(body).await);
    }
    let before = world.assert_clean().await;
    // Another day, another process.
    world.clock.advance(86_400_000_000);
    let again = world.reopen().await;
    for (body, first) in bodies.into_iter().zip(first) {
        let answer = again.post(vec![command(body)]).await.expect("done").remove(0);
        match (answer, first) {
            (Outcome::Posted(answer), Outcome::Posted(first)) => {
                assert!(answer.replay && !first.replay);
                assert_eq!(answer.movements, first.movements);
            }
            // Placed before it was cancelled: the answer is the order as it stands.
            (Outcome::Ordered(answer), Outcome::Ordered(first)) => assert_eq!(answer.id, first.id),
            (answer, first) => panic!("{answer:?} is not {first:?}"),
        }
    }
    assert_eq!(world.assert_clean().await.movements(), before.movements());
}

async fn the_same_id_with_other_content(world: World) {
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    let receipt = fact(here, shoe, MovementKind::Receipt, 5);
    world.one(Body::Record(vec![receipt.clone()])).await;
    let mut other = receipt.clone();
    other.quantity = 6;
    let mut elsewhere = receipt.clone();
    elsewhere.facility = there;
    let mut found = variance(here, shoe, 1);
    found.id = receipt.id;
    let undo = Body::Reverse(Reverse { id: receipt.id, target: receipt.id, note: None });
    let record = |fact| Body::Record(vec![fact]);
    for body in [record(other), record(elsewhere), Body::Variance(found), undo] {
        let refusal = refused(world.one(body).await);
        assert_eq!(refusal, Refusal::IdReused(receipt.id.0));
    }
    assert_eq!(world.assert_clean().await.movements(), 1);
}

async fn twice_in_one_batch(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let receipt = record(here, shoe, MovementKind::Receipt, 5);
    let mut answers = world.post(vec![receipt.clone(), receipt]).await.into_iter().map(posted);
    let (first, again) = (answers.next().expect("one"), answers.next().expect("two"));
    assert_eq!((first.replay, again.replay), (false, true));
    assert_eq!(first.movements, again.movements);
    assert_eq!(world.level(here, shoe).await.available, 5);
}

async fn what_was_acknowledged_is_there(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    for n in 1..=5 {
        let receipt = record(here, shoe, MovementKind::Receipt, 1);
        let acknowledged = posted(world.one(receipt).await).movements.remove(0);
        // Somebody else who looks the moment after, through connections of their own.
        let other = world.reopen().await;
        let seen = other.movement(acknowledged.id).await.expect("a query");
        assert_eq!(seen, Some(acknowledged));
        other.close().await;
        assert_eq!(
            world.level(here, shoe).await,
            Quantities { available: n, ..Quantities::default() }
        );
    }
}

async fn a_bad_command_and_its_neighbours(world: World) {
    let (here, shoe, boot) = (world.facilities[0], world.skus[0], world.skus[1]);
    // Half of it is possible: nothing of it may remain.
    let half = Body::Record(vec![
        fact(here, shoe, MovementKind::Receipt, 7),
        fact(here, boot, MovementKind::Receipt, 0),
    ]);
    let answers = world
        .post(vec![
            record(here, shoe, MovementKind::Receipt, 1),
            half,
            Body::Variance(variance(here, boot, -1)),
            reverse(new_id()),
            record(here, shoe, MovementKind::Receipt, 2),
        ])
        .await;
    let refusals: Vec<bool> = answers.iter().map(|a| matches!(a, Outcome::Refused(_))).collect();
    assert_eq!(refusals, [false, true, true, true, false]);
    assert_eq!(world.level(here, shoe).await.available, 3);
    assert_eq!(world.assert_clean().await.movements(), 2);
}

async fn a_command_that_the_database_chokes_on(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let posts = (0..40).map(|n| {
        let mut receipt = fact(here, shoe, MovementKind::Receipt, 1);
        // PostgreSQL can't store it. The API refuses it; here it stands for what nobody foresaw.
        receipt.note = (n == 20).then(|| "\0".to_owned());
        let store = world.store.clone();
        async move { store.post(vec![command(Body::Record(vec![receipt]))]).await }
    });
    let answers = join_all(posts).await;
    let failed: Vec<usize> = (0..40).filter(|n| answers[*n].is_err()).collect();
    assert_eq!(failed, if world.is_postgres() { vec![20] } else { vec![] });
    let done = i64::try_from(40 - failed.len()).expect("small");
    assert_eq!(world.level(here, shoe).await.available, done);
    world.assert_clean().await;
}

/// A clock that panics when it is told to, in the middle of a transaction.
struct Faulty(AtomicBool);

impl Clock for Faulty {
    fn now(&self) -> Micros {
        assert!(!self.0.load(Ordering::Relaxed), "as the story wants it");
        MORNING
    }
}

async fn a_bug_that_panics(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let clock = Arc::new(Faulty(AtomicBool::new(false)));
    let ids = Arc::new(System);
    let store = Store::open(&world.url, clock.clone() as _, ids).await.expect("opens");
    let receipt = || vec![command(record(here, shoe, MovementKind::Receipt, 1))];
    for _ in 0..4 {
        clock.0.store(true, Ordering::Relaxed);
        let failed = store.post(receipt()).await;
        assert!(matches!(failed, Err(StoreError::Panicked)), "{failed:?}");
        clock.0.store(false, Ordering::Relaxed);
        posted(store.post(receipt()).await.expect("the next one is done").remove(0));
    }
    assert_eq!(world.level(here, shoe).await.available, 4);
    world.assert_clean().await;
}

/// What PostgreSQL says to the loser of a deadlock or of a failed serialization, as it comes
/// through SeaORM.
async fn a_write_that_lost_may_be_sent_again(world: World) {
    for (code, busy) in [("40001", true), ("40P01", true), ("40002", false)] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$");
        let lost = world.store.writer().execute_unprepared(&raise).await.expect_err("it lost");
        let error = WriteError::from(lost);
        assert_eq!(matches!(error, WriteError::Store(StoreError::Contended)), busy, "{error:?}");
    }
}
