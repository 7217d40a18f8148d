//! What is accepted, what is refused, and what a count means for what comes late.

use onhand_domain::{
    MovementKind,
    plan::{
        command::Body,
        outcome::{Cause, Refusal},
    },
};
use onhand_store::{Clock as _, entities::count_triggers};
use sea_orm::EntityTrait as _;

use crate::world::{
    MINUTE, MORNING, World, count, fact, on_both, posted, record, refused, reverse, variance,
};

on_both! {
    a_sale_of_what_the_record_does_not_have,
    a_variance_below_zero,
    a_reversal_once,
    a_late_sale_before_a_count,
    late_events_in_any_order,
    two_counts_and_what_lies_between,
    a_count_and_a_clock_that_lags,
}

async fn a_sale_of_what_the_record_does_not_have(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 1)).await;
    let sale = posted(world.one(record(here, shoe, MovementKind::Sale, 3)).await);
    assert_eq!(sale.movements[0].after.on_hand(), -2);
    world.one(record(here, shoe, MovementKind::Sale, 1)).await;
    let mut raised = count_triggers::Entity::find().all(&world.store.reader()).await.expect("rows");
    raised.sort_by(|a, b| a.cause.cmp(&b.cause));
    let causes: Vec<&str> = raised.iter().map(|t| t.cause.as_str()).collect();
    // Each cause once: a record that is wrong already does not become more so.
    assert_eq!(causes, [Cause::NegativeAvailable.code(), Cause::NegativeOnHand.code()]);
    assert!(raised.iter().all(|t| t.movement_id == sale.movements[0].id.0));
    world.assert_clean().await;
}

async fn a_variance_below_zero(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 2)).await;
    let refusal = refused(world.one(Body::Variance(variance(here, shoe, -3))).await);
    assert_eq!(refusal, Refusal::BelowZero { good: 2, asked: 3, on_hand: 2 });
    posted(world.one(Body::Variance(variance(here, shoe, -2))).await);
    assert_eq!(world.level(here, shoe).await.available, 0);
    assert_eq!(world.assert_clean().await.movements(), 2);
}

async fn a_reversal_once(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 2)).await;
    let loss = variance(here, shoe, -1);
    let id = loss.id;
    world.one(Body::Variance(loss)).await;
    // Two thumbs at once, in one batch and one after the other.
    let mut answers = world.post(vec![reverse(id), reverse(id)]).await;
    let second = answers.remove(1);
    let by = posted(answers.remove(0)).movements[0].id;
    assert_eq!(refused(second), Refusal::AlreadyReversed { by });
    assert_eq!(refused(world.one(reverse(id)).await), Refusal::AlreadyReversed { by });
    assert_eq!(world.level(here, shoe).await.available, 2);
    assert_eq!(world.level(here, shoe).await.damaged, 0);
    world.assert_clean().await;
}

async fn a_late_sale_before_a_count(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 10)).await;
    world.clock.advance(MINUTE);
    let counted_at = world.clock.now();
    world.clock.advance(MINUTE);
    let counted = posted(world.one(count(here, shoe, 8, counted_at)).await);
    assert_eq!(counted.movements[0].on_hand_change(), -2);
    // The till was offline: the two that were missing had been sold before the count.
    let mut sale = fact(here, shoe, MovementKind::Sale, 2);
    sale.effective_at = Some(counted_at);
    let late = posted(world.one(Body::Record(vec![sale])).await);
    assert_eq!(late.corrections.len(), 1);
    assert_eq!(late.corrections[0].corrects.map(|a| a.0), Some(counted.movements[0].id.0));
    assert_eq!(world.level(here, shoe).await.available, 8, "today's stock is what was counted");
    // One microsecond later it lies after the count, and counts.
    let mut sale = fact(here, shoe, MovementKind::Sale, 2);
    sale.effective_at = Some(counted_at.plus(1));
    assert!(posted(world.one(Body::Record(vec![sale])).await).corrections.is_empty());
    assert_eq!(world.level(here, shoe).await.available, 6);
    world.assert_clean().await;
}

async fn late_events_in_any_order(world: World) {
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    world.clock.advance(60 * MINUTE);
    let at = |minutes: i64| MORNING.plus(minutes * MINUTE);
    let events = |facility| {
        let fact = |kind, quantity, minutes| {
            let mut fact = fact(facility, shoe, kind, quantity);
            fact.effective_at = Some(at(minutes));
            Body::Record(vec![fact])
        };
        [
            fact(MovementKind::Receipt, 10, 1),
            fact(MovementKind::Sale, 2, 2),
            count(facility, shoe, 9, at(10)),
            fact(MovementKind::Sale, 3, 12),
            count(facility, shoe, 5, at(20)),
            fact(MovementKind::Return, 1, 25),
        ]
    };
    for body in events(here) {
        posted(world.one(body).await);
    }
    let mut shuffled = events(there);
    for (a, b) in [(0, 4), (1, 2), (3, 5), (2, 4)] {
        shuffled.swap(a, b);
    }
    for body in shuffled {
        posted(world.one(body).await);
    }
    assert_eq!(world.level(here, shoe).await.available, 6);
    assert_eq!(world.level(there, shoe).await, world.level(here, shoe).await);
    let units: Vec<_> =
        world.assert_clean().await.facilities.into_iter().map(|f| f.units).collect();
    assert_eq!(units[0], units[1], "and every account of the world outside");
}

async fn two_counts_and_what_lies_between(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 10)).await;
    world.clock.advance(60 * MINUTE);
    let at = |minutes: i64| MORNING.plus(minutes * MINUTE);
    // Approved in the other order, in one batch.
    let answers =
        world.post(vec![count(here, shoe, 7, at(20)), count(here, shoe, 9, at(10))]).await;
    assert!(answers.into_iter().map(posted).all(|p| !p.replay));
    assert_eq!(world.level(here, shoe).await.available, 7);
    let mut late = fact(here, shoe, MovementKind::Sale, 1);
    late.effective_at = Some(at(15));
    let late = posted(world.one(Body::Record(vec![late])).await);
    assert_eq!(late.corrections.len(), 1, "exactly one count is corrected");
    assert_eq!(late.corrections[0].effective_at, at(20));
    assert_eq!(world.level(here, shoe).await.available, 7);
    world.assert_clean().await;
}

async fn a_count_and_a_clock_that_lags(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 3)).await;
    world.clock.advance(MINUTE);
    // The count finds what the record says: it posts nothing, and nothing has its time.
    let found = posted(world.one(count(here, shoe, 3, world.clock.now())).await);
    assert!(found.movements.is_empty());
    // The next sale comes through a node whose clock is behind: it was after the count all the
    // same, for the count was there when it came.
    world.clock.advance(-MINUTE / 2);
    posted(world.one(record(here, shoe, MovementKind::Sale, 1)).await);
    assert_eq!(world.level(here, shoe).await.available, 2);
    world.assert_clean().await;
}
