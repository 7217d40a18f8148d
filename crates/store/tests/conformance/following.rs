//! The ledger follows the orders of a shop, whoever reads them, when and how often.

use std::sync::Arc;

use futures::future::join_all;
use onhand_domain::{
    FacilityId, FacilityScope, Micros, MovementId, MovementKind, OrderId, OrderLineId, SkuId,
    order::{Order, OrderStatus},
    plan::{
        command::{Body, FollowLine, FollowOrder, FollowReturn, FollowSale, FulfillOrder},
        outcome::{Followed, Outcome, Refusal},
    },
};
use onhand_store::stock::OrderFilter;

use crate::world::{MINUTE, MORNING, World, command, new_id, on_both, record, refused, variance};

const CHANNEL: &str = "0198c1f0-0000-7000-8000-000000000001";

on_both! {
    an_orders_life,
    a_till_and_an_order_of_one_batch,
    what_the_shop_says_twice_is_written_once,
    the_shop_alone_changes_its_orders,
    ; nodes:
    two_nodes_read_one_new_order,
    two_nodes_read_every_state_of_one_order,
}

/// A shop's order, as it changes.
#[derive(Clone)]
struct Shop(FollowOrder);

impl Shop {
    fn order(n: i64) -> Self {
        Self(FollowOrder {
            id: OrderId(new_id().0),
            name: format!("#{n}"),
            channel: CHANNEL.to_owned(),
            placed_at: MORNING.plus(-MINUTE * 60 + n),
            due_at: None,
            version: MORNING.plus(-MINUTE * 60),
            cancelled: false,
            lines: Vec::new(),
            sales: Vec::new(),
            returns: Vec::new(),
        })
    }

    /// The order with so many open there.
    fn open(mut self, facility: FacilityId, sku: SkuId, open: i64) -> Self {
        let line = self.line(facility, sku);
        line.open = open;
        line.ordered = line.ordered.max(open);
        self.later()
    }

    fn dropped(mut self, facility: FacilityId, sku: SkuId, dropped: i64) -> Self {
        self.line(facility, sku).dropped = dropped;
        self.later()
    }

    fn sold(mut self, facility: FacilityId, sku: SkuId, quantity: i64) -> Self {
        let line = self.line(facility, sku);
        line.open = (line.open - quantity).max(0);
        let line = Some(line.id);
        let id = MovementId::derived(new_id().0, "sale", 0);
        let (at, origin_key) = (self.0.version, format!("{CHANNEL}/fulfilments/1"));
        self.0.sales.push(FollowSale { id, line, facility, sku, quantity, at, origin_key });
        self.later()
    }

    fn back(mut self, facility: FacilityId, sku: SkuId, quantity: i64) -> Self {
        let id = MovementId::derived(new_id().0, "return", 0);
        let (at, origin_key) = (self.0.version, format!("{CHANNEL}/refunds/1"));
        self.0.returns.push(FollowReturn { id, facility, sku, quantity, at, origin_key });
        self.later()
    }

    fn moved_from(mut self, facility: FacilityId) -> Self {
        self.0.lines.retain(|line| line.facility != facility);
        self.later()
    }

    fn later(mut self) -> Self {
        self.0.version = self.0.version.plus(Micros::SECOND);
        self
    }

    fn line(&mut self, facility: FacilityId, sku: SkuId) -> &mut FollowLine {
        let id = MovementId::derived(self.0.id.0, &format!("{facility} {sku}"), 0);
        let id = OrderLineId(id.0);
        let at = self.0.lines.iter().position(|line| line.id == id).unwrap_or_else(|| {
            let none =
                FollowLine { id, facility, sku, ordered: 0, open: 0, dropped: 0, dropped_at: None };
            self.0.lines.push(none);
            self.0.lines.len() - 1
        });
        &mut self.0.lines[at]
    }

    fn body(&self) -> Body {
        Body::FollowOrder(self.0.clone())
    }
}

fn followed(outcome: Outcome) -> Followed {
    match outcome {
        Outcome::Followed(followed) => followed,
        other => panic!("not followed: {other:?}"),
    }
}

async fn found(world: &World, shop: &Shop) -> Order {
    world.store.find_order(shop.0.id).await.expect("a query").expect("the order")
}

