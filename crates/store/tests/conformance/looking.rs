//! Stock as people look at it: levels, orders, today.

use std::collections::BTreeSet;

use onhand_domain::{
    FacilityId, FacilityScope, MovementKind, OrderId,
    order::OrderStatus,
    plan::command::{Body, OrderDraft, OrderLineDraft},
};
use onhand_store::{
    Clock as _,
    stock::{LevelCursor, LevelFilter, OrderCursor, OrderFilter, Today},
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::world::{MINUTE, World, count, new_id, on_both, posted, record, reverse, variance};

on_both! {
    levels_page_by_page,
    negative_levels_by_an_index,
    orders_of_the_own_stores,
    today_and_nothing_else,
}

fn only(facility: FacilityId) -> FacilityScope {
    FacilityScope::Only([facility].into())
}

async fn levels_page_by_page(world: World) {
    let (here, there) = (world.facilities[0], world.facilities[1]);
    for facility in [here, there] {
        for sku in &world.skus {
            world.one(record(facility, *sku, MovementKind::Receipt, 2)).await;
        }
    }
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let (all, filter) = (FacilityScope::All, LevelFilter::default());
        let page = world.store.list_levels(&all, filter, after, 3).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(LevelCursor::after(last));
        for level in page {
            assert!(seen.insert((level.facility, level.sku)), "no level comes twice");
        }
    }
    assert_eq!(seen.len(), 8);
    let filter = LevelFilter { sku: Some(world.skus[0]), ..LevelFilter::default() };
    let found = world.store.list_levels(&only(here), filter, None, 9).await.expect("a page");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].quantities.available, 2);
    let nowhere = FacilityScope::none();
    assert!(world.store.list_levels(&nowhere, filter, None, 9).await.expect("none").is_empty());
}

async fn negative_levels_by_an_index(world: World) {
    let (here, there) = (world.facilities[0], world.facilities[1]);
    world.one(record(here, world.skus[0], MovementKind::Receipt, 2)).await;
    world.one(record(here, world.skus[1], MovementKind::Sale, 2)).await;
    world.one(record(here, world.skus[2], MovementKind::Sale, 5)).await;
    world.one(record(there, world.skus[0], MovementKind::Sale, 9)).await;
    let (total, worst) = world.store.negative_levels(here, 1).await.expect("found");
    assert_eq!((total, worst.len()), (2, 1));
    assert_eq!((worst[0].1.sku, worst[0].1.quantities.available), (world.skus[2], -5));
    let filter = LevelFilter { negative: true, ..LevelFilter::default() };
    let found = world.store.list_levels(&only(here), filter, None, 9).await.expect("a page");
    assert_eq!(found.len(), 2);
    if !world.is_postgres() {
        // PostgreSQL reads a table of eight rows as a whole, whatever indexes there are.
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM levels WHERE facility_id = {} AND negative",
            world.sql(here.0),
        );
        let explain = Statement::from_string(DbBackend::Sqlite, sql);
        let plan = world.store.reader().query_one_raw(explain).await.expect("a plan");
        let plan: String = plan.expect("a row").try_get("", "detail").expect("a text");
        assert!(plan.contains("levels_negative"), "{plan}");
    }
}

