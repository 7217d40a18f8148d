//! Other systems are told of each event exactly once, and of none from before they were there.

use std::collections::BTreeMap;

use onhand_domain::{
    CountId, FacilityId, Micros, MovementId, MovementKind, OrderId, PrincipalId, SkuId,
    hook::{HookEvent, HookOff, HookStatus},
    plan::{
        command::{
            Authority, Body, Closing, Command, Count, CountLine, Mandate, OrderDraft,
            OrderLineDraft, Variance, Verdict,
        },
        outcome::Outcome,
    },
};
use onhand_store::{
    By, Clock as _, Store,
    entities::channel_differences,
    webhooks::{
        DELIVERED_KEPT_MICROS, Endpoint, EndpointChange, FAILING_MICROS_MAX, HookError,
        HookRefusal, Message, MessageCursor, NewEndpoint, OVERLAP_MICROS, Sealed, Sent,
    },
};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use serde_json::Value;
use uuid::Uuid;

use crate::world::{MINUTE, World, authority, new_id, on_both, posted, record, reverse, variance};

on_both! {
    each_event_is_told_once,
    nothing_from_before_nor_while_it_was_off,
    orders_at_risk_are_named,
    a_late_commit_is_found,
    drift_is_told_each_time_that_it_is_certain,
    a_message_is_sent_by_one_node,
    what_fails_for_days_is_switched_off,
    a_replay_is_the_same_message,
    what_is_old_is_forgotten,
    ; nodes:
    nodes_share_what_is_due,
    nodes_make_one_message_of_each,
}

const SECOND: i64 = Micros::SECOND;
const PAGE: u64 = 1_000;

fn by() -> By {
    By::command_line("test")
}

async fn endpoint(store: &Store, events: &[HookEvent]) -> Uuid {
    let new = NewEndpoint {
        id: new_id().0,
        name: "ERP".to_owned(),
        url: "https://erp.example/hooks".to_owned(),
        secret: Sealed(vec![1, 2, 3]),
        events: events.iter().copied().collect(),
    };
    let id = new.id;
    let (made, now) = store.create_webhook_endpoint(&by(), new.clone()).await.expect("made");
    assert!(now && made.active);
    let (again, now) = store.create_webhook_endpoint(&by(), new.clone()).await.expect("again");
    assert!(!now && again == made, "a retry");
    let other = NewEndpoint { name: "other".to_owned(), ..new };
    let refused = store.create_webhook_endpoint(&by(), other).await.expect_err("other content");
    assert!(refused.to_string().contains("used before"), "{refused}");
    id
}

async fn all_events(store: &Store) -> Uuid {
    let chosen: Vec<_> = HookEvent::ALL.iter().copied().filter(|e| e.can_be_chosen()).collect();
    endpoint(store, &chosen).await
}

async fn tell(store: &Store) {
    while store.tell_webhooks().await.expect("told").more {}
}

async fn messages(store: &Store, endpoint: Uuid) -> Vec<Message> {
    store.list_webhook_messages(endpoint, None, None, PAGE).await.expect("a page")
}

/// Events and how many messages there are of each.
async fn events(store: &Store, endpoint: Uuid) -> BTreeMap<&'static str, usize> {
    let mut events = BTreeMap::new();
    for message in messages(store, endpoint).await {
        *events.entry(message.event.code()).or_default() += 1;
    }
    events
}

async fn found(store: &Store, endpoint: Uuid) -> Endpoint {
    store.webhook_endpoint(endpoint).await.expect("read").expect("there")
}

