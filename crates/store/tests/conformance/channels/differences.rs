//! A shop that is not what it should be: what is found, what is set right, and what is none.

use onhand_domain::{
    Micros, MovementKind, OrderId, OrderLineId,
    channel::{
        AuditKind, AuditStatus, CORRECTIONS_MAX, DifferenceClass as D, Has, PushStatus,
        SIGHTINGS_APART_MICROS,
    },
    plan::command::{Body, FollowLine, FollowOrder},
};
use onhand_store::{
    Clock as _, Ids as _,
    channels::{
        Bad, ChannelChange, ChannelError, ChannelRefusal, DifferenceFilter, LaneKey, Seen,
        SeenLevel, Settlement,
    },
    clock::System,
};
use uuid::Uuid;

use super::{
    exactly_once::pushes,
    shop::{answer, assert_equal, by, derive, item, lease, location, payload},
    story::{Story, equal, in_flight, is},
};
use crate::world::{World, on_both, posted, record, variance};

on_both! {
    what_is_equal_leaves_no_trace,
    a_foreign_write_is_found_and_set_right,
    it_is_shown_and_left_alone_where_nothing_is_corrected,
    a_large_one_waits_for_a_person,
    what_comes_back_each_time_waits_for_a_person,
    a_lost_effect_is_drift,
    a_reading_from_before_a_push_is_none,
    what_is_under_way_is_never_judged,
    an_order_that_was_not_seen_is_none,
    a_lane_that_changed_and_changed_back_was_disturbed,
    an_order_that_was_followed_too_early_is_none,
    a_correction_that_is_overtaken_is_given_up,
    a_correction_that_is_refused_holds_up_nobody,
    what_nobody_can_buy_is_made_sellable,
    what_takes_no_part_is_left_out,
    an_audit_is_kept,
}

async fn what_is_equal_leaves_no_trace(world: World) {
    let scene = Story::begin(world).await;
    assert!(equal(&scene.look().await));
    assert_eq!(scene.difference().await, None);
}

async fn a_foreign_write_is_found_and_set_right(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.write(12);
    let judged = scene.confirm().await;
    assert!(is(&judged, D::ForeignWrite), "{judged:?}");
    assert_eq!(judged.corrected, 1);
    let difference = scene.difference().await.expect("there");
    assert!(difference.correcting && difference.confirmed_at.is_some(), "{difference:?}");
    assert_eq!((difference.has, difference.should, difference.sightings), (Some(12), 9, 2));
    let push = pushes(&scene.world).await.pop().expect("a push");
    assert_eq!((push.compare, push.delta, push.movement), (Some(12), -3, None));
    assert!(in_flight(&scene.look().await), "it is on its way");
    scene.publish().await;
    assert_eq!(scene.has(&scene.lane(0)), 9);
    assert_equal(&scene.world, &scene.shop).await;
    assert!(equal(&scene.look().await));
    assert_eq!(scene.difference().await, None, "forgotten");
}

async fn it_is_shown_and_left_alone_where_nothing_is_corrected(world: World) {
    let mut scene = Story::begin(world).await;
    scene.write(4);
    let before = pushes(&scene.world).await.len();
    let (store, lane) = (scene.world.store.clone(), scene.lane(0));
    let (who, channel) = (by(), scene.channel);
    let correct = || store.correct_difference(&who, channel, &lane);
    let none = correct().await;
    assert!(matches!(none, Err(ChannelError::Refused(ChannelRefusal::Unknown("difference")))));
    scene.look().await;
    let early = correct().await;
    assert!(matches!(early, Err(ChannelError::Refused(ChannelRefusal::NotConfirmed))));
    scene.follow().await;
    assert!(is(&scene.look().await, D::ForeignWrite));
    assert_eq!(pushes(&scene.world).await.len(), before, "nobody asked");
    let filter = DifferenceFilter { confirmed: Some(true), class: Some(D::ForeignWrite) };
    let listed = store.list_differences(scene.channel, &filter, None, 9).await.expect("listed");
    assert!(matches!(listed.as_slice(), [one] if one.can_be_corrected), "{listed:?}");
    let number = store.count_differences(scene.channel).await.expect("counted");
    assert_eq!((number.confirmed, number.unconfirmed), (1, 0));
    // A person wants it, twice.
    assert!(correct().await.expect("corrected").correcting);
    assert!(correct().await.expect("corrected").correcting);
    assert_eq!(pushes(&scene.world).await.len(), before + 1, "once");
    scene.publish().await;
    assert_equal(&scene.world, &scene.shop).await;
    assert!(equal(&scene.look().await));
}