async fn orders_of_the_own_stores(world: World) {
    let (here, there) = (world.facilities[0], world.facilities[1]);
    let (shoe, boot) = (world.skus[0], world.skus[1]);
    let mut ids = Vec::new();
    for lines in [vec![(here, shoe), (there, boot)], vec![(there, shoe)], vec![(here, boot)]] {
        world.clock.advance(MINUTE);
        let id = OrderId(new_id().0);
        let line =
            |(facility, sku)| OrderLineDraft { id: new_id().0.into(), facility, sku, quantity: 1 };
        let draft = OrderDraft {
            id,
            name: format!("#{}", ids.len()),
            channel: "web".to_owned(),
            placed_at: None,
            due_at: None,
            lines: lines.into_iter().map(line).collect(),
        };
        world.one(Body::PlaceOrder(draft)).await;
        ids.push(id);
    }
    let list = async |scope: FacilityScope, filter, after| -> Vec<OrderId> {
        let found = world.store.list_orders(&scope, filter, after, 9).await.expect("a page");
        assert!(found.iter().all(|o| o.order.lines.len() == o.skus.len()));
        found.into_iter().map(|detail| detail.order.id).collect()
    };
    let any = OrderFilter::default();
    assert_eq!(list(FacilityScope::All, any, None).await, [ids[2], ids[1], ids[0]]);
    assert_eq!(list(only(here), any, None).await, [ids[2], ids[0]]);
    let boots = OrderFilter { sku: Some(boot), status: Some(OrderStatus::Open) };
    assert_eq!(list(only(there), boots, None).await, [ids[0]]);
    assert!(list(FacilityScope::none(), any, None).await.is_empty());
    world.one(Body::CancelOrder(ids[2])).await;
    let open = OrderFilter { status: Some(OrderStatus::Open), ..any };
    assert_eq!(list(only(here), open, None).await, [ids[0]]);

    let newest = world.store.order(&only(here), ids[2]).await.expect("found").expect("mine");
    let after = Some(OrderCursor::after(&newest.order));
    assert_eq!(list(FacilityScope::All, any, after).await, [ids[1], ids[0]]);
    // Only the own line of the shared order, and nothing of one elsewhere.
    let shared = world.store.order(&only(here), ids[0]).await.expect("found").expect("mine");
    assert_eq!(shared.order.lines.len(), 1);
    assert_eq!(world.store.order(&only(here), ids[1]).await.expect("found"), None);
}

async fn today_and_nothing_else(world: World) {
    let (here, there, shoe) = (world.facilities[0], world.facilities[1], world.skus[0]);
    let sites = world.store.sites(&[here].into()).await.expect("found");
    let site = &sites[&here];
    world.one(record(here, shoe, MovementKind::Receipt, 50)).await;
    world.one(Body::Variance(variance(here, shoe, -1))).await;
    // 23:30 in Berlin is still today; an hour later is another day.
    world.clock.set(site.midnight(world.clock.now()).plus(24 * 60 * MINUTE - 30 * MINUTE));
    world.one(record(here, shoe, MovementKind::Sale, 7)).await;
    let yesterday = world.store.today(site).await.expect("today");
    assert_eq!((yesterday.received, yesterday.sold, yesterday.variances), (50, 7, 1));
    world.clock.advance(60 * MINUTE);
    let since = site.midnight(world.clock.now());
    assert_eq!(world.clock.now().0 - since.0, 30 * MINUTE);
    assert_eq!(world.store.today(site).await.expect("today"), Today { since, ..Today::default() });

    let facts = [
        (MovementKind::Receipt, 20),
        (MovementKind::Sale, 3),
        (MovementKind::Return, 1),
        (MovementKind::TransferIn, 4),
        (MovementKind::TransferOut, 2),
    ];
    for (kind, quantity) in facts {
        world.one(record(here, shoe, kind, quantity)).await;
    }
    let slip = posted(world.one(record(here, shoe, MovementKind::Receipt, 5)).await);
    posted(world.one(reverse(slip.movements[0].id)).await);
    world.one(Body::Variance(variance(here, shoe, -2))).await;
    world.one(Body::Variance(variance(here, shoe, 1))).await;
    world.one(count(here, shoe, 60, world.clock.now())).await;
    world.one(record(there, shoe, MovementKind::Sale, 9)).await;
    let today = world.store.today(site).await.expect("today");
    assert_eq!((today.received, today.sold, today.returned), (20, 3, 1));
    assert_eq!((today.transferred_in, today.transferred_out), (4, 2));
    assert_eq!((today.variances, today.units_lost, today.units_gained), (2, 2, 1));
    assert_eq!(today.value_lost.to_string(), "20.00");
}
