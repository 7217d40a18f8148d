//! What closing a count and taking it back leave behind.

use onhand_domain::count::{Decision, LineStatus};
use onhand_store::counts::{ReviewError, Verdict};

use crate::{
    shelf::Shelf,
    world::{World, on_both},
};

on_both! {
    two_counts_of_one_moment,
    what_was_undone_was_not_counted,
}

/// The ledger keeps one count of a moment: whoever closes the other is told what to do.
async fn two_counts_of_one_moment(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, other) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 10).await;
    shelf.receives(other, 10).await;
    shelf.pass(1);
    let (first, second) = (shelf.directed(&[sku]).await, shelf.directed(&[sku, other]).await);
    shelf.counts(0, first, &[(sku, 9)]).await;
    shelf.counts(1, second, &[(sku, 8), (other, 10)]).await;
    let at = shelf.now();
    shelf.pass(1);
    for count in [first, second] {
        shelf.submits(count).await;
        shelf.accepts(count, &[sku]).await;
    }
    shelf.closes(first).await;
    let refused = shelf.tries_to_close(shelf.reviewers[0], second).await;
    let Err(ReviewError::CountedTwice(twice)) = refused else { panic!("{refused:?}") };
    assert_eq!((twice.sku, twice.at), (sku, at));
    assert_eq!(twice.other.as_ref().map(|(id, _)| *id), Some(first));
    assert!(twice.to_string().contains("ask for a recount"), "{twice}");
    assert_eq!(shelf.good(sku).await, 9, "nothing was posted");
    // The way out.
    let recount = shelf.decides(shelf.reviewers[0], second, &[(sku, Decision::Recount)]).await;
    assert_eq!(recount, [Verdict::Done(LineStatus::Recount)]);
    shelf.counts(0, second, &[(sku, 8)]).await;
    shelf.accepts(second, &[sku]).await;
    assert_eq!(shelf.closes(second).await, 1);
    assert_eq!(shelf.good(sku).await, 8);
    shelf.world.assert_clean().await;
}

/// The level remembers the latest count that stands; `assert_clean` compares it with the ledger.
async fn what_was_undone_was_not_counted(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, other) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 10).await;
    shelf.receives(other, 10).await;
    let mut counted = Vec::new();
    for found in [9, 8, 7] {
        shelf.pass(5);
        let count = shelf.directed(&[sku, other]).await;
        // Of one SKU each finds a difference, of the other none ever does.
        shelf.counts(0, count, &[(sku, found), (other, 10)]).await;
        counted.push((count, Some(shelf.now())));
        shelf.pass(1);
        shelf.submits(count).await;
        shelf.closes(count).await;
    }
    let [(first, first_at), (second, _), (third, third_at)] = counted[..] else { panic!() };
    let both = [sku, other];
    assert_eq!(shelf.counted_at(&both).await, [third_at; 2]);
    shelf.undoes(second, &both).await;
    assert_eq!(shelf.counted_at(&both).await, [third_at; 2], "that is not the latest");
    shelf.undoes(third, &[sku]).await;
    assert_eq!(shelf.counted_at(&both).await, [first_at, third_at]);
    shelf.undoes(third, &[other]).await;
    assert_eq!(shelf.counted_at(&both).await, [first_at; 2]);
    shelf.world.assert_clean().await;
    shelf.undoes(first, &both).await;
    assert_eq!(shelf.counted_at(&both).await, [None; 2], "as if nobody had ever looked");
    assert_eq!(shelf.good(sku).await, 10);
    shelf.world.assert_clean().await;
}
