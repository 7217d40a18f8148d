//! Whoever derives, however often, and whatever crashes in between: the shop gets each change once.

use std::collections::BTreeSet;

use onhand_domain::{
    FacilityScope, MovementKind,
    channel::{CallStatus, PushStatus},
    plan::command::{Body, Variance},
};
use onhand_store::{
    Ids as _,
    channels::{Push, PushFilter, SENT_PATIENCE_MICROS, Settlement},
    clock::System,
};
use uuid::Uuid;

use super::shop::{self, answer, assert_equal, derive, lease, payload, publish, running};
use crate::world::{MINUTE, World, command, count, on_both, posted, record, variance};

on_both! {
    many_derive_at_once,
    a_crash_between_any_two_steps,
    whoever_lost_the_lease_freezes_nothing,
    settled_once_is_settled,
    a_key_is_used_once,
    a_random_history_arrives,
    ;
    nodes: two_nodes_derive_and_post,
}

pub(super) async fn pushes(world: &World) -> Vec<Push> {
    let (scope, filter) = (FacilityScope::All, PushFilter::default());
    let mut all = world.store.list_pushes(&scope, &filter, None, 10_000).await.expect("listed");
    all.reverse();
    all
}

/// Each movement is in one push of its lane.
async fn assert_once(world: &World) {
    let pushes = pushes(world).await;
    let once: BTreeSet<_> = pushes.iter().map(|push| (push.movement, push.lane.clone())).collect();
    assert_eq!(once.len(), pushes.len(), "derived twice");
    let numbers: BTreeSet<_> =
        pushes.iter().map(|push| (push.lane.clone(), push.ordinal)).collect();
    assert_eq!(numbers.len(), pushes.len(), "a number was given twice");
}

async fn receive(world: &World, n: usize) {
    let bodies = (0..n).map(|n| {
        let (at, sku) = (world.facilities[n % 2], world.skus[n % world.skus.len()]);
        record(at, sku, MovementKind::Receipt, 1)
    });
    let commands = bodies.map(command).collect();
    for outcome in world.store.post(commands).await.expect("posted") {
        posted(outcome);
    }
}

