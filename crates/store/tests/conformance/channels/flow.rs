//! Drafts: what goes together, what waits, and what keeps nobody else from going.

use onhand_domain::{
    FacilityScope, MovementKind,
    channel::{CallKind, PushStatus, Urgency},
    plan::command::Body,
};
use onhand_store::{
    Ids as _,
    channels::{
        Bad, ChannelChange, ChannelError, ChannelRefusal, LaneKey, PushCursor, PushFilter,
        Settlement, ShopLocation,
    },
    clock::System,
};
use uuid::Uuid;

use super::{
    exactly_once::pushes,
    shop::{self, assert_equal, by, derive, item, lease, location, payload, publish, running},
};
use crate::world::{MINUTE, World, on_both, posted, record, variance};

on_both! {
    a_line_sums_what_waits,
    never_more_lines_than_the_shop_takes,
    urgent_lanes_overtake,
    what_is_urgent_goes_by_itself,
    a_bad_line_holds_up_its_lane_alone,
    halves_find_the_bad_line,
    a_person_releases_retries_and_skips,
    a_frozen_location_keeps_its_queue,
    everybody_sees_their_own_facilities,
    a_summary_says_what_waits,
}

async fn receive(world: &World, sku: usize, units: i64) {
    let at = world.facilities[0];
    posted(world.one(record(at, world.skus[sku], MovementKind::Receipt, units)).await);
}

async fn a_line_sums_what_waits(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (at, sku) = (world.facilities[0], world.skus[0]);
    receive(&world, 0, 5).await;
    receive(&world, 0, 2).await;
    let damaged = variance(at, sku, -1);
    let movement = damaged.id;
    posted(world.one(Body::Variance(damaged)).await);
    receive(&world, 0, 1).await;
    derive(&world.store, channel).await;
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    let [line] = draft.lines.as_slice() else { panic!("{draft:?}") };
    // Two receipts go together, and what has another reason comes behind them.
    assert_eq!((line.delta, line.pushes.len(), line.movement), (7, 2, None));
    assert_eq!((draft.kind, draft.reason.code()), (CallKind::Adjust, "received"));
    let held = lease(&world, &world.store, channel, Uuid::from_u128(1)).await;
    let key = System.next();
    assert!(world.store.freeze_call(&held, key, draft, payload(draft)).await.expect("frozen"));
    assert_eq!(world.store.draft_calls(channel, 8).await.expect("drafted"), [], "in order");
    shop::send(&world, &world.store, key, &mut shop).await;
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    assert_eq!((draft.kind, draft.lines[0].movement), (CallKind::Move, Some(movement)));
    assert_eq!(publish(&world, &world.store, channel, &mut shop).await, 2);
    assert_equal(&world, &shop).await;
}