async fn a_large_one_waits_for_a_person(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.change(ChannelChange { push_limit: Some(Some(2)), ..ChannelChange::default() }).await;
    scene.write(12);
    assert_eq!(scene.confirm().await.corrected, 0, "3 units");
    assert!(scene.difference().await.expect("there").can_be_corrected);
    scene.write(11);
    assert_eq!(scene.confirm().await.corrected, 1, "2 units");
}

async fn what_comes_back_each_time_waits_for_a_person(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    for _ in 0..CORRECTIONS_MAX {
        scene.write(5);
        scene.look().await;
        scene.follow().await;
        assert_eq!(scene.look().await.corrected, 1);
        scene.publish().await;
        // Somebody else sets it again before it is seen to be equal.
    }
    scene.write(5);
    scene.look().await;
    scene.follow().await;
    assert_eq!(scene.look().await.corrected, 0);
    let difference = scene.difference().await.expect("there");
    assert!(difference.confirmed_at.is_some() && difference.can_be_corrected);
}

async fn a_lost_effect_is_drift(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    let before = scene.seen(&scene.lane(0));
    scene.world.clock.advance(Micros::SECOND);
    scene.post(MovementKind::Receipt, 2).await;
    scene.publish().await;
    // The shop has confirmed it, and has it not.
    scene.write(9);
    let look = || async {
        let marks = scene.mark().await;
        scene.judge(&marks, before.clone()).await
    };
    assert!(is(&look().await, D::OrderNotSeen));
    scene.follow().await;
    let judged = look().await;
    assert!(is(&judged, D::Drift), "nobody has touched it since we did: {judged:?}");
    assert_eq!(judged.corrected, 1);
    scene.publish().await;
    assert_equal(&scene.world, &scene.shop).await;
}

async fn a_reading_from_before_a_push_is_none(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.follow().await;
    let marks = scene.mark().await;
    let read = scene.seen(&scene.lane(0));
    // All of it happens while the answer is under way.
    scene.post(MovementKind::Receipt, 2).await;
    scene.publish().await;
    for _ in 0..3 {
        assert!(in_flight(&scene.judge(&marks, read.clone()).await));
        scene.follow().await;
    }
    assert_eq!(scene.difference().await, None);
    assert!(equal(&scene.look().await));
}

async fn what_is_under_way_is_never_judged(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.change(ChannelChange { push_limit: Some(Some(50)), ..ChannelChange::default() }).await;
    let (store, channel) = (scene.world.store.clone(), scene.channel);
    scene.follow().await;
    let check = async |scene: &Story, stage: &str| {
        for _ in 0..2 {
            let judged = scene.look().await;
            assert!(in_flight(&judged), "{stage}: {judged:?}");
            scene.follow().await;
        }
        assert_eq!(scene.difference().await, None, "{stage}");
    };
    let (at, sku) = (scene.world.facilities[0], scene.world.skus[0]);
    posted(scene.world.one(Body::Variance(variance(at, sku, 3))).await);
    check(&scene, "in the ledger").await;
    derive(&store, channel).await;
    check(&scene, "derived").await;
    let held = lease(&scene.world, &store, channel, Uuid::from_u128(1)).await;
    let draft = store.draft_calls(channel, 8).await.expect("drafted").remove(0);
    let key = System.next();
    assert!(store.freeze_call(&held, key, &draft, payload(&draft)).await.expect("frozen"));
    check(&scene, "frozen").await;
    let call = store.mark_sent(key, scene.world.clock.now()).await.expect("noted").expect("open");
    check(&scene, "sent").await;
    answer(&call, &mut scene.shop);
    check(&scene, "done, and not known").await;
    let problem = || ("BAD".to_owned(), "no".to_owned());
    let (code, text) = problem();
    let refused = Settlement::Refused { bad: Bad::All, code, problem: text };
    assert!(store.settle_call(key, refused).await.expect("settled"));
    check(&scene, "rejected").await;
    let rejected = pushes(&scene.world).await.pop().expect("there");
    assert_eq!(rejected.status, PushStatus::Rejected);
    store.skip_push(&by(), rejected.id).await.expect("skipped");
    // The shop has it after all, and from here on that can be seen.
    assert!(equal(&scene.look().await));
    posted(scene.world.one(record(at, sku, MovementKind::Receipt, 51)).await);
    derive(&store, channel).await;
    check(&scene, "held").await;
}

async fn an_order_that_was_not_seen_is_none(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.follow().await;
    scene.write(7);
    for _ in 0..5 {
        scene.world.clock.advance(SIGHTINGS_APART_MICROS);
        let judged = scene.look().await;
        assert!(is(&judged, D::OrderNotSeen), "{judged:?}");
    }
    // Followed, but not read on yet.
    scene.learn(MovementKind::Sale, 2).await;
    scene.follow().await;
    assert!(in_flight(&scene.look().await));
    assert_eq!(derive(&scene.world.store, scene.channel).await, 0, "the shop knows it");
    assert!(equal(&scene.look().await));
    assert_eq!(scene.difference().await, None);
}