async fn many_derive_at_once(world: World) {
    let (channel, mut shop) = running(&world).await;
    receive(&world, 40).await;
    let many = (0..6).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { derive(&store, channel).await })
    });
    let mut derived = 0;
    for one in many.collect::<Vec<_>>() {
        derived += one.await.expect("no panic");
    }
    assert_eq!(derived, 40);
    assert_once(&world).await;
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn two_nodes_derive_and_post(world: World) {
    let (channel, mut shop) = running(&world).await;
    let other = world.reopen().await;
    let mut tasks = Vec::new();
    for store in [world.store.clone(), other.clone()] {
        let (at, sku) = (world.facilities.clone(), world.skus.clone());
        tasks.push(tokio::spawn(async move {
            for n in 0..30 {
                let receipt = record(at[n % 2], sku[n % 4], MovementKind::Receipt, 1);
                posted(store.post(vec![command(receipt)]).await.expect("posted").remove(0));
                // Another node may be in the way; the next round finds what this one leaves.
                let _ = store.derive_pushes(channel, 7).await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    publish(&world, &other, channel, &mut shop).await;
    assert_once(&world).await;
    assert_eq!(pushes(&world).await.len(), 60);
    assert_equal(&world, &shop).await;
    other.close().await;
}

async fn a_crash_between_any_two_steps(world: World) {
    let (channel, mut shop) = running(&world).await;
    receive(&world, 8).await;
    // After deriving.
    assert_eq!(derive(&world.store, channel).await, 8);
    let node = world.reopen().await;
    assert_eq!(derive(&node, channel).await, 0);
    // After drafting: nothing was written.
    let drafts = node.draft_calls(channel, 8).await.expect("drafted");
    let node = world.reopen().await;
    assert_eq!(node.draft_calls(channel, 8).await.expect("drafted"), drafts);
    // After freezing.
    let held = lease(&world, &node, channel, Uuid::from_u128(1)).await;
    let (key, draft) = (System.next(), &drafts[0]);
    let frozen = node.freeze_call(&held, key, draft, payload(draft)).await;
    assert!(frozen.expect("frozen"));
    let node = world.reopen().await;
    assert_eq!(node.draft_calls(channel, 8).await.expect("drafted"), [], "its lanes wait");
    let now = || onhand_store::Clock::now(&*world.clock);
    let due = node.due_calls(channel, now(), 9).await.expect("asked");
    assert_eq!(
        due.iter().map(|call| (call.key, call.status)).collect::<Vec<_>>(),
        [(key, CallStatus::Frozen)]
    );
    // After it was sent and done, before the answer came.
    let call = node.mark_sent(key, now()).await.expect("noted").expect("open");
    assert_eq!((call.attempts, call.first_sent_at), (1, Some(now())));
    answer(&call, &mut shop);
    let node = world.reopen().await;
    assert_eq!(node.due_calls(channel, now(), 9).await.expect("asked"), [], "it may be under way");
    world.clock.advance(SENT_PATIENCE_MICROS);
    let due = node.due_calls(channel, now(), 9).await.expect("asked");
    assert_eq!((due.len(), due[0].status, due[0].attempts), (1, CallStatus::Unknown, 1));
    shop::send(&world, &node, key, &mut shop).await;
    let call = node.find_call(key).await.expect("asked").expect("there");
    assert_eq!((call.status, call.attempts), (CallStatus::Confirmed, 2));
    assert!(call.first_sent_at < call.settled_at);
    assert_equal(&world, &shop).await;
    assert_eq!(pushes(&world).await.len(), 8);
    assert!(node.note_channel_in_step(channel).await.expect("asked"));
    node.close().await;
}

async fn whoever_lost_the_lease_freezes_nothing(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let store = &world.store;
    let old = lease(&world, store, channel, one).await;
    let until = old.until.plus(MINUTE);
    assert_eq!(store.take_channel_lease(channel, two, until).await.expect("asked"), None);
    let renewed = store.take_channel_lease(channel, one, until).await.expect("asked");
    assert_eq!(renewed.map(|lease| lease.term), Some(old.term), "the same holder goes on");
    // Something is under way when another node takes over.
    receive(&world, 2).await;
    derive(store, channel).await;
    let drafts = store.draft_calls(channel, 8).await.expect("drafted");
    let key = System.next();
    assert!(store.freeze_call(&old, key, &drafts[0], payload(&drafts[0])).await.expect("frozen"));
    world.clock.set(until);
    let new = lease(&world, store, channel, two).await;
    assert_eq!(new.term, old.term + 1);
    receive(&world, 8).await;
    derive(store, channel).await;
    let drafts = store.draft_calls(channel, 8).await.expect("drafted");
    let late = store.freeze_call(&old, System.next(), &drafts[0], payload(&drafts[0])).await;
    assert!(!late.expect("asked"), "fenced off");
    store.drop_channel_lease(&old).await.expect("asked");
    assert_eq!(store.take_channel_lease(channel, one, until).await.expect("asked"), None);
    // What both send is done once, and whoever settles first settles.
    let now = onhand_store::Clock::now(&*world.clock);
    for _ in [one, two] {
        let call = store.mark_sent(key, now).await.expect("noted").expect("open");
        answer(&call, &mut shop);
    }
    let confirmed = || Settlement::Confirmed { adjustment: None };
    assert!(store.settle_call(key, confirmed()).await.expect("settled"));
    assert!(!store.settle_call(key, confirmed()).await.expect("asked"));
    store.drop_channel_lease(&new).await.expect("dropped");
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn settled_once_is_settled(world: World) {
    let (channel, _) = running(&world).await;
    receive(&world, 3).await;
    derive(&world.store, channel).await;
    let held = lease(&world, &world.store, channel, Uuid::from_u128(1)).await;
    let draft = world.store.draft_calls(channel, 1).await.expect("drafted").remove(0);
    let key = System.next();
    let body = payload(&draft);
    assert!(world.store.freeze_call(&held, key, &draft, body.clone()).await.expect("frozen"));
    // Taken: neither again with another key nor with the same.
    for key in [System.next(), key] {
        let again = world.store.freeze_call(&held, key, &draft, body.clone()).await;
        assert!(!again.expect("asked"));
    }
    assert!(world.store.settle_call(key, Settlement::NoOp).await.expect("settled"));
    let before = (pushes(&world).await, world.store.find_call(key).await.expect("asked"));
    world.clock.advance(MINUTE);
    let (code, problem) = ("LATE".to_owned(), "late".to_owned());
    for settlement in [
        Settlement::Confirmed { adjustment: Some("other".to_owned()) },
        Settlement::Expired,
        Settlement::Halve { code: code.clone(), problem: problem.clone() },
        Settlement::Fresh { key: System.next(), payload: body, at: shop_time(&world), code },
    ] {
        assert!(!world.store.settle_call(key, settlement).await.expect("asked"));
    }
    let now = shop_time(&world);
    assert_eq!(world.store.mark_sent(key, now).await.expect("asked"), None, "nothing to send");
    let after = (pushes(&world).await, world.store.find_call(key).await.expect("asked"));
    assert_eq!(before, after);
    assert!(before.0.iter().all(|push| push.status == PushStatus::NoOp), "{problem}");
}

fn shop_time(world: &World) -> onhand_domain::Micros {
    onhand_store::Clock::now(&*world.clock)
}

async fn a_key_is_used_once(world: World) {
    let (channel, mut shop) = running(&world).await;
    receive(&world, 4).await;
    derive(&world.store, channel).await;
    let held = lease(&world, &world.store, channel, Uuid::from_u128(1)).await;
    let drafts = world.store.draft_calls(channel, 4).await.expect("drafted");
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    let (first, second) = (System.next(), System.next());
    let body = payload(draft);
    assert!(world.store.freeze_call(&held, first, draft, body.clone()).await.expect("frozen"));
    let now = shop_time(&world);
    world.store.mark_sent(first, now).await.expect("noted").expect("open");
    // The shop says that the attempt before has failed: another key, the same lines.
    let code = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED".to_owned();
    let fresh = Settlement::Fresh { key: second, payload: body, at: now, code };
    assert!(world.store.settle_call(first, fresh).await.expect("settled"));
    let due = world.store.due_calls(channel, now, 9).await.expect("asked");
    let [call] = due.as_slice() else { panic!("{due:?}") };
    assert_eq!((call.key, call.follows, call.attempts), (second, Some(first), 0));
    let old = world.store.find_call(first).await.expect("asked").expect("there");
    assert_eq!(old.status, CallStatus::Superseded);
    shop::send(&world, &world.store, second, &mut shop).await;
    assert_equal(&world, &shop).await;
    assert!(pushes(&world).await.iter().all(|push| push.call == Some(second)));
}

/// Numbers from one seed: the same history on both databases.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        // xorshift64* (Vigna, 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }
}

async fn a_random_history_arrives(world: World) {
    let (channel, mut shop) = running(&world).await;
    let mut dice = Dice::new(20_261_123);
    for (at, sku) in
        world.facilities.iter().flat_map(|at| world.skus.iter().map(move |sku| (*at, *sku)))
    {
        posted(world.one(record(at, sku, MovementKind::Receipt, 500)).await);
    }
    for round in 0..25 {
        let mut bodies = Vec::new();
        for _ in 0..=dice.roll(12) {
            let at = world.facilities[usize::try_from(dice.roll(2)).expect("small")];
            let sku = world.skus[usize::try_from(dice.roll(4)).expect("small")];
            let quantity = i64::try_from(dice.roll(9) + 1).expect("small");
            bodies.push(match dice.roll(5) {
                0 => record(at, sku, MovementKind::Sale, quantity),
                1 => record(at, sku, MovementKind::Receipt, quantity),
                2 => Body::Variance(variance(at, sku, -quantity)),
                3 => Body::Variance(variance(at, sku, quantity)),
                // Learned of late: a count in between corrects itself.
                _ => {
                    let minutes = i64::try_from(round.min(5)).expect("small");
                    let effective_at = Some(shop_time(&world).plus(-MINUTE * minutes));
                    Body::Variance(Variance { effective_at, ..variance(at, sku, -quantity) })
                }
            });
        }
        for outcome in world.post(bodies).await {
            posted(outcome);
        }
        world.clock.advance(MINUTE);
        if round % 7 == 3 {
            let (at, sku) = (world.facilities[0], world.skus[round % 4]);
            let now = shop_time(&world);
            posted(world.one(count(at, sku, 480, now)).await);
        }
        publish(&world, &world.store, channel, &mut shop).await;
        assert_equal(&world, &shop).await;
    }
    assert_once(&world).await;
    world.assert_clean().await;
}
