//! What a shop has told is kept once, handled until it is over, and forgotten.

use std::collections::BTreeSet;

use onhand_domain::{
    ChannelId, Micros, MovementKind, OrderId, channel::ItemProblem, plan::command::Body,
};
use onhand_store::{
    Ids as _,
    channels::{
        ChannelError, ChannelRefusal, DeliveryCursor, DeliveryFilter, DeliveryKind, DeliveryStatus,
        Handled, ItemFilter, LaneKey, NewDelivery, Sealed, ShopThing,
    },
    clock::System,
};

use super::{
    shop::{by, channel, derive, item, location, map, running, shop_item},
    story::Story,
};
use crate::world::{MINUTE, World, on_both, posted, record, variance};

on_both! {
    the_same_message_is_kept_once,
    what_we_told_the_shop_ourselves_is_no_news,
    what_failed_is_tried_again_when_it_is_due,
    what_waits_about_the_same_is_found,
    orders_are_followed_up_to_what_waits,
    what_is_over_is_forgotten,
    an_orders_ground_is_read,
    items_that_are_gone_are_put_away,
    secrets_are_kept_sealed,
}

fn message(delivery: &str, event: Option<&str>) -> NewDelivery {
    NewDelivery {
        delivery: delivery.to_owned(),
        event: event.map(str::to_owned),
        topic: "orders/create".to_owned(),
        kind: DeliveryKind::Order,
        subject: "gid://shopify/Order/1".to_owned(),
        location: None,
        triggered_at: Some(Micros(1)),
    }
}

async fn put(world: &World, channel: ChannelId, new: &[NewDelivery]) -> u64 {
    world.store.put_deliveries(channel, new).await.expect("kept")
}

fn now(world: &World) -> Micros {
    onhand_store::Clock::now(&*world.clock)
}

async fn due(world: &World, channel: ChannelId) -> Vec<uuid::Uuid> {
    let due = world.store.due_deliveries(channel, now(world)).await.expect("read");
    due.into_iter().map(|delivery| delivery.id).collect()
}

async fn settle(world: &World, channel: ChannelId, ids: &[uuid::Uuid], handled: Handled) {
    world.store.settle_deliveries(channel, ids, &handled).await.expect("noted");
}

async fn the_same_message_is_kept_once(world: World) {
    let one = channel(&world.store, "one").await;
    let other = channel(&world.store, "other").await;
    let first = [message("a", Some("e")), message("b", None), message("c", None)];
    assert_eq!(put(&world, one, &first).await, 3);
    assert_eq!(put(&world, one, &first).await, 0, "delivered again");
    assert_eq!(put(&world, one, &[message("d", Some("e"))]).await, 0, "about the same event");
    let another = NewDelivery { topic: "orders/updated".to_owned(), ..message("d", Some("e")) };
    assert_eq!(put(&world, one, &[another, message("a", None)]).await, 1, "of another topic");
    assert_eq!(put(&world, other, &first).await, 3, "another shop's");
    assert_eq!(put(&world, one, &[]).await, 0);
    assert_eq!((due(&world, one).await.len(), due(&world, other).await.len()), (4, 3));

    let list = async |after| {
        world.store.list_deliveries(one, DeliveryFilter::default(), after, 3).await.expect("read")
    };
    let page = list(None).await;
    let rest = list(page.last().map(DeliveryCursor::after)).await;
    let seen: BTreeSet<_> = page.iter().chain(&rest).map(|delivery| delivery.id).collect();
    assert_eq!((page.len(), rest.len(), seen.len()), (3, 1, 4));
    let told = (page[0].kind, page[0].subject.as_str(), page[0].triggered_at, page[0].status);
    let waiting = DeliveryStatus::Waiting;
    assert_eq!(told, (DeliveryKind::Order, "gid://shopify/Order/1", Some(Micros(1)), waiting));
}

async fn what_we_told_the_shop_ourselves_is_no_news(world: World) {
    let mut scene = Story::begin(world).await;
    let lane = scene.lane(0);
    let has = scene.has(&lane);
    let echoes = async |scene: &Story| {
        let mut found = Vec::new();
        for units in has - 1..=has + 6 {
            let echo = scene.world.store.is_echo(scene.channel, &lane, units).await;
            if echo.expect("asked") {
                found.push(units - has);
            }
        }
        found
    };
    assert_eq!(echoes(&scene).await, [0]);
    let (at, sku) = (scene.world.facilities[0], scene.world.skus[0]);
    for found in [3, 2] {
        posted(scene.world.one(Body::Variance(variance(at, sku, found))).await);
    }
    derive(&scene.world.store, scene.channel).await;
    assert_eq!(echoes(&scene).await, [0, 3, 5], "none, the first, both were applied");
    scene.publish().await;
    assert_eq!(echoes(&scene).await, [5], "settled");
    let nobody = LaneKey { item: "gid://shopify/InventoryItem/0".to_owned(), ..lane.clone() };
    assert!(scene.world.store.is_echo(scene.channel, &nobody, 1).await.expect("asked"), "not ours");
}