/// The rows say what the shop says.
async fn assert_follows(world: &World, shop: &Shop) {
    let order = found(world, shop).await;
    assert_eq!(order.followed, Some(shop.0.version));
    let mut lines: Vec<_> = shop.0.lines.iter().map(|l| (l.id, l.open, l.dropped)).collect();
    lines.sort_unstable();
    let standing = order.lines.iter().filter(|l| l.quantity > 0 || l.dropped > 0);
    let mut rows: Vec<_> = standing.map(|l| (l.id, l.open_quantity, l.dropped)).collect();
    rows.sort_unstable();
    assert_eq!(rows, lines);
}

async fn shelf(world: &World, facility: FacilityId, sku: SkuId) -> (i64, i64) {
    let level = world.level(facility, sku).await;
    (level.available, level.committed)
}

async fn an_orders_life(world: World) {
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    for facility in [here, there] {
        world.one(record(facility, shoe, MovementKind::Receipt, 10)).await;
    }
    let placed = Shop::order(1).open(here, shoe, 5);
    let fewer = placed.clone().open(here, shoe, 4);
    let sent = fewer.clone().sold(here, shoe, 1);
    let lost = sent.clone().open(here, shoe, 1).dropped(here, shoe, 2);
    let split = lost.clone().open(there, shoe, 1);
    let returned = split.clone().back(here, shoe, 1);
    for (state, at_here, at_there) in [
        (&placed, (5, 5), (10, 0)),
        (&fewer, (6, 4), (10, 0)),
        (&sent, (6, 3), (10, 0)),
        (&lost, (6, 1), (10, 0)),
        (&split, (6, 1), (9, 1)),
        (&returned, (7, 1), (9, 1)),
    ] {
        world.one(state.body()).await;
        assert_eq!(shelf(&world, here, shoe).await, at_here);
        assert_eq!(shelf(&world, there, shoe).await, at_there);
        assert_follows(&world, state).await;
        world.assert_clean().await;
    }
    let moved = returned.clone().moved_from(there);
    let mut renamed = moved.clone().sold(here, shoe, 1);
    renamed.0.name = String::from("#1-A");
    renamed.0.due_at = Some(MORNING);
    world.one(moved.body()).await;
    world.one(renamed.body()).await;
    let order = found(&world, &renamed).await;
    assert_eq!((order.status, order.name.as_str()), (OrderStatus::Fulfilled, "#1-A"));
    assert_eq!((order.due_at, order.channel.as_str()), (Some(MORNING), CHANNEL));
    assert_eq!(shelf(&world, there, shoe).await, (10, 0));
    let (all, filter) = (FacilityScope::All, OrderFilter::default());
    let listed = world.store.list_orders(&all, filter, None, 10).await.expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].order, order);
    world.assert_clean().await;
    // And none of it again, by another process, in whatever order.
    let again = world.reopen().await;
    for state in [&renamed, &placed, &split, &moved, &renamed] {
        let answer = again.post(vec![command(state.body())]).await.expect("done").remove(0);
        assert_eq!(followed(answer).movements, []);
    }
    assert_follows(&world, &renamed).await;
}

async fn a_till_and_an_order_of_one_batch(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let till = Shop::order(1);
    let id = MovementId::derived(new_id().0, "sale", 0);
    let mut till = till.sold(here, shoe, 2);
    till.0.lines.clear();
    till.0.sales[0] = FollowSale { id, line: None, ..till.0.sales[0].clone() };
    let first = Shop::order(2).open(here, shoe, 3);
    let second = first.clone().open(here, world.skus[1], 1).open(here, shoe, 1);
    let older = first.clone();
    let bodies = vec![till.body(), first.body(), second.body(), older.body()];
    let answers: Vec<_> = world.post(bodies).await.into_iter().map(followed).collect();
    let posted: Vec<_> = answers.iter().map(|followed| followed.movements.len()).collect();
    assert_eq!(posted, [1, 1, 2, 0]);
    assert!(answers[3].outdated);
    assert_eq!(world.store.find_order(till.0.id).await.expect("a query"), None);
    assert_follows(&world, &second).await;
    assert_eq!(shelf(&world, here, shoe).await, (-3, 1));
    world.assert_clean().await;
}

