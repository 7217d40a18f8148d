//! A shop is compared, taken in, and from then on told of changes only.

use onhand_domain::{
    FacilityScope, MovementKind,
    channel::{CallKind, ChannelStatus, PushStatus, QuantityName},
    plan::command::Body,
};
use onhand_store::{
    Ids as _,
    channels::{
        ChannelChange, ChannelError, ChannelRefusal, PushFilter, STALE_TRIES_MAX, Seen, Settlement,
    },
    clock::System,
};
use uuid::Uuid;

use super::{
    exactly_once::pushes,
    shop::{
        Shop, assert_equal, by, channel, derive, go_live, item, lease, levels, location, map,
        payload, publish, running,
    },
};
use crate::world::{World, on_both, posted, record, variance};

on_both! {
    what_differs_is_set_and_compared,
    what_is_recorded_since_is_a_change,
    a_comparison_that_does_not_hold_is_refused,
    nothing_is_derived_while_it_stands_still,
    a_stale_comparison_is_made_again,
    settings_that_change_every_level_need_a_new_start,
}

const AVAILABLE: QuantityName = QuantityName::Available;

fn refused<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> ChannelRefusal {
    match result {
        Err(ChannelError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

async fn what_differs_is_set_and_compared(world: World) {
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    for (sku, units) in skus.iter().zip([5, 7, 0, 3]) {
        if units > 0 {
            posted(world.one(record(at[0], *sku, MovementKind::Receipt, units)).await);
        }
    }
    posted(world.one(Body::Variance(variance(at[0], skus[1], -2))).await);
    let channel = channel(store, "one").await;
    map(store, channel, &[(at[0], 0, 0), (at[1], 1, 0)], skus).await;
    let mut shop = Shop::default();
    shop.set(&item(skus[0]), &location(0), 5);
    shop.set(&item(skus[1]), &location(0), 9);
    shop.set(&item(skus[2]), &location(1), 4);
    shop.set("gid://shopify/InventoryItem/unknown", &location(0), 8);
    // A dry run writes nothing.
    let wanted = store.shop_levels_wanted(channel).await.expect("read");
    let level = wanted.level(&item(skus[1]), &location(0)).expect("in range").expect("ours");
    assert_eq!((level.target, level.beside.map(|b| b.damaged)), (5, Some(2)));
    let elsewhere = wanted.level(&item(skus[2]), &location(1)).expect("in range");
    assert_eq!(elsewhere.map(|level| level.target), Some(0));
    assert_eq!(
        wanted.level("gid://shopify/InventoryItem/unknown", &location(0)).expect("asked"),
        None
    );
    assert_eq!(pushes(&world).await, []);
    let taken = store.go_live(&by(), &wanted, &levels(&shop)).await.expect("taken in");
    assert_eq!((taken.lanes, taken.pushes), (4, 4));
    let told: Vec<_> = pushes(&world)
        .await
        .into_iter()
        .map(|p| (p.sku, p.kind, p.name, p.delta, p.compare))
        .collect();
    let damaged = QuantityName::Damaged;
    for one in [
        (skus[1], CallKind::Set, AVAILABLE, -4, Some(9)),
        (skus[1], CallKind::Adjust, damaged, 2, Some(0)),
        (skus[2], CallKind::Set, AVAILABLE, -4, Some(4)),
        // The shop has no such level yet: nothing to compare with.
        (skus[3], CallKind::Adjust, AVAILABLE, 3, None),
    ] {
        assert!(told.contains(&one), "{one:?} is not in {told:?}");
    }
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
    // Where neither had anything, the first movement makes the lane.
    posted(world.one(record(at[1], skus[3], MovementKind::Receipt, 6)).await);
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn what_is_recorded_since_is_a_change(world: World) {
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    posted(world.one(record(at[0], skus[0], MovementKind::Receipt, 5)).await);
    let channel = channel(store, "one").await;
    map(store, channel, &[(at[0], 0, 0), (at[1], 1, 0)], skus).await;
    let mut shop = Shop::default();
    let wanted = store.shop_levels_wanted(channel).await.expect("read");
    posted(world.one(record(at[0], skus[0], MovementKind::Sale, 2)).await);
    posted(world.one(record(at[1], skus[1], MovementKind::Receipt, 1)).await);
    store.go_live(&by(), &wanted, &[]).await.expect("taken in");
    assert_eq!(derive(store, channel).await, 2);
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn a_comparison_that_does_not_hold_is_refused(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (store, at) = (&world.store, &world.facilities);
    let old = store.shop_levels_wanted(channel).await.expect("read");
    let again = refused(store.go_live(&by(), &old, &[]).await);
    assert!(matches!(again, ChannelRefusal::Status { status: ChannelStatus::Running, .. }));
    posted(world.one(record(at[0], world.skus[0], MovementKind::Receipt, 5)).await);
    derive(store, channel).await;
    let stopped = ChannelStatus::Stopped;
    store.set_channel_status(&by(), channel, stopped, None).await.expect("stopped");
    assert_eq!(refused(store.go_live(&by(), &old, &[]).await), ChannelRefusal::Outdated);
    // A call under way may still change the shop.
    let held = lease(&world, store, channel, Uuid::from_u128(1)).await;
    let draft = store.draft_calls(channel, 1).await.expect("drafted").remove(0);
    let key = System.next();
    assert!(store.freeze_call(&held, key, &draft, payload(&draft)).await.expect("frozen"));
    let new = store.shop_levels_wanted(channel).await.expect("read");
    let refusal = refused(store.go_live(&by(), &new, &[]).await);
    assert_eq!(refusal, ChannelRefusal::UnderWay(1));
    super::shop::send(&world, store, key, &mut shop).await;
    posted(world.one(record(at[0], world.skus[1], MovementKind::Receipt, 3)).await);
    go_live(store, channel, &shop).await;
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn nothing_is_derived_while_it_stands_still(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (store, at) = (&world.store, &world.facilities);
    let by = by();
    let set = |status| store.set_channel_status(&by, channel, status, Some("lunch".to_owned()));
    set(ChannelStatus::Stopped).await.expect("stopped");
    posted(world.one(record(at[0], world.skus[0], MovementKind::Receipt, 5)).await);
    assert_eq!(derive(store, channel).await, 0);
    set(ChannelStatus::Running).await.expect("goes on");
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn a_stale_comparison_is_made_again(world: World) {
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    posted(world.one(record(at[0], skus[0], MovementKind::Receipt, 5)).await);
    let channel = channel(store, "one").await;
    map(store, channel, &[(at[0], 0, 0)], skus).await;
    let mut shop = Shop::default();
    shop.set(&item(skus[0]), &location(0), 9);
    shop.set(&item(skus[1]), &location(0), 2);
    go_live(store, channel, &shop).await;
    for tries in 1..=STALE_TRIES_MAX {
        let held = lease(&world, store, channel, Uuid::from_u128(1)).await;
        // What the shop could still sell goes before it, and by itself.
        let draft = store.draft_calls(channel, 2).await.expect("drafted").remove(1);
        assert_eq!(draft.kind, CallKind::Set);
        let line = draft.lines.iter().find(|line| line.lane.item == item(skus[0]));
        let line = line.expect("it goes again");
        // Sold in the shop meanwhile, which the ledger is told of later: the change stays.
        assert_eq!((line.delta, line.compare), (-4, Some(9 - (tries - 1))));
        let key = System.next();
        assert!(store.freeze_call(&held, key, &draft, payload(&draft)).await.expect("frozen"));
        let seen = vec![Seen { lane: line.lane.clone(), quantity: 9 - tries }];
        let (code, problem) = ("CHANGE_FROM_QUANTITY_STALE".to_owned(), "stale".to_owned());
        let stale = Settlement::Stale { seen, code, problem };
        assert!(store.settle_call(key, stale).await.expect("settled"));
    }
    publish(&world, store, channel, &mut shop).await;
    let status: Vec<_> =
        pushes(&world).await.into_iter().map(|push| (push.sku, push.status)).collect();
    assert!(status.contains(&(skus[0], PushStatus::Rejected)), "a person looks at it");
    assert!(status.contains(&(skus[1], PushStatus::Confirmed)), "its neighbour went");
}

async fn settings_that_change_every_level_need_a_new_start(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    posted(world.one(record(at[0], skus[0], MovementKind::Receipt, 5)).await);
    derive(store, channel).await;
    let threshold = || ChannelChange { threshold: Some(2), ..ChannelChange::default() };
    let status = |refusal| matches!(refusal, ChannelRefusal::Status { .. });
    assert!(status(refused(store.update_channel(&by(), channel, threshold()).await)));
    assert!(status(refused(store.unmap_facility(&by(), channel, at[1]).await)));
    let stopped = ChannelStatus::Stopped;
    store.set_channel_status(&by(), channel, stopped, None).await.expect("stopped");
    let changed = store.update_channel(&by(), channel, threshold()).await.expect("changed");
    assert_eq!(changed.status, ChannelStatus::Connected);
    let start = store.set_channel_status(&by(), channel, ChannelStatus::Running, None).await;
    assert!(status(refused(start)), "it was compared with other numbers");
    let open = PushFilter { open: true, ..PushFilter::default() };
    let all = FacilityScope::All;
    assert_eq!(store.list_pushes(&all, &open, None, 9).await.expect("listed"), []);
    posted(world.one(record(at[0], skus[1], MovementKind::Receipt, 2)).await);
    go_live(store, channel, &shop).await;
    publish(&world, store, channel, &mut shop).await;
    let has = |sku: usize| shop.get(&item(skus[sku]), &location(0), AVAILABLE);
    assert_eq!((has(0), has(1)), (5, 0), "at the threshold there is none");
}