fn data(message: &Message) -> Value {
    let body: Value = serde_json::from_str(&message.payload).expect("JSON");
    assert_eq!(body["type"], message.event.code());
    assert!(body["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{body}");
    body["data"].clone()
}

/// Somebody reports what they may not post.
async fn reports(world: &World, variance: Variance) {
    let authority = Authority {
        actor: PrincipalId(Uuid::from_u128(8)),
        mandate: Mandate::Report,
        ..authority()
    };
    let command = Command { authority, body: Body::Variance(variance) };
    let outcome = world.store.post(vec![command]).await.expect("done").remove(0);
    assert!(matches!(outcome, Outcome::Requested(_)), "{outcome:?}");
}

fn verdict(variance: &Variance) -> Verdict {
    Verdict { request: variance.id, reason: variance.reason.clone(), note: None }
}

async fn closes_a_count(world: &World, facility: FacilityId, sku: SkuId) -> CountId {
    let id = CountId(new_id().0);
    world.insert_count_in_review(id, facility).await;
    let line = CountLine { id: new_id().0.into(), sku, counted: 3, at: world.clock.now() };
    let closes = Some(Closing { count: id, version: 3 });
    posted(world.one(Body::Count(Count { facility, closes, lines: vec![line] })).await);
    id
}

async fn each_event_is_told_once(world: World) {
    let store = &world.store;
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    posted(world.one(record(here, shoe, MovementKind::Receipt, 9)).await);
    posted(world.one(Body::Variance(variance(here, shoe, -1))).await);
    let erp = all_events(store).await;
    tell(store).await;
    assert!(messages(store, erp).await.is_empty(), "what was before is no news");

    world.clock.advance(SECOND);
    let (loss, approved, declined) =
        (variance(here, shoe, -2), variance(here, shoe, 1), variance(here, shoe, 2));
    posted(world.one(Body::Variance(loss.clone())).await);
    posted(world.one(Body::Variance(variance(there, shoe, 4))).await);
    posted(world.one(reverse(loss.id)).await);
    let receipt = posted(world.one(record(here, shoe, MovementKind::Receipt, 5)).await);
    posted(world.one(reverse(receipt.movements[0].id)).await);
    reports(&world, approved.clone()).await;
    reports(&world, declined.clone()).await;
    tell(store).await;
    world.clock.advance(MINUTE);
    posted(world.one(Body::Approve(verdict(&approved))).await);
    let outcome = world.one(Body::Decline(verdict(&declined))).await;
    assert!(matches!(outcome, Outcome::Declined(_)), "{outcome:?}");
    let count = closes_a_count(&world, there, world.skus[1]).await;
    tell(store).await;
    let told = BTreeMap::from([
        ("variance.posted", 3),
        ("variance.reversed", 1),
        ("variance.requested", 2),
        ("variance.approved", 1),
        ("variance.declined", 1),
        ("count.closed", 1),
    ]);
    assert_eq!(events(store, erp).await, told);
    // Again and again, within the overlap and long after it.
    for _ in 0..4 {
        tell(store).await;
        world.clock.advance(OVERLAP_MICROS / 3);
    }
    tell(store).await;
    assert_eq!(events(store, erp).await, told);

    let all = messages(store, erp).await;
    let of = |event, subject| {
        let mut all = all.iter().filter(|it| it.event == event && it.subject == subject);
        data(all.next().expect("told"))
    };
    let told_of = of(HookEvent::VariancePosted, loss.id.0);
    assert_eq!((&told_of["quantity"], &told_of["available_change"]), (&2.into(), &(-2).into()));
    assert_eq!(
        (&told_of["facility"]["code"], &told_of["sku"]["code"]),
        (&"S1".into(), &"SHOE-0".into())
    );
    assert_eq!(told_of["reason_label"], "Damaged");
    let closed = of(HookEvent::CountClosed, count.0);
    assert_eq!((&closed["facility"]["code"], &closed["name"]), (&"S2".into(), &"Sneakers".into()));
    let no = of(HookEvent::VarianceDeclined, declined.id.0);
    assert_eq!((&no["status"], &no["quantity"]), (&"declined".into(), &2.into()));
}

async fn nothing_from_before_nor_while_it_was_off(world: World) {
    let store = &world.store;
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let erp = endpoint(store, &[HookEvent::VariancePosted, HookEvent::VarianceRequested]).await;
    let other = endpoint(store, &[HookEvent::CountClosed]).await;
    posted(world.one(Body::Variance(variance(here, shoe, 1))).await);
    tell(store).await;
    let switch = |active| EndpointChange { active: Some(active), ..EndpointChange::default() };
    store.update_webhook_endpoint(&by(), erp, switch(false)).await.expect("off");
    world.clock.advance(SECOND);
    posted(world.one(Body::Variance(variance(here, shoe, 1))).await);
    reports(&world, variance(here, shoe, 1)).await;
    tell(store).await;
    let refused = store.ping_webhook(&by(), erp, new_id().0).await.expect_err("off");
    assert!(matches!(refused, HookError::Refused(HookRefusal::Off)), "{refused}");
    world.clock.advance(SECOND);
    store.update_webhook_endpoint(&by(), erp, switch(true)).await.expect("on");
    tell(store).await;
    assert_eq!(messages(store, erp).await.len(), 1);
    posted(world.one(Body::Variance(variance(here, shoe, 1))).await);
    tell(store).await;
    assert_eq!(messages(store, erp).await.len(), 2);
    // Whoever asks for more is not told what the ledger had before.
    let more = EndpointChange {
        events: Some([HookEvent::VariancePosted].into()),
        ..EndpointChange::default()
    };
    store.update_webhook_endpoint(&by(), other, more).await.expect("changed");
    tell(store).await;
    assert!(messages(store, other).await.is_empty());
    store.delete_webhook_endpoint(&by(), erp).await.expect("removed");
    tell(store).await;
    assert_eq!(store.list_webhook_endpoints().await.expect("a list").len(), 1);
}

async fn orders_at_risk_are_named(world: World) {
    let store = &world.store;
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    for at in [here, there] {
        posted(world.one(record(at, shoe, MovementKind::Receipt, 2)).await);
    }
    let line = OrderLineDraft { id: new_id().0.into(), facility: here, sku: shoe, quantity: 2 };
    let draft = OrderDraft {
        id: OrderId(new_id().0),
        name: "#1001".to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: None,
        lines: vec![line],
    };
    world.one(Body::PlaceOrder(draft)).await;
    let erp = endpoint(store, &[HookEvent::OrdersAtRisk]).await;
    posted(world.one(Body::Variance(variance(here, shoe, -1))).await);
    // Nobody has ordered these.
    posted(world.one(record(here, world.skus[1], MovementKind::Sale, 1)).await);
    tell(store).await;
    posted(world.one(record(here, world.skus[1], MovementKind::Receipt, 1)).await);
    tell(store).await;
    assert_eq!(messages(store, erp).await.len(), 1);
    // Still too few, and fewer are missing than before.
    posted(world.one(record(here, shoe, MovementKind::Sale, 2)).await);
    tell(store).await;
    assert_eq!(messages(store, erp).await.len(), 2);
    posted(world.one(record(here, shoe, MovementKind::Receipt, 1)).await);
    tell(store).await;
    let told = messages(store, erp).await;
    assert_eq!(told.len(), 2, "{told:?}");
    let first = told.iter().map(data).find(|risk| risk["available"] == -1);
    let risk = first.expect("told");
    assert_eq!((&risk["available"], &risk["more_orders"]), (&(-1).into(), &false.into()));
    let order = &risk["orders"][0];
    assert_eq!((&order["name"], &order["short"]), (&"#1001".into(), &1.into()));
    assert_eq!(order["alternatives"][0]["code"], "S2");
}

/// A node whose clock is behind, or whose transaction took long, has a time that was passed.
async fn a_late_commit_is_found(world: World) {
    let store = &world.store;
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let erp = endpoint(store, &[HookEvent::VarianceRequested]).await;
    world.clock.advance(OVERLAP_MICROS);
    tell(store).await;
    world.clock.advance(-OVERLAP_MICROS / 2);
    reports(&world, variance(here, shoe, 1)).await;
    world.clock.advance(OVERLAP_MICROS / 2);
    tell(store).await;
    assert_eq!(messages(store, erp).await.len(), 1);
}

async fn drift_is_told_each_time_that_it_is_certain(world: World) {
    let store = &world.store;
    let erp = endpoint(store, &[HookEvent::DriftFound]).await;
    let now = || world.clock.now().0;
    let seen = channel_differences::Model {
        channel_id: new_id().0,
        item: "gid://shopify/InventoryItem/1".to_owned(),
        location: "gid://shopify/Location/1".to_owned(),
        sku_id: world.skus[0].0,
        class: "drift".to_owned(),
        has: Some(3),
        should: 5,
        ordinal: 1,
        asked_at: now(),
        read_at: now(),
        first_seen_at: now(),
        seen_at: now(),
        sightings: 1,
        next_at: now(),
        confirmed_at: None,
        corrections: 0,
        wanted_at: None,
        push_id: None,
        problem: None,
    };
    let row = seen.clone().into_active_model().reset_all();
    row.insert(&store.writer()).await.expect("a difference");
    tell(store).await;
    assert!(messages(store, erp).await.is_empty(), "not certain yet");
    for times in 1..=2 {
        world.clock.advance(SECOND);
        let certain = channel_differences::Model { confirmed_at: Some(now()), ..seen.clone() };
        let row = certain.into_active_model().reset_all();
        row.update(&store.writer()).await.expect("certain");
        tell(store).await;
        tell(store).await;
        let told = messages(store, erp).await;
        assert_eq!(told.len(), times);
        let found = data(&told[0]);
        assert_eq!((&found["has"], &found["should"]), (&3.into(), &5.into()));
        assert_eq!((&found["class"], &found["sku"]["code"]), (&"drift".into(), &"SHOE-0".into()));
    }
}

async fn nodes_make_one_message_of_each(world: World) {
    let other = world.reopen().await;
    let erp = all_events(&world.store).await;
    let (at, shoe) = (&world.facilities, world.skus[0]);
    for round in 0..10_usize {
        for n in 0..5_usize {
            let facility = at[(round + n) % at.len()];
            posted(world.one(Body::Variance(variance(facility, shoe, 1))).await);
            reports(&world, variance(facility, shoe, 1)).await;
        }
        let (one, two) = tokio::join!(world.store.tell_webhooks(), other.tell_webhooks());
        one.expect("told");
        two.expect("told");
        world.clock.advance(SECOND);
    }
    tell(&world.store).await;
    let told = BTreeMap::from([("variance.posted", 50), ("variance.requested", 50)]);
    assert_eq!(events(&world.store, erp).await, told);
    other.close().await;
}

/// An endpoint with one message.
async fn one_message(world: &World) -> (Uuid, Message) {
    let erp = endpoint(&world.store, &[HookEvent::VariancePosted]).await;
    let message = world.store.ping_webhook(&by(), erp, new_id().0).await.expect("made");
    let again = world.store.ping_webhook(&by(), erp, message.id).await.expect("a retry");
    assert_eq!(again, message);
    (erp, message)
}

async fn claim(world: &World, erp: Uuid) -> Vec<Message> {
    let until = world.clock.now().plus(MINUTE);
    world.store.claim_webhook_messages(erp, 10, until).await.expect("claimed")
}

async fn nodes_share_what_is_due(world: World) {
    const MESSAGES: usize = 60;
    let other = world.reopen().await;
    let (erp, _) = one_message(&world).await;
    for _ in 1..MESSAGES {
        world.store.ping_webhook(&by(), erp, new_id().0).await.expect("made");
    }
    let until = world.clock.now().plus(MINUTE);
    let mut claimed = Vec::new();
    loop {
        let (one, two) = tokio::join!(
            world.store.claim_webhook_messages(erp, 10, until),
            other.claim_webhook_messages(erp, 10, until),
        );
        let both = [one.expect("claimed"), two.expect("claimed")].concat();
        if both.is_empty() {
            break;
        }
        claimed.extend(both.into_iter().map(|message| message.id));
    }
    let once: std::collections::BTreeSet<Uuid> = claimed.iter().copied().collect();
    assert_eq!((claimed.len(), once.len()), (MESSAGES, MESSAGES), "each by one of them");
    other.close().await;
}

fn failed(world: &World, again_micros: Option<i64>) -> Sent {
    Sent::Failed {
        http_status: Some(500),
        problem: "it answered 500".to_owned(),
        again_at: again_micros.map(|micros| world.clock.now().plus(micros)),
    }
}

async fn a_message_is_sent_by_one_node(world: World) {
    let store = &world.store;
    let (erp, message) = one_message(&world).await;
    let (one, two) = tokio::join!(claim(&world, erp), claim(&world, erp));
    assert_eq!(one.len() + two.len(), 1, "one of them");
    // Whoever had it has ended without a word.
    world.clock.advance(MINUTE);
    let mine = claim(&world, erp).await;
    assert_eq!((mine[0].id, mine[0].tries, &mine[0].payload), (message.id, 2, &message.payload));
    store.settle_webhook_message(&mine[0], failed(&world, Some(5 * SECOND))).await.expect("kept");
    assert!(claim(&world, erp).await.is_empty(), "not due yet");
    world.clock.advance(5 * SECOND);
    let mine = claim(&world, erp).await.remove(0);
    store.settle_webhook_message(&mine, Sent::Delivered { http_status: 204 }).await.expect("kept");
    // A try that was thought to be lost ends after all.
    store.settle_webhook_message(&mine, failed(&world, Some(0))).await.expect("ignored");
    let now = messages(store, erp).await.remove(0);
    assert_eq!(
        (now.status, now.http_status, now.problem),
        (HookStatus::Delivered, Some(204), None)
    );
    assert!(claim(&world, erp).await.is_empty());
    assert_eq!(found(store, erp).await.failing_since, None);
}

async fn what_fails_for_days_is_switched_off(world: World) {
    let store = &world.store;
    let (erp, _) = one_message(&world).await;
    let mut off = None;
    for _ in 0..3 {
        assert_eq!(off, None);
        let mine = claim(&world, erp).await.remove(0);
        let sent = failed(&world, Some(FAILING_MICROS_MAX / 2));
        off = store.settle_webhook_message(&mine, sent).await.expect("kept");
        world.clock.advance(FAILING_MICROS_MAX / 2);
    }
    assert_eq!(off, Some(HookOff::Failing));
    let now = found(store, erp).await;
    assert_eq!((now.active, now.off_because), (false, Some(HookOff::Failing)));
    let on = EndpointChange { active: Some(true), ..EndpointChange::default() };
    let now = store.update_webhook_endpoint(&by(), erp, on).await.expect("on");
    assert_eq!((now.active, now.off_because, now.failing_since), (true, None, None));
    let mine = claim(&world, erp).await.remove(0);
    let gone = Sent::Gone { http_status: 410 };
    assert_eq!(store.settle_webhook_message(&mine, gone).await.expect("kept"), Some(HookOff::Gone));
    assert_eq!(messages(store, erp).await[0].status, HookStatus::Failed);
}

async fn a_replay_is_the_same_message(world: World) {
    let store = &world.store;
    let (erp, message) = one_message(&world).await;
    let mine = claim(&world, erp).await.remove(0);
    store.settle_webhook_message(&mine, failed(&world, None)).await.expect("kept");
    let lost = messages(store, erp).await.remove(0);
    assert_eq!(lost.status, HookStatus::Failed);
    world.clock.advance(SECOND);
    let again = store.replay_webhook_message(&by(), erp, message.id).await.expect("replayed");
    assert_eq!((again.status, again.tries), (HookStatus::Waiting, 0));
    let mine = claim(&world, erp).await.remove(0);
    assert_eq!((mine.id, &mine.payload, mine.tries), (message.id, &message.payload, 1));
    let unknown = store.replay_webhook_message(&by(), erp, new_id().0).await;
    assert!(unknown.is_err());
    let foreign = endpoint(store, &[HookEvent::CountClosed]).await;
    assert!(store.replay_webhook_message(&by(), foreign, message.id).await.is_err());
}

async fn what_is_old_is_forgotten(world: World) {
    let store = &world.store;
    let (erp, _) = one_message(&world).await;
    let mine = claim(&world, erp).await.remove(0);
    let sent = Sent::Delivered { http_status: 200 };
    store.settle_webhook_message(&mine, sent).await.expect("kept");
    world.clock.advance(DELIVERED_KEPT_MICROS);
    let waiting: MovementId = new_id();
    store.ping_webhook(&by(), erp, waiting.0).await.expect("made");
    assert_eq!(store.forget_webhook_messages().await.expect("done"), 0, "not yet");
    world.clock.advance(1);
    assert_eq!(store.forget_webhook_messages().await.expect("done"), 1);
    let left = messages(store, erp).await;
    assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [waiting.0]);
    let after = Some(MessageCursor::after(&left[0]));
    let none = store.list_webhook_messages(erp, None, after, PAGE).await.expect("a page");
    assert!(none.is_empty());
    store.delete_webhook_endpoint(&by(), erp).await.expect("removed");
    assert_eq!(store.forget_webhook_messages().await.expect("done"), 1);
}
