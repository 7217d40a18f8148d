//! Many at once.

use std::sync::Arc;

use futures::future::join_all;
use onhand_domain::{
    FacilityScope, MovementKind, OrderId,
    order::OrderStatus,
    plan::{
        command::{Body, OrderDraft, OrderLineDraft},
        outcome::Outcome,
    },
};
use onhand_store::{Store, StoreError, entities::orders};
use sea_orm::{ConnectionTrait as _, EntityTrait as _, TransactionTrait as _};

use crate::world::{World, command, fact, new_id, on_both, posted, record, variance};

const CLIENTS: usize = 64;
const VARIANCES: usize = 20_000;

on_both! {
    many_clients_and_one_sku,
    a_full_queue,
    a_close_while_writes_wait,
    ; nodes:
    two_nodes_and_one_facility,
    two_nodes_and_one_order,
}

/// Each client posts its share one after the other: losses and gains, two up for each one down.
async fn clients(stores: Vec<Store>, world: &World, each: usize) -> Vec<Outcome> {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let stores = Arc::new(stores);
    let tasks = (0..CLIENTS).map(|client| {
        let stores = Arc::clone(&stores);
        tokio::spawn(async move {
            let store = &stores[client % stores.len()];
            let mut answers = Vec::with_capacity(each);
            for n in 0..each {
                let quantity = if n % 3 == 2 { -1 } else { 1 };
                let body = Body::Variance(variance(here, shoe, quantity));
                answers.extend(store.post(vec![command(body)]).await.expect("posted"));
            }
            answers
        })
    });
    join_all(tasks).await.into_iter().flat_map(|answers| answers.expect("a client")).collect()
}

async fn many_clients_and_one_sku(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    // So that no client ever asks for what is not there.
    world.one(record(here, shoe, MovementKind::Receipt, 100)).await;
    let each = VARIANCES.div_ceil(CLIENTS);
    let started = tokio::time::Instant::now();
    let answers = clients(vec![world.store.clone()], &world, each).await;
    let (count, seconds) = (answers.len(), started.elapsed().as_secs_f64());
    println!("{count} variances of {CLIENTS} clients on one SKU in {seconds:.1} s");
    let change: i64 = answers.into_iter().map(|a| posted(a).movements[0].available_change()).sum();
    let level = world.level(here, shoe).await;
    assert_eq!(level.available, 100 + change);
    assert!(count >= VARIANCES && level.available > 100);
    assert_eq!(world.assert_clean().await.movements(), count as u64 + 1);
}

async fn two_nodes_and_one_facility(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    world.one(record(here, shoe, MovementKind::Receipt, 100)).await;
    let nodes = vec![world.store.clone(), world.reopen().await];
    let answers = clients(nodes, &world, 40).await;
    let change: i64 = answers.into_iter().map(|a| posted(a).movements[0].available_change()).sum();
    assert_eq!(world.level(here, shoe).await.available, 100 + change);
    assert_eq!(world.assert_clean().await.movements(), CLIENTS as u64 * 40 + 1);
}

/// Keeps the posting engine from committing until the guard is dropped.
async fn block(world: &World) -> sea_orm::DatabaseTransaction {
    let blocker = world.store.writer().begin().await.expect("begun");
    if world.is_postgres() {
        let lock = "UPDATE ledger_heads SET seq = seq";
        blocker.execute_unprepared(lock).await.expect("locked");
    }
    blocker
}

async fn a_full_queue(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let requests = 6_000;
    let blocker = block(&world).await;
    let posts: Vec<_> = (0..requests)
        .map(|_| {
            let store = world.store.clone();
            let receipt = fact(here, shoe, MovementKind::Receipt, 1);
            tokio::spawn(
                async move { store.post(vec![command(Body::Record(vec![receipt]))]).await },
            )
        })
        .collect();
    // Whoever is turned away is told at once; the others wait.
    while posts.iter().filter(|post| post.is_finished()).count() < 1_000 {
        tokio::task::yield_now().await;
    }
    blocker.rollback().await.expect("released");
    let mut done = 0;
    for post in posts {
        match post.await.expect("a client") {
            Ok(answers) => done += posted(answers.into_iter().next().expect("one")).movements.len(),
            Err(StoreError::Busy) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(done < requests, "nobody was turned away");
    assert_eq!(world.level(here, shoe).await.available, i64::try_from(done).expect("small"));
    world.assert_clean().await;
}

async fn a_close_while_writes_wait(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let posts: Vec<_> = (0..2_000)
        .map(|_| {
            let store = world.store.clone();
            let receipt = fact(here, shoe, MovementKind::Receipt, 1);
            tokio::spawn(
                async move { store.post(vec![command(Body::Record(vec![receipt]))]).await },
            )
        })
        .collect();
    // The first are done, many wait, some have not come yet.
    while !posts[0].is_finished() {
        tokio::task::yield_now().await;
    }
    world.store.close().await;
    let mut acknowledged = 0;
    for post in posts {
        match post.await.expect("a client") {
            Ok(_) => acknowledged += 1,
            Err(StoreError::Stopping) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let again = world.reopen().await;
    let report = again.verify(&FacilityScope::All).await.expect("verified");
    assert!(report.is_clean());
    assert!(acknowledged > 0);
    assert_eq!(report.movements(), acknowledged, "what was acknowledged is what is there");
}

/// An order's two lines leave from two facilities at the same moment, through two nodes.
async fn two_nodes_and_one_order(world: World) {
    let other = world.reopen().await;
    let shoe = world.skus[0];
    for _ in 0..10 {
        let lines: Vec<OrderLineDraft> = world
            .facilities
            .iter()
            .map(|f| OrderLineDraft { id: new_id().0.into(), facility: *f, sku: shoe, quantity: 1 })
            .collect();
        let id = OrderId(new_id().0);
        let sale = |line: &OrderLineDraft| {
            let mut sale = fact(line.facility, shoe, MovementKind::Sale, 1);
            sale.order_line = Some(line.id);
            vec![command(Body::Record(vec![sale]))]
        };
        let sales = [sale(&lines[0]), sale(&lines[1])];
        world
            .one(Body::PlaceOrder(OrderDraft {
                id,
                name: "#1".to_owned(),
                channel: "web".to_owned(),
                placed_at: None,
                due_at: None,
                lines,
            }))
            .await;
        let [first, second] = sales;
        let (first, second) = tokio::join!(world.store.post(first), other.post(second));
        posted(first.expect("posted").remove(0));
        posted(second.expect("posted").remove(0));
        let order = orders::Entity::find_by_id(id.0).one(&world.store.reader()).await;
        let status = order.expect("a query").expect("the order").status;
        assert_eq!(status, OrderStatus::Fulfilled.code(), "all of it has left");
    }
    world.assert_clean().await;
}