async fn a_lane_that_changed_and_changed_back_was_disturbed(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    let marks = scene.mark().await;
    // The shop sells two, is read, and takes them back; we learn of both before the answer.
    scene.write(7);
    let read = scene.seen(&scene.lane(0));
    scene.write(9);
    scene.learn(MovementKind::Sale, 2).await;
    scene.learn(MovementKind::Return, 2).await;
    derive(&scene.world.store, scene.channel).await;
    let judged = scene.judge(&marks, read).await;
    assert!(in_flight(&judged), "the same quantity, but not the same lane: {judged:?}");
    assert!(equal(&scene.look().await));
}

/// An order of one line, as the shop has it.
fn order(scene: &Story, n: u128, open: i64) -> Body {
    let line = FollowLine {
        id: OrderLineId(Uuid::from_u128(n + 1_000)),
        facility: scene.world.facilities[0],
        sku: scene.world.skus[0],
        ordered: 2,
        open,
        dropped: 0,
        dropped_at: None,
    };
    Body::FollowOrder(FollowOrder {
        id: OrderId(Uuid::from_u128(n)),
        name: format!("#{n}"),
        channel: scene.channel.to_string(),
        placed_at: scene.world.clock.now(),
        due_at: None,
        version: scene.world.clock.now(),
        cancelled: open == 0,
        lines: vec![line],
        sales: Vec::new(),
        returns: Vec::new(),
    })
}

async fn an_order_that_was_followed_too_early_is_none(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    // One order takes two units, and is read.
    scene.write(7);
    scene.look().await;
    // It is cancelled before anybody follows it; another one takes two just then.
    scene.world.clock.advance(SIGHTINGS_APART_MICROS);
    scene.post_from_shop(order(&scene, 1, 0)).await;
    scene.follow().await;
    let judged = scene.look().await;
    assert!(is(&judged, D::OrderNotSeen), "the same numbers for another reason: {judged:?}");
    assert_eq!(scene.difference().await.expect("noted").sightings, 1, "begun anew");
    // The other one is followed.
    scene.post_from_shop(order(&scene, 2, 2)).await;
    derive(&scene.world.store, scene.channel).await;
    assert!(equal(&scene.look().await));
}

/// Freezes and sends the only call there is.
async fn send_only(scene: &Story) -> Uuid {
    let (store, channel) = (&scene.world.store, scene.channel);
    let held = lease(&scene.world, store, channel, Uuid::from_u128(1)).await;
    let drafts = store.draft_calls(channel, 8).await.expect("drafted");
    let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
    let key = System.next();
    assert!(store.freeze_call(&held, key, draft, payload(draft)).await.expect("frozen"));
    store.mark_sent(key, scene.world.clock.now()).await.expect("noted").expect("open");
    key
}

async fn a_correction_that_is_overtaken_is_given_up(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.write(12);
    assert_eq!(scene.confirm().await.corrected, 1);
    let key = send_only(&scene).await;
    // Somebody has set it right by hand meanwhile. What was compared is not there any more.
    scene.write(9);
    let stale = Settlement::Stale {
        seen: vec![Seen { lane: scene.lane(0), quantity: 9 }],
        code: "CHANGE_FROM_QUANTITY_STALE".to_owned(),
        problem: "another quantity".to_owned(),
    };
    assert!(scene.world.store.settle_call(key, stale).await.expect("settled"));
    let push = pushes(&scene.world).await.pop().expect("there");
    assert_eq!(push.status, PushStatus::Skipped, "setting it again would make it wrong");
    scene.publish().await;
    assert!(equal(&scene.look().await));
    assert_equal(&scene.world, &scene.shop).await;
}

async fn a_correction_that_is_refused_holds_up_nobody(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    scene.write(12);
    assert_eq!(scene.confirm().await.corrected, 1);
    let key = send_only(&scene).await;
    scene.post(MovementKind::Receipt, 1).await;
    derive(&scene.world.store, scene.channel).await;
    let refused = Settlement::Halve { code: "BAD".to_owned(), problem: "not that one".to_owned() };
    assert!(scene.world.store.settle_call(key, refused).await.expect("settled"));
    scene.publish().await;
    assert_eq!(scene.has(&scene.lane(0)), 13, "the receipt went through");
    scene.look().await;
    let again = scene.difference().await.expect("still wrong");
    assert_eq!((again.should, again.corrections), (10, 1));
}

