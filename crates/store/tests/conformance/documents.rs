//! Big documents are atomic: all of it or nothing.

use onhand_domain::{
    CountId, MovementKind, PrincipalId,
    count::CountStatus,
    plan::{
        command::{Authority, Body, Closing, Command, Count, CountLine, Fact, UndoCount, UndoLine},
        outcome::{Outcome, Refusal},
    },
};
use onhand_store::{Clock as _, entities::counts};
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use crate::world::{MINUTE, World, authority, fact, new_id, on_both, posted, record, refused};

/// Lines of a large store's count.
const LINES: usize = 20_000;

on_both! {
    a_big_document,
    an_undone_count,
    one_of_many_closes_a_count,
}

async fn a_big_document(world: World) {
    let here = world.facilities[0];
    let skus = world.add_skus(LINES).await;
    let mut receipts: Vec<Fact> =
        skus.iter().map(|sku| fact(here, *sku, MovementKind::Receipt, 3)).collect();
    receipts[LINES - 1].quantity = 0;
    let refusal = refused(world.one(Body::Record(receipts.clone())).await);
    assert_eq!(refusal, Refusal::ZeroQuantity);
    assert_eq!(world.verify().await.movements(), 0, "one bad line: nothing of it");
    receipts[LINES - 1].quantity = 3;
    posted(world.one(Body::Record(receipts)).await);

    world.clock.advance(MINUTE);
    let at = world.clock.now();
    let line = |(n, sku)| CountLine {
        id: new_id().0.into(),
        sku,
        counted: i64::try_from(n % 5).expect("small"),
        at,
    };
    let mut lines: Vec<CountLine> = skus.into_iter().enumerate().map(line).collect();
    lines[LINES / 2].counted = -1;
    let count = |lines| Body::Count(Count { facility: here, closes: None, lines });
    assert_eq!(refused(world.one(count(lines.clone())).await), Refusal::NegativeQuantity);
    lines[LINES / 2].counted = 0;
    let counted = posted(world.one(count(lines)).await);
    // Every fifth is counted as recorded.
    assert_eq!(counted.movements.len(), LINES / 5 * 4);
    let report = world.assert_clean().await;
    assert_eq!(report.movements(), (LINES + LINES / 5 * 4) as u64);
}

/// What was learned of late in between goes back with the count; what comes later passes it.
async fn an_undone_count(world: World) {
    let (here, sku) = (world.facilities[0], world.skus[0]);
    posted(world.one(record(here, sku, MovementKind::Receipt, 10)).await);
    world.clock.advance(MINUTE);
    let at = world.clock.now();
    let line = CountLine { id: new_id().0.into(), sku, counted: 6, at };
    let count = Count { facility: here, closes: None, lines: vec![line] };
    posted(world.one(Body::Count(count.clone())).await);
    let sold_before = |n| {
        let mut sale = fact(here, sku, MovementKind::Sale, n);
        sale.effective_at = Some(at);
        Body::Record(vec![sale])
    };
    world.clock.advance(MINUTE);
    posted(world.one(sold_before(1)).await);
    let lines = vec![UndoLine { id: line.id, sku, at }];
    let undo = UndoCount { facility: here, lines, note: Some("wrong shelf".to_owned()) };
    let undone = posted(world.one(Body::UndoCount(undo.clone())).await);
    assert_eq!(undone.movements.len(), 2, "the count's own, and its correction");
    assert!(posted(world.one(Body::UndoCount(undo)).await).replay);
    posted(world.one(sold_before(2)).await);
    assert_eq!(world.level(here, sku).await.available, 7, "ten, less three that were sold");
    world.assert_clean().await;
    let again = refused(world.one(Body::Count(count)).await);
    assert!(matches!(again, Refusal::CountedTwice(_)), "what was undone is not posted again");

    world.corrupt("UPDATE anchors SET voided = false").await;
    let found = world.verify().await;
    assert!(!found.is_clean(), "a count that stands has a variance");
}

/// Fifty people click at once, each on a connection of their own.
async fn one_of_many_closes_a_count(world: World) {
    const REVIEWERS: u128 = 50;
    let (here, sku) = (world.facilities[0], world.skus[0]);
    posted(world.one(record(here, sku, MovementKind::Receipt, 10)).await);
    world.clock.advance(MINUTE);
    let id = CountId(new_id().0);
    world.insert_count_in_review(id, here).await;
    let line = CountLine { id: new_id().0.into(), sku, counted: 7, at: world.clock.now() };
    let close = |version| {
        let closes = Some(Closing { count: id, version });
        Body::Count(Count { facility: here, closes, lines: vec![line] })
    };
    assert_eq!(refused(world.one(close(2)).await), Refusal::CountChanged);
    let clicks = (0..REVIEWERS).map(|who| {
        let actor = PrincipalId(Uuid::from_u128(who + 100));
        let authority = Authority { actor, ..authority() };
        let (store, body) = (world.store.clone(), close(3));
        tokio::spawn(async move { store.post(vec![Command { authority, body }]).await })
    });
    let clicks: Vec<_> = clicks.collect();
    let (mut won, mut told) = (0, 0);
    for click in clicks {
        match click.await.expect("no panic").expect("answered").pop() {
            Some(Outcome::Posted(posted)) => won += posted.movements.len(),
            Some(Outcome::Refused(Refusal::CountStatus(CountStatus::Closed))) => told += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((won, told), (1, 49), "one posts, the others are told that it is closed");
    assert_eq!(world.level(here, sku).await.available, 7);
    let row = counts::Entity::find_by_id(id.0).one(&world.store.reader()).await;
    let row = row.expect("reads").expect("the count");
    assert_eq!((row.status.as_str(), row.version), ("closed", 4));
    assert!(row.closed_by.is_some() && row.closed_at.is_some());
    world.assert_clean().await;
}