async fn what_the_shop_says_twice_is_written_once(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let state = Shop::order(1).open(here, shoe, 3).sold(here, shoe, 1).back(here, shoe, 1);
    let posted = followed(world.one(state.body()).await).movements.len();
    let before = world.assert_clean().await.movements();
    assert_eq!(before, posted as u64);
    let twice = world.post(vec![state.body(), state.body()]).await;
    for again in twice.into_iter().map(followed) {
        assert_eq!((again.movements, again.outdated), (vec![], false));
    }
    // What is only looked at is not written.
    let more = state.clone().open(here, shoe, 5);
    let looked = world.store.preview(&[command(more.body())]).await.expect("done").remove(0);
    assert_eq!(followed(looked).movements.len(), 1);
    assert_eq!(world.assert_clean().await.movements(), before);
    assert_follows(&world, &state).await;
}

async fn the_shop_alone_changes_its_orders(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let state = Shop::order(1).open(here, shoe, 3);
    world.one(state.body()).await;
    let fulfil = FulfillOrder { order: state.0.id, effective_at: None };
    for body in [Body::CancelOrder(state.0.id), Body::FulfillOrder(fulfil)] {
        assert_eq!(refused(world.one(body).await), Refusal::FollowsShop);
    }
    assert_follows(&world, &state).await;
    world.assert_clean().await;
}

/// Two states of an order that nobody knew, with nothing in common but the order.
async fn two_nodes_read_one_new_order(world: World) {
    let other = world.reopen().await;
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    for n in 0..20 {
        let before = Shop::order(n).open(here, shoe, 1);
        let after = before.clone().moved_from(here).open(there, shoe, 2);
        let (first, second) = tokio::join!(
            world.store.post(vec![command(before.body())]),
            other.post(vec![command(after.body())]),
        );
        followed(first.expect("posted").remove(0));
        followed(second.expect("posted").remove(0));
        assert_follows(&world, &after).await;
        assert_eq!(shelf(&world, here, shoe).await.1, 0);
        assert_eq!(shelf(&world, there, shoe).await.1, 2 * (n + 1));
    }
    world.assert_clean().await;
}

/// Every state is read by both nodes, all at once, while somebody posts variances beside. A line
/// comes to another facility and leaves it, so that a node may have to look anew where the order
/// is.
async fn two_nodes_read_every_state_of_one_order(world: World) {
    const ROUNDS: i64 = 6;
    let stores = [world.store.clone(), world.reopen().await];
    let (here, there) = (world.facilities[0], world.facilities[1]);
    let (shoe, boot) = (world.skus[0], world.skus[1]);
    for n in 0..ROUNDS {
        let mut states = vec![Shop::order(n).open(here, shoe, 3)];
        for step in 0..4 {
            let last = states[states.len() - 1].clone();
            let last = last.open(there, boot, step + 1).sold(here, shoe, 1);
            states.push(last.clone());
            states.push(last.moved_from(there).open(here, shoe, step).back(here, shoe, 1));
        }
        let states = Arc::new(states);
        let readers = (0..2 * states.len()).map(|at| {
            let (store, states) = (stores[at % 2].clone(), Arc::clone(&states));
            // Neither begins with the first, and they meet half-way.
            let state = if at % 2 == 0 { at / 2 } else { states.len() - 1 - at / 2 };
            tokio::spawn(async move {
                let aside = Body::Variance(variance(here, shoe, 1));
                let commands = vec![command(states[state].body()), command(aside)];
                let mut answers = store.post(commands).await.expect("posted");
                followed(answers.remove(0))
            })
        });
        for answer in join_all(readers).await {
            answer.expect("a reader");
        }
        let newest = &states[states.len() - 1];
        assert_follows(&world, newest).await;
        world.assert_clean().await;
    }
    // Each round: what was found, less what was sold and did not come back; the last has 3 open.
    let found = 2 * 9 * ROUNDS;
    assert_eq!(shelf(&world, here, shoe).await, (found - 3 * ROUNDS, 3 * ROUNDS));
    assert_eq!(shelf(&world, there, boot).await, (0, 0));
}
