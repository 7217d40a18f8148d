//! Several facilities behind one location; what the shop did itself; items that come and go.

use std::collections::BTreeSet;

use onhand_domain::{
    ChannelId, MovementKind, Origin,
    channel::{ChannelStatus, PushStatus, QuantityName},
    plan::command::{Body, Command},
};
use onhand_store::channels::{ChannelChange, ShopItem};

use super::{
    exactly_once::{Dice, pushes},
    shop::{
        Shop, assert_equal, by, channel, derive, go_live, item, levels, location, map, publish,
        running, shop_item,
    },
};
use crate::world::{World, command, fact, on_both, posted, record, reverse, variance};

on_both! {
    a_group_offers_what_it_can_spare,
    what_the_shop_did_is_no_news,
    another_shop_is_told,
    an_item_that_is_not_tracked_takes_no_part,
    an_item_that_comes_later_is_taken_in,
}

const AVAILABLE: QuantityName = QuantityName::Available;

/// A movement that was learned from a shop.
fn from_shop(body: Body) -> Command {
    let mut command = command(body);
    command.authority.origin = Origin::Shopify;
    command
}

async fn a_group_offers_what_it_can_spare(world: World) {
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    let channel = channel(store, "one").await;
    let threshold = ChannelChange { threshold: Some(1), ..ChannelChange::default() };
    store.update_channel(&by(), channel, threshold).await.expect("changed");
    map(store, channel, &[(at[0], 0, 2), (at[1], 0, 0)], skus).await;
    let mut shop = Shop::default();
    go_live(store, channel, &shop).await;
    let mut dice = Dice::new(7);
    for _ in 0..40 {
        let mut commands = Vec::new();
        for _ in 0..=dice.roll(5) {
            let at = at[usize::try_from(dice.roll(2)).expect("small")];
            let sku = skus[usize::try_from(dice.roll(2)).expect("small")];
            let quantity = i64::try_from(dice.roll(4) + 1).expect("small");
            let kind = [MovementKind::Sale, MovementKind::Receipt, MovementKind::Return]
                [usize::try_from(dice.roll(3)).expect("small")];
            let body = record(at, sku, kind, quantity);
            if dice.roll(3) == 0 {
                // The shop did it itself, before we heard of it.
                let change = if kind == MovementKind::Sale { -quantity } else { quantity };
                let has = shop.get(&item(sku), &location(0), AVAILABLE);
                shop.set(&item(sku), &location(0), has + change);
                commands.push(from_shop(body));
            } else {
                commands.push(command(body));
            }
        }
        for outcome in store.post(commands).await.expect("posted") {
            posted(outcome);
        }
        // In rounds of a few: the order between facilities must not matter.
        let limit = u32::try_from(dice.roll(4) + 1).expect("small");
        while store.derive_pushes(channel, limit).await.expect("derived").more {}
        publish(&world, store, channel, &mut shop).await;
        for sku in &skus[..2] {
            let spare = |available: i64, safety: i64| (available - safety).max(0);
            let one = spare(world.level(at[0], *sku).await.available, 2);
            let sum = one + spare(world.level(at[1], *sku).await.available, 0);
            let target = if sum > 1 { sum } else { 0 };
            assert_eq!(shop.get(&item(*sku), &location(0), AVAILABLE), target);
        }
    }
}