async fn what_failed_is_tried_again_when_it_is_due(world: World) {
    let shop = channel(&world.store, "one").await;
    put(&world, shop, &[message("a", None), message("b", None), message("c", None)]).await;
    let [a, b, c] = due(&world, shop).await.try_into().expect("three");
    let (at, problem) = (now(&world).plus(MINUTE), "nobody answers".to_owned());
    settle(&world, shop, &[a], Handled::Again { at, problem }).await;
    let left_out = Some("#1 is no SKU".to_owned());
    settle(&world, shop, &[b], Handled::Done { left_out }).await;
    settle(&world, shop, &[c], Handled::Failed { problem: "x".repeat(10_000) }).await;
    assert!(due(&world, shop).await.is_empty());
    world.clock.advance(MINUTE);
    assert_eq!(due(&world, shop).await, [a]);
    settle(&world, shop, &[a, b, c], Handled::Done { left_out: None }).await;
    assert!(due(&world, shop).await.is_empty());

    let list =
        async |filter| world.store.list_deliveries(shop, filter, None, 9).await.expect("read");
    let with_problem = DeliveryFilter { with_problem: true, ..DeliveryFilter::default() };
    let told: BTreeSet<_> = list(with_problem).await.into_iter().map(|one| one.id).collect();
    assert_eq!(told, BTreeSet::from([b, c]), "what is over stays as it is");
    let failed = DeliveryFilter { status: Some(DeliveryStatus::Failed), with_problem: false };
    let failed = list(failed).await;
    assert_eq!(failed.iter().map(|one| one.id).collect::<Vec<_>>(), [c]);
    assert_eq!(failed[0].problem.as_ref().map(String::len), Some(500));
    let all = list(DeliveryFilter::default()).await;
    assert_eq!(all.iter().find(|one| one.id == a).map(|one| one.tries), Some(2));

    let retry = async |shop, id| world.store.retry_delivery(&by(), shop, id).await;
    let retried = retry(shop, c).await.expect("it is there");
    assert_eq!((retried.status, retried.tries), (DeliveryStatus::Waiting, 0), "from the beginning");
    assert_eq!((retried.problem, retried.next_at), (None, Some(now(&world))));
    assert_eq!(due(&world, shop).await, [c]);
    let other = channel(&world.store, "other").await;
    let foreign = retry(other, c).await;
    assert!(
        matches!(foreign, Err(ChannelError::Refused(ChannelRefusal::Unknown(_)))),
        "{foreign:?}"
    );
}

async fn what_waits_about_the_same_is_found(world: World) {
    let shop = channel(&world.store, "one").await;
    let other = channel(&world.store, "other").await;
    let part = NewDelivery { kind: DeliveryKind::OrderPart, ..message("part", None) };
    let strange = NewDelivery { subject: "gid://shopify/Order/2".into(), ..message("d", None) };
    let all = [message("a", None), message("b", None), message("c", None), part, strange];
    put(&world, shop, &all).await;
    put(&world, other, &all).await;
    let about = async |kind, subjects: &[&str], location| {
        let subjects = subjects.iter().copied().collect();
        let found = world.store.waiting_deliveries(shop, kind, &subjects, location).await;
        found.expect("read").into_iter().map(|one| one.id).collect::<BTreeSet<_>>()
    };
    let (order, first) = (DeliveryKind::Order, "gid://shopify/Order/1");
    let found = about(order, &[first, "none"], None).await;
    assert_eq!(found.len(), 3);
    assert_eq!(about(order, &[first, "gid://shopify/Order/2"], None).await.len(), 4);
    assert_eq!(about(DeliveryKind::OrderPart, &[first], None).await.len(), 1);
    let [a, b, c] = Vec::from_iter(found).try_into().expect("three");
    let (at, problem) = (now(&world).plus(MINUTE), "nobody answers".to_owned());
    settle(&world, shop, &[a], Handled::Again { at, problem }).await;
    settle(&world, shop, &[b], Handled::Done { left_out: None }).await;
    assert_eq!(about(order, &[first], None).await, BTreeSet::from([a, c]), "also what is not due");

    let level = |delivery: &str, location: &str| NewDelivery {
        kind: DeliveryKind::Level,
        location: Some(location.to_owned()),
        ..message(delivery, None)
    };
    put(&world, shop, &[level("e", "here"), level("f", "there")]).await;
    assert_eq!(about(DeliveryKind::Level, &[first], Some("here")).await.len(), 1);
}