async fn what_nobody_can_buy_is_made_sellable(world: World) {
    let scene = Story::begin(world).await;
    let (store, channel, lane) = (scene.world.store.clone(), scene.channel, scene.lane(0));
    let inactive = Has { available: 9, active: false, updated_at: None };
    let look = async |has: Option<Has>| {
        let marks = scene.mark().await;
        scene.judge(&marks, SeenLevel { lane: lane.clone(), tracked: true, has }).await
    };
    let first = look(Some(inactive)).await;
    assert!(is(&first, D::Inactive), "{first:?}");
    scene.world.clock.advance(SIGHTINGS_APART_MICROS);
    let second = look(Some(inactive)).await;
    assert_eq!(second.activate, [], "shown");
    store.correct_difference(&by(), channel, &lane).await.expect("wanted");
    assert_eq!(look(Some(inactive)).await.activate, std::slice::from_ref(&lane));
    assert_eq!(look(Some(inactive)).await.activate, [], "once");
    store.note_difference_problem(channel, &lane, Some("no")).await.expect("noted");
    assert_eq!(scene.difference().await.expect("there").problem.as_deref(), Some("no"));
    // Where the channel corrects, nobody has to ask; also what was never stocked.
    scene.change(ChannelChange { corrects: Some(true), ..ChannelChange::default() }).await;
    look(None).await;
    scene.world.clock.advance(SIGHTINGS_APART_MICROS);
    let judged = look(None).await;
    assert!(is(&judged, D::Inactive), "{judged:?}");
    assert_eq!(judged.activate, std::slice::from_ref(&lane));
    assert!(equal(&look(Some(Has { active: true, ..inactive })).await));
    assert_eq!(scene.difference().await, None);
}

async fn what_takes_no_part_is_left_out(world: World) {
    let mut scene = Story::begin_correcting(world).await;
    let judge = async |scene: &Story, lane: LaneKey, tracked| {
        let store = &scene.world.store;
        let marks =
            store.mark_levels(scene.channel, std::slice::from_ref(&lane)).await.expect("marked");
        let seen = SeenLevel { tracked, ..scene.seen(&lane) };
        scene.judge(&marks, SeenLevel { lane, ..seen }).await
    };
    let nowhere = LaneKey { location: "gid://shopify/Location/9".to_owned(), ..scene.lane(0) };
    let unknown = LaneKey { item: "gid://shopify/InventoryItem/9".to_owned(), ..scene.lane(0) };
    for lane in [nowhere, unknown] {
        let judged = judge(&scene, lane, true).await;
        assert_eq!((judged.levels, judged.left_out), (0, 1));
    }
    let untracked = judge(&scene, scene.lane(0), false).await;
    assert!(is(&untracked, D::Untracked), "{untracked:?}");
    // A level of ours that nothing has moved yet: the shop should have none.
    let fresh = LaneKey { item: item(scene.world.skus[3]), location: location(1) };
    scene.shop.set(&fresh.item, &fresh.location, 4);
    judge(&scene, fresh.clone(), true).await;
    scene.follow().await;
    assert_eq!(judge(&scene, fresh.clone(), true).await.corrected, 1);
    scene.publish().await;
    assert_eq!(scene.has(&fresh), 0);
    assert_equal(&scene.world, &scene.shop).await;
}

async fn an_audit_is_kept(world: World) {
    let mut scene = Story::begin(world).await;
    let (store, channel) = (scene.world.store.clone(), scene.channel);
    scene.write(4);
    let marks = store.mark_all_levels(channel).await.expect("marked");
    let seen: Vec<SeenLevel> = marks.lanes().map(|lane| scene.seen(lane)).collect();
    let began = store.begin_audit(channel, AuditKind::Asked).await.expect("begun");
    assert_eq!((began.status, began.as_of), (AuditStatus::Running, None));
    let judged = store.judge_levels(&marks, &seen).await.expect("judged");
    let as_of = scene.world.clock.now();
    let ended = store.end_audit(began.id, Ok((&judged, as_of))).await.expect("ended");
    let ended = ended.expect("there");
    assert_eq!((ended.levels, ended.equal + 1, ended.as_of), (1, 1, Some(as_of)));
    assert_eq!(ended.differing.get(&D::OrderNotSeen), Some(&1));
    let failed = store.begin_audit(channel, AuditKind::Nightly).await.expect("begun");
    store.end_audit(failed.id, Err("no answer")).await.expect("ended");
    let listed = store.list_audits(channel, None, 9).await.expect("listed");
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [failed.id, ended.id]);
    assert_eq!(listed[0].problem.as_deref(), Some("no answer"));
    let last = store.last_audit(channel, AuditKind::Asked).await.expect("asked");
    assert_eq!(last, Some(ended.clone()));
    // What is over is not changed any more.
    store.end_audit(ended.id, Err("late")).await.expect("asked");
    let found = store.find_audit(channel, ended.id).await.expect("asked");
    assert_eq!(found, Some(ended));
}
