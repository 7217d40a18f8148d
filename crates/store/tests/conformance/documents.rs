//! Big documents are atomic: all of it or nothing.

use onhand_domain::{
    MovementKind,
    plan::{
        command::{Body, Count, CountLine, Fact},
        outcome::Refusal,
    },
};
use onhand_store::Clock as _;

use crate::world::{MINUTE, World, fact, new_id, on_both, posted, refused};

/// Lines of a large store's count.
const LINES: usize = 20_000;

on_both! {
    a_big_document,
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
