//! Counts, from first principles.
//!
//! At τ there were C good units; at the count before it, τ′, C′ (nothing before the first). So the
//! units that nobody can account for are V = C − C′ − Σ of what came and went in (τ′, τ], whenever
//! it was learned; a movement at exactly τ lies before the count (inventory-accuracy, section 2).
//! A count that was taken back never was.

use std::ops::Bound::{Excluded, Unbounded};

use onhand_domain::{
    Micros,
    plan::view::{Anchor, Key},
};

use super::{
    Checked,
    ledger::{Books, Posted, Shelf},
    must,
};
use crate::store::Tables;

/// Counts that one movement may change: the one after it, and one more to be sure.
const NEAR: usize = 2;

/// Checks the counts of a key: all of them, or those next after a time.
pub(super) fn check(key: Key, from: Option<Micros>, tables: &Tables, books: &Books) -> Checked {
    let Some(anchors) = tables.anchors.get(&key) else { return Ok(()) };
    let none = Shelf::default();
    let shelf = books.shelf(key).unwrap_or(&none);
    let near = if from.is_some() { NEAR } else { usize::MAX };
    let standing = |(_, anchor): &(&Micros, &Anchor)| !anchor.voided;
    let from = from.unwrap_or(Micros(i64::MIN));
    for (at, anchor) in anchors.range(from..).filter(|row| !standing(row)) {
        let posted = shelf.posted.get(&anchor.id).copied().unwrap_or_default();
        let nothing = anchor.variance == 0 && posted == Posted::default();
        let here = format!("the count {} of {key:?} at {}", anchor.id, at.0);
        must!(nothing, "{here} was taken back, and is {anchor:?} with {posted:?}");
    }
    for (at, anchor) in anchors.range(from..).filter(standing).take(near) {
        let before = anchors.range(..*at).rfind(standing);
        let moved = between(shelf, before.map(|(at, _)| *at), Some(*at));
        let was = before.map_or(0, |(_, anchor)| anchor.counted);
        let variance = anchor.counted - was - moved;
        let here = format!("the count {} of {key:?} at {}", anchor.id, at.0);
        let says = anchor.variance;
        must!(
            says == variance,
            "{here} says a variance of {says}; by what happened it is {variance}"
        );
        let posted = shelf.posted.get(&anchor.id).copied().unwrap_or_default();
        let right = Posted { gone: (-variance).max(0), found: variance.max(0) };
        must!(posted == right, "{here} has a variance of {variance}, and posted {posted:?}");
    }
    let last = anchors.iter().rfind(standing);
    let counted = last.map_or(0, |(_, anchor)| anchor.counted);
    let good = counted + between(shelf, last.map(|(at, _)| *at), None);
    let is = shelf.good();
    must!(is == good, "{key:?} has {is} good units; the last count and what came after say {good}");
    Ok(())
}

/// Good units that came and went after one time, up to and with another.
fn between(shelf: &Shelf, after: Option<Micros>, to: Option<Micros>) -> i64 {
    let after = after.map_or(Unbounded, Excluded);
    let to = to.map_or(Unbounded, std::ops::Bound::Included);
    shelf.events.range((after, to)).map(|(_, units)| units).sum()
}