async fn never_more_lines_than_the_shop_takes(mut world: World) {
    let more = world.add_skus(596).await;
    world.skus.extend(more);
    let (channel, mut shop) = running(&world).await;
    let here = world.facilities[0];
    let bodies: Vec<_> =
        world.skus.iter().map(|sku| record(here, *sku, MovementKind::Receipt, 3)).collect();
    for chunk in bodies.chunks(200) {
        world.post(chunk.to_vec()).await.into_iter().for_each(|outcome| drop(posted(outcome)));
    }
    derive(&world.store, channel).await;
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    let lines: Vec<usize> = drafts.iter().map(|draft| draft.lines.len()).collect();
    assert_eq!(lines, [250, 250, 100]);
    assert_eq!(world.store.draft_calls(channel, 1).await.expect("drafted").len(), 1);
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn urgent_lanes_overtake(world: World) {
    let (channel, mut shop) = running(&world).await;
    for sku in 0..3 {
        receive(&world, sku, 2).await;
    }
    publish(&world, &world.store, channel, &mut shop).await;
    let here = world.facilities[0];
    receive(&world, 0, 9).await;
    // Behind something that is not urgent, in the same lane.
    receive(&world, 1, 1).await;
    posted(world.one(record(here, world.skus[1], MovementKind::Sale, 3)).await);
    derive(&world.store, channel).await;
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    let first = drafts.iter().flat_map(|draft| &draft.lines).next().expect("a line");
    assert_eq!(drafts[0].urgency, Urgency::Oversell);
    assert_eq!(first.lane.item, item(world.skus[1]), "what it waits for goes first");
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn what_is_urgent_goes_by_itself(mut world: World) {
    let more = world.add_skus(296).await;
    world.skus.extend(more);
    let (channel, mut shop) = running(&world).await;
    let (here, last) = (world.facilities[0], world.skus.len() - 1);
    receive(&world, last, 2).await;
    publish(&world, &world.store, channel, &mut shop).await;
    // More than a line sums up, in the way of what is urgent.
    for _ in 0..110 {
        receive(&world, last, 1).await;
    }
    let others = world.skus.iter().rev().skip(1);
    let bodies = others.map(|sku| record(here, *sku, MovementKind::Receipt, 3)).collect();
    world.post(bodies).await.into_iter().for_each(|outcome| drop(posted(outcome)));
    posted(world.one(record(here, world.skus[last], MovementKind::Sale, 112)).await);
    derive(&world.store, channel).await;
    let urgent = world.store.draft_urgent_calls(channel, 8).await.expect("drafted");
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    let [first, ordinary @ ..] = drafts.as_slice() else { panic!("no draft") };
    assert_eq!(urgent, std::slice::from_ref(first), "nothing else is urgent");
    assert_eq!((first.urgency, first.lines.len()), (Urgency::Oversell, 1));
    assert_eq!(first.lines[0].lane.item, item(world.skus[last]));
    let lines: Vec<usize> = ordinary.iter().map(|draft| draft.lines.len()).collect();
    assert_eq!(lines, [250, 49]);
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
    assert_eq!(world.store.draft_urgent_calls(channel, 8).await.expect("drafted"), []);
}

async fn a_bad_line_holds_up_its_lane_alone(world: World) {
    let (channel, mut shop) = running(&world).await;
    for sku in 0..4 {
        receive(&world, sku, 2).await;
    }
    derive(&world.store, channel).await;
    let held = lease(&world, &world.store, channel, Uuid::from_u128(1)).await;
    let draft = world.store.draft_calls(channel, 8).await.expect("drafted").remove(0);
    assert_eq!(draft.lines.len(), 4);
    let key = System.next();
    assert!(world.store.freeze_call(&held, key, &draft, payload(&draft)).await.expect("frozen"));
    let bad = LaneKey { item: item(world.skus[2]), location: location(0) };
    let refused = Settlement::Refused {
        bad: Bad::Lanes(vec![bad.clone()]),
        code: "INVALID_INVENTORY_ITEM".to_owned(),
        problem: "no such item".to_owned(),
    };
    assert!(world.store.settle_call(key, refused).await.expect("settled"));
    for sku in 0..4 {
        receive(&world, sku, 1).await;
    }
    publish(&world, &world.store, channel, &mut shop).await;
    for (n, sku) in world.skus.iter().enumerate() {
        let name = onhand_domain::channel::QuantityName::Available;
        let has = shop.get(&item(*sku), &location(0), name);
        assert_eq!(has, if n == 2 { 0 } else { 3 });
    }
    let of_lane: Vec<_> = pushes(&world).await.into_iter().filter(|p| p.lane == bad).collect();
    let [first, second] = of_lane.as_slice() else { panic!("{of_lane:?}") };
    assert_eq!(first.status, PushStatus::Rejected);
    assert_eq!(first.problem_code.as_deref(), Some("INVALID_INVENTORY_ITEM"));
    assert_eq!(second.status, PushStatus::Pending, "in order behind it");
    assert!(!world.store.note_channel_in_step(channel).await.expect("asked"));
    // Tried again it goes alone, and what waited follows.
    world.store.retry_push(&by(), first.id).await.expect("done");
    let drafts = world.store.draft_calls(channel, 8).await.expect("drafted");
    assert_eq!(drafts[0].lines[0].pushes, [first.id]);
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
    assert!(world.store.note_channel_in_step(channel).await.expect("asked"));
}

async fn halves_find_the_bad_line(mut world: World) {
    let more = world.add_skus(36).await;
    world.skus.extend(more);
    let (channel, mut shop) = running(&world).await;
    shop.bad.insert(item(world.skus[17]));
    let here = world.facilities[0];
    let bodies = world.skus.iter().map(|sku| record(here, *sku, MovementKind::Receipt, 3));
    let bodies = bodies.collect();
    world.post(bodies).await.into_iter().for_each(|outcome| drop(posted(outcome)));
    let calls = publish(&world, &world.store, channel, &mut shop).await;
    assert!(calls <= 12, "{calls} calls for one bad line of 40");
    let rejected: Vec<_> =
        pushes(&world).await.into_iter().filter(|p| p.status != PushStatus::Confirmed).collect();
    let [bad] = rejected.as_slice() else { panic!("{rejected:?}") };
    assert_eq!((bad.status, bad.sku), (PushStatus::Rejected, world.skus[17]));
    shop.bad.clear();
    world.store.retry_push(&by(), bad.id).await.expect("done");
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn a_person_releases_retries_and_skips(world: World) {
    let (channel, mut shop) = running(&world).await;
    let limit = ChannelChange { push_limit: Some(Some(10)), ..ChannelChange::default() };
    world.store.update_channel(&by(), channel, limit).await.expect("changed");
    receive(&world, 0, 11).await;
    receive(&world, 0, 1).await;
    receive(&world, 1, 12).await;
    receive(&world, 2, 10).await;
    publish(&world, &world.store, channel, &mut shop).await;
    let all = pushes(&world).await;
    let status: Vec<_> = all.iter().map(|push| push.status).collect();
    let (held, pending) = (PushStatus::Held, PushStatus::Pending);
    assert_eq!(status, [held, pending, held, PushStatus::Confirmed]);
    let refused = world.store.retry_push(&by(), all[0].id).await;
    let push = |refused| matches!(refused, Err(ChannelError::Refused(ChannelRefusal::Push { .. })));
    assert!(push(refused));
    world.store.release_push(&by(), all[0].id).await.expect("released");
    assert!(push(world.store.release_push(&by(), all[3].id).await), "it is over");
    assert!(push(world.store.skip_push(&by(), all[3].id).await), "it is over");
    // Settled by hand in the shop: the lane goes on as if it had been told.
    let name = onhand_domain::channel::QuantityName::Available;
    shop.set(&item(world.skus[1]), &location(0), 12);
    let skipped = world.store.skip_push(&by(), all[2].id).await.expect("skipped");
    assert_eq!(world.store.skip_push(&by(), all[2].id).await.expect("the same"), skipped);
    receive(&world, 1, 1).await;
    publish(&world, &world.store, channel, &mut shop).await;
    assert_eq!(shop.get(&item(world.skus[1]), &location(0), name), 13);
    assert_equal(&world, &shop).await;
}

async fn a_frozen_location_keeps_its_queue(world: World) {
    let (channel, mut shop) = running(&world).await;
    let tell = |active| {
        let one = |n| ShopLocation {
            location: location(n),
            name: format!("L{n}"),
            active: active || n == 1,
        };
        [one(0), one(1)]
    };
    world.store.put_channel_locations(channel, &tell(false)).await.expect("kept");
    receive(&world, 0, 5).await;
    posted(world.one(record(world.facilities[1], world.skus[0], MovementKind::Receipt, 6)).await);
    assert_eq!(publish(&world, &world.store, channel, &mut shop).await, 1, "the other one");
    let summary = world.store.channel_summary(channel).await.expect("summed up");
    assert_eq!(summary.pending.values().sum::<i64>(), 1);
    world.store.put_channel_locations(channel, &tell(true)).await.expect("kept");
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
    // A lane of its own.
    receive(&world, 1, 5).await;
    derive(&world.store, channel).await;
    let held = lease(&world, &world.store, channel, Uuid::from_u128(1)).await;
    let draft = world.store.draft_calls(channel, 8).await.expect("drafted").remove(0);
    let key = System.next();
    assert!(world.store.freeze_call(&held, key, &draft, payload(&draft)).await.expect("frozen"));
    let freeze = Settlement::Freeze {
        lanes: vec![draft.lines[0].lane.clone()],
        code: "INVALID_LOCATION".to_owned(),
        problem: "no such location".to_owned(),
    };
    assert!(world.store.settle_call(key, freeze).await.expect("settled"));
    receive(&world, 1, 1).await;
    assert_eq!(publish(&world, &world.store, channel, &mut shop).await, 0);
    assert_eq!(world.store.thaw_lanes(channel, Some(&location(0))).await.expect("thawed"), 1);
    publish(&world, &world.store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn everybody_sees_their_own_facilities(world: World) {
    let (channel, _) = running(&world).await;
    for at in &world.facilities {
        for sku in &world.skus {
            posted(world.one(record(*at, *sku, MovementKind::Receipt, 1)).await);
        }
    }
    derive(&world.store, channel).await;
    let own = FacilityScope::Only([world.facilities[1]].into());
    let list = |scope: FacilityScope, filter: PushFilter, after| {
        let store = world.store.clone();
        async move { store.list_pushes(&scope, &filter, after, 3).await.expect("listed") }
    };
    let first = list(own.clone(), PushFilter::default(), None).await;
    let cursor = first.last().map(PushCursor::after);
    let second = list(own.clone(), PushFilter::default(), cursor).await;
    assert_eq!((first.len(), second.len()), (3, 1));
    assert!(first.iter().chain(&second).all(|p| p.facility == Some(world.facilities[1])));
    assert!(first.windows(2).all(|two| two[0].id > two[1].id), "newest first");
    let nobody = FacilityScope::none();
    assert_eq!(list(nobody, PushFilter::default(), None).await, []);
    let of_sku = PushFilter { sku: Some(world.skus[2]), ..PushFilter::default() };
    assert_eq!(list(FacilityScope::All, of_sku, None).await.len(), 2);
    let movements = Some(first.iter().filter_map(|push| push.movement).take(2).collect());
    let of_movements = PushFilter { movements, ..PushFilter::default() };
    assert_eq!(list(own, of_movements, None).await, first[..2]);
}

async fn a_summary_says_what_waits(world: World) {
    let (channel, mut shop) = running(&world).await;
    receive(&world, 0, 4).await;
    world.clock.advance(MINUTE);
    publish(&world, &world.store, channel, &mut shop).await;
    receive(&world, 0, 4).await;
    let summary = world.store.channel_summary(channel).await.expect("summed up");
    assert_eq!((summary.behind, summary.pending.len()), (1, 0));
    assert!((MINUTE..2 * MINUTE).contains(&summary.median.expect("one was settled")));
    assert_eq!((summary.settled, summary.items, summary.items_not_live), (1, 4, 0));
    derive(&world.store, channel).await;
    let summary = world.store.channel_summary(channel).await.expect("summed up");
    assert_eq!((summary.behind, summary.pending[&Urgency::Rise]), (0, 1));
    assert!(summary.oldest.is_some());
}