async fn orders_are_followed_up_to_what_waits(world: World) {
    let shop = channel(&world.store, "two").await;
    let until = async || {
        let found = world.store.find_channel(shop).await.expect("read").expect("there");
        (found.orders_from, found.orders_until)
    };
    let began = now(&world);
    assert_eq!(until().await, (None, None));
    world.store.follow_orders_from(shop, began.plus(-MINUTE)).await.expect("noted");
    world.store.follow_orders_from(shop, began).await.expect("noted");
    assert_eq!(until().await, (Some(began), Some(began)), "nothing was taken in yet");

    world.clock.advance(MINUTE);
    let level = NewDelivery { kind: DeliveryKind::Level, ..message("a", None) };
    put(&world, shop, &[level, message("b", None)]).await;
    let first = now(&world);
    world.clock.advance(MINUTE);
    put(&world, shop, &[message("c", None)]).await;
    let second = now(&world);
    assert!(!world.store.note_orders_until(shop, first).await.expect("asked"), "one waits");
    let ids: Vec<_> = due(&world, shop).await.into_iter().take(2).collect();
    settle(&world, shop, &ids, Handled::Done { left_out: None }).await;
    assert!(world.store.note_orders_until(shop, first).await.expect("asked"));
    assert!(!world.store.note_orders_until(shop, second).await.expect("asked"), "one waits");
    assert_eq!(until().await, (Some(began), Some(first)));
    let ids = due(&world, shop).await;
    settle(&world, shop, &ids, Handled::Failed { problem: "gone".to_owned() }).await;
    assert!(world.store.note_orders_until(shop, second).await.expect("asked"));
    assert!(!world.store.note_orders_until(shop, first).await.expect("asked"), "never back");
    assert_eq!(until().await, (Some(began), Some(second)));

    let stock = record(world.facilities[0], world.skus[0], MovementKind::Opening, 5);
    posted(world.one(stock).await);
    let (live, _) = running(&world).await;
    world.store.follow_orders_from(live, began).await.expect("noted");
    world.store.follow_orders_from(live, second).await.expect("noted");
    let found = world.store.find_channel(live).await.expect("read").expect("there");
    assert_eq!(found.orders_from, Some(began), "it stays once the stock was taken in");
}

async fn what_is_over_is_forgotten(world: World) {
    let shop = channel(&world.store, "one").await;
    put(&world, shop, &[message("a", None), message("b", None)]).await;
    let [a, _] = due(&world, shop).await.try_into().expect("two");
    settle(&world, shop, &[a], Handled::Done { left_out: None }).await;
    let forget = async |before| world.store.forget_deliveries(shop, before).await.expect("done");
    assert_eq!(forget(now(&world)).await, 0, "not yet");
    assert_eq!(forget(now(&world).plus(1)).await, 1, "not what waits");
    assert_eq!(forget(now(&world).plus(1)).await, 0);
    assert_eq!(due(&world, shop).await.len(), 1);
    assert_eq!(put(&world, shop, &[message("a", None)]).await, 1, "as if it were new");
}

async fn an_orders_ground_is_read(world: World) {
    let shop = channel(&world.store, "one").await;
    let (at, skus) = (&world.facilities, &world.skus);
    map(&world.store, shop, &[(at[0], 0, 0), (at[1], 0, 0)], &skus[..2]).await;
    let mut card = shop_item(skus[2]);
    card.tracked = false;
    let strange = shop_item(skus[3]);
    world.store.put_channel_items(shop, &[card.clone(), strange.clone()]).await.expect("kept");
    posted(world.one(record(at[1], skus[0], MovementKind::Opening, 7)).await);
    let matched = item(skus[0]);
    let asked = [matched.as_str(), card.item.as_str(), strange.item.as_str(), "none"];
    let order = OrderId(System.next());
    let ground = world.store.order_ground(shop, order, &asked.into()).await.expect("read");
    let mut behind = ground.locations[&location(0)].clone();
    behind.sort();
    let mut both = at.clone();
    both.sort();
    assert_eq!((ground.locations.len(), behind), (1, both));
    assert_eq!(ground.items.len(), 3);
    assert_eq!(ground.items[&matched], ShopThing::Sku(skus[0]));
    assert_eq!(ground.items[&card.item], ShopThing::Untracked);
    assert_eq!(ground.items[&strange.item], ShopThing::Unmatched);
    assert_eq!(ground.available.get(&(at[1], skus[0])), Some(&7));
    assert!(ground.lines.is_empty());
}

async fn items_that_are_gone_are_put_away(world: World) {
    let (shop, _) = running(&world).await;
    let gone = [item(world.skus[0])];
    world.store.close_items(shop, &gone).await.expect("done");
    world.store.close_items(shop, &gone).await.expect("twice");
    world.store.close_items(shop, &[]).await.expect("nothing");
    let filter = ItemFilter { problem: Some(ItemProblem::Gone), ..ItemFilter::default() };
    let all = world.store.list_channel_items(shop, &filter, None, 9).await.expect("read");
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((one.item.item.as_str(), one.live), (gone[0].as_str(), false));
}

async fn secrets_are_kept_sealed(world: World) {
    let shop = channel(&world.store, "one").await;
    let sealed = Sealed(vec![9, 8, 7]);
    let kept = world.store.keep_webhook_secrets(&by(), shop, sealed.clone()).await.expect("kept");
    assert_eq!(kept.webhook_secrets, Some(sealed.clone()));
    let found = world.store.find_channel(shop).await.expect("read").expect("there");
    assert_eq!((found.webhook_secrets, found.version), (Some(sealed), 1));
    let nobody = ChannelId(System.next());
    world.store.keep_webhook_secrets(&by(), nobody, Sealed(vec![1])).await.expect_err("nobody");
}