async fn what_the_shop_did_is_no_news(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (store, here, sneaker) = (&world.store, world.facilities[0], world.skus[0]);
    posted(world.one(record(here, sneaker, MovementKind::Receipt, 9)).await);
    publish(&world, store, channel, &mut shop).await;
    let sale = fact(here, sneaker, MovementKind::Sale, 2);
    let sold = sale.id;
    let has = shop.get(&item(sneaker), &location(0), AVAILABLE);
    shop.set(&item(sneaker), &location(0), has - 2);
    let done = store.post(vec![from_shop(Body::Record(vec![sale]))]).await;
    posted(done.expect("posted").remove(0));
    assert_eq!(derive(store, channel).await, 0, "an echo");
    assert_equal(&world, &shop).await;
    // That somebody undoes it here, the shop does not know.
    posted(world.one(reverse(sold)).await);
    assert_eq!(derive(store, channel).await, 1);
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn another_shop_is_told(world: World) {
    let (one, mut shop_one) = running(&world).await;
    let (store, at, skus) = (&world.store, &world.facilities, &world.skus);
    let two = channel(store, "two").await;
    map(store, two, &[(at[0], 0, 0), (at[1], 1, 0)], skus).await;
    let mut shop_two = Shop::default();
    go_live(store, two, &shop_two).await;
    posted(world.one(record(at[0], skus[0], MovementKind::Receipt, 9)).await);
    publish(&world, store, one, &mut shop_one).await;
    publish(&world, store, two, &mut shop_two).await;
    // Sold by the first one.
    shop_one.set(&item(skus[0]), &location(0), 8);
    let mut sale = fact(at[0], skus[0], MovementKind::Sale, 1);
    sale.origin_key = Some(format!("{one}/orders/1"));
    let done = store.post(vec![from_shop(Body::Record(vec![sale]))]).await;
    posted(done.expect("posted").remove(0));
    assert_eq!((derive(store, one).await, derive(store, two).await), (0, 1));
    publish(&world, store, two, &mut shop_two).await;
    assert_equal(&world, &shop_one).await;
    assert_equal(&world, &shop_two).await;
}

async fn read(world: &World, channel: ChannelId, items: &[ShopItem]) {
    world.store.put_channel_items(channel, items).await.expect("kept");
}

async fn an_item_that_is_not_tracked_takes_no_part(world: World) {
    let (channel, mut shop) = running(&world).await;
    let (store, here, sneaker) = (&world.store, world.facilities[0], world.skus[0]);
    posted(world.one(record(here, sneaker, MovementKind::Receipt, 9)).await);
    derive(store, channel).await;
    let untracked = ShopItem { tracked: false, ..shop_item(sneaker) };
    read(&world, channel, std::slice::from_ref(&untracked)).await;
    let waiting = pushes(&world).await;
    assert_eq!(waiting[0].status, PushStatus::Skipped);
    assert_eq!(waiting[0].problem_code.as_deref(), Some("untracked"), "told why");
    posted(world.one(Body::Variance(variance(here, sneaker, -1))).await);
    assert_eq!(publish(&world, store, channel, &mut shop).await, 0);
    // Tracked again: what the shop has is read anew, and compared.
    read(&world, channel, &[shop_item(sneaker)]).await;
    assert_eq!(derive(store, channel).await, 0);
    shop.set(&item(sneaker), &location(0), 20);
    let items = BTreeSet::from([item(sneaker)]);
    let has: Vec<_> = levels(&shop).into_iter().filter(|l| l.item == item(sneaker)).collect();
    let taken = store.add_lanes(channel, &items, &has).await.expect("taken in");
    assert_eq!((taken.lanes, taken.pushes), (1, 2), "available and damaged");
    let again = store.add_lanes(channel, &items, &has).await.expect("asked");
    assert_eq!(again.lanes, 0, "once");
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
}

async fn an_item_that_comes_later_is_taken_in(mut world: World) {
    let (channel, mut shop) = running(&world).await;
    let late = world.add_skus(1).await[0];
    world.skus.push(late);
    let (store, at) = (&world.store, &world.facilities);
    posted(world.one(record(at[0], late, MovementKind::Receipt, 5)).await);
    posted(world.one(Body::Variance(variance(at[0], late, -1))).await);
    assert_eq!(derive(store, channel).await, 0, "the shop does not know it");
    // Not read on yet: the cursor lies before this one.
    posted(world.one(record(at[0], late, MovementKind::Sale, 2)).await);
    read(&world, channel, &[shop_item(late)]).await;
    let done = store.match_channel_item(&by(), channel, &item(late), Some(late)).await;
    done.expect("matched");
    shop.set(&item(late), &location(0), 1);
    let has: Vec<_> = levels(&shop).into_iter().filter(|l| l.item == item(late)).collect();
    let items = BTreeSet::from([item(late)]);
    let taken = store.add_lanes(channel, &items, &has).await.expect("taken in");
    assert_eq!(taken.lanes, 1);
    let set = pushes(&world).await.into_iter().find(|p| p.compare == Some(1)).expect("set");
    assert_eq!(set.delta, 3, "4 where the cursor stands");
    assert_eq!(derive(store, channel).await, 1);
    publish(&world, store, channel, &mut shop).await;
    assert_equal(&world, &shop).await;
    // A shop that was never taken in has no lanes to add to.
    let stopped = ChannelStatus::Stopped;
    store.set_channel_status(&by(), channel, stopped, None).await.expect("stopped");
    store.unmap_facility(&by(), channel, at[1]).await.expect("unmapped");
    let none = store.add_lanes(channel, &items, &has).await.expect("asked");
    assert_eq!(none.lanes, 0);
}
