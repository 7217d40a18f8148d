//! What lines say while the world goes on, who decides about them, and what closing makes of it.

use onhand_domain::{
    Micros, MovementKind, SkuId,
    count::{CountStatus, Decision, LineStatus, MayNot},
    plan::outcome::Refusal,
};
use onhand_store::counts::{ReviewError, Target, Verdict};

use crate::{
    shelf::{Shelf, acting, by, scan},
    world::{MINUTE, World, on_both},
};

on_both! {
    sales_during_a_count_are_no_shrink,
    a_late_sale_changes_the_line_by_itself,
    a_movement_at_the_very_moment_lies_before_the_count,
    a_movement_between_the_scans_blames_nobody,
    counted_again_by_somebody_else,
    two_open_counts_of_one_sku,
    undone_and_then_learned_of,
    one_of_fifty_closes,
    nobody_saw_it_is_not_none,
    nobody_decides_about_their_own,
    two_people_for_a_large_loss,
    small_lines_need_nobody_until_they_add_up,
    what_was_scanned_by_mistake_says_nothing,
    a_decision_is_about_these_scans_alone,
    twenty_thousand_lines,
}

/// Pains 1, 2 and 3: snapshots at the start, at submission or at approval would all be wrong.
async fn sales_during_a_count_are_no_shrink(world: World) {
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 100).await;
    shelf.pass(1);
    let count = shelf.directed(&[sku]).await;
    shelf.pass(1);
    shelf.sells(sku, 15).await;
    shelf.pass(1);
    shelf.counts(0, count, &[(sku, 80)]).await;
    shelf.pass(1);
    shelf.sells(sku, 10).await;
    shelf.submits(count).await;
    shelf.pass(600);
    shelf.sells(sku, 3).await;
    assert_eq!(shelf.variance(count, sku).await, -5, "100 less 15 sold, and 80 seen");
    let line = shelf.line(count, sku).await;
    assert_eq!(line.basket_units, 10, "a minute after the scan; not the three of the evening");
    shelf.accepts(count, &[sku]).await;
    assert_eq!(shelf.closes(count).await, 1);
    assert_eq!(shelf.good(sku).await, 67, "80 seen, and 13 sold since");
    assert_eq!(shelf.status(count, sku).await, LineStatus::Posted);
    assert_eq!(shelf.variance(count, sku).await, -5, "beside the book without itself");
    shelf.world.assert_clean().await;
}

/// Pains 2, 7 and 8: before, during and after the review.
async fn a_late_sale_changes_the_line_by_itself(world: World) {
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku]).await;
    let before = shelf.now();
    shelf.pass(5);
    shelf.counts(0, count, &[(sku, 6)]).await;
    shelf.pass(1);
    let late = |n| shelf.happens(sku, MovementKind::Sale, n, Some(before));
    assert_eq!(shelf.variance(count, sku).await, -4);
    late(1).await;
    assert_eq!(shelf.variance(count, sku).await, -3, "learned of before the review");
    shelf.submits(count).await;
    shelf.accepts(count, &[sku]).await;
    late(1).await;
    assert_eq!(shelf.variance(count, sku).await, -2, "in the review");
    assert_eq!(shelf.status(count, sku).await, LineStatus::Accepted, "and blocks nothing");
    assert_eq!(shelf.closes(count).await, 1);
    assert_eq!(shelf.good(sku).await, 6);
    late(2).await;
    assert_eq!(shelf.good(sku).await, 6, "what was counted stays counted");
    assert_eq!(shelf.variance(count, sku).await, 0, "there was no loss at all");
    shelf.world.assert_clean().await;
}

async fn a_movement_at_the_very_moment_lies_before_the_count(world: World) {
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku]).await;
    let at = shelf.now();
    shelf.counts(0, count, &[(sku, 7)]).await;
    shelf.pass(1);
    shelf.happens(sku, MovementKind::Sale, 3, Some(at)).await;
    shelf.happens(sku, MovementKind::Sale, 1, Some(at.plus(1))).await;
    assert_eq!(shelf.variance(count, sku).await, 0);
    shelf.submits(count).await;
    assert_eq!(shelf.status(count, sku).await, LineStatus::Accepted, "exactly right");
    assert_eq!(shelf.closes(count).await, 0, "nothing moves, but it was counted");
    assert_eq!(shelf.good(sku).await, 6);
    shelf.world.assert_clean().await;
}

async fn a_movement_between_the_scans_blames_nobody(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, lost) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 10).await;
    shelf.receives(lost, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku, lost]).await;
    let start = shelf.now();
    shelf.pass(10);
    let scans = [
        scan(sku, 5, start),
        scan(sku, 5, start.plus(4 * MINUTE)),
        scan(lost, 3, start),
        scan(lost, 3, start.plus(4 * MINUTE)),
    ];
    shelf.sends(0, count, &scans).await;
    let between = Some(start.plus(2 * MINUTE));
    shelf.happens(sku, MovementKind::Sale, 1, between).await;
    shelf.happens(lost, MovementKind::Sale, 1, between).await;
    let reading = shelf.line(count, sku).await.reading().expect("counted");
    let range = (reading.variance_low(), reading.variance(), reading.variance_high());
    assert_eq!(range, (0, 1, 1), "the sold one may have been counted before");
    let reading = shelf.line(count, lost).await.reading().expect("counted");
    assert_eq!((reading.variance_low(), reading.variance_high()), (-4, -3));
    shelf.submits(count).await;
    assert_eq!(shelf.status(count, sku).await, LineStatus::Consistent);
    let all = shelf.decides(shelf.reviewers[0], count, &[(sku, Decision::Accept)]).await;
    assert_eq!(all, [Verdict::Done(LineStatus::Consistent)], "nothing to accept");
    shelf.accepts(count, &[lost]).await;
    assert_eq!(shelf.closes(count).await, 1);
    assert_eq!((shelf.good(sku).await, shelf.good(lost).await), (9, 6));
    assert_eq!(shelf.status(count, sku).await, LineStatus::Consistent);
    shelf.world.assert_clean().await;
}

async fn counted_again_by_somebody_else(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, right) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 40).await;
    shelf.receives(right, 4).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku, right]).await;
    shelf.counts(0, count, &[(sku, 20), (right, 4)]).await;
    shelf.pass(1);
    shelf.submits(count).await;
    let line = shelf.line(count, sku).await;
    assert_eq!(line.status(), LineStatus::Recount, "half of it is gone: look again");
    assert_eq!(line.row.expect("decided").rule, "policy 0: more than 5 units");
    let closed = shelf.tries_to_close(shelf.reviewers[0], count).await;
    assert!(matches!(closed, Err(ReviewError::Undecided(1))), "{closed:?}");
    shelf.pass(10);
    shelf.counts(1, count, &[(sku, 38)]).await;
    let line = shelf.line(count, sku).await;
    assert_eq!(line.line.seen.as_ref().map(|seen| (seen.round, seen.counted)), Some((2, 38)));
    assert_eq!(line.counters.len(), 2, "whoever counted first may not review, either");
    assert_eq!(line.status(), LineStatus::Counted);
    let again = shelf.submits(count).await;
    assert_eq!(again.status, CountStatus::InReview);
    assert_eq!(shelf.status(count, sku).await, LineStatus::Accepted, "two, and 20.00");
    assert_eq!(shelf.closes(count).await, 1);
    assert_eq!((shelf.good(sku).await, shelf.good(right).await), (38, 4));
    shelf.world.assert_clean().await;
}

/// Pain 6: whichever is closed first, the last one in time is right.
async fn two_open_counts_of_one_sku(world: World) {
    let shelf = Shelf::of(world).await;
    for (sku, earlier_first) in [(shelf.world.skus[0], true), (shelf.world.skus[1], false)] {
        shelf.receives(sku, 10).await;
        shelf.pass(1);
        let (first, second) = (shelf.directed(&[sku]).await, shelf.directed(&[sku]).await);
        shelf.pass(1);
        shelf.counts(0, first, &[(sku, 9)]).await;
        shelf.pass(1);
        shelf.sells(sku, 2).await;
        shelf.pass(1);
        shelf.counts(1, second, &[(sku, 6)]).await;
        shelf.pass(1);
        shelf.submits(first).await;
        shelf.submits(second).await;
        let order = if earlier_first { [first, second] } else { [second, first] };
        for count in order {
            shelf.accepts(count, &[sku]).await;
            shelf.closes(count).await;
            let variances = (shelf.variance(first, sku).await, shelf.variance(second, sku).await);
            let both = if count == order[1] { (-1, -1) } else { variances };
            assert_eq!(variances, both, "each has its own loss");
        }
        assert_eq!(shelf.good(sku).await, 6);
        shelf.pass(1);
    }
    shelf.world.assert_clean().await;
}

/// Pains 11 and 13.
async fn undone_and_then_learned_of(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, other) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 10).await;
    shelf.receives(other, 10).await;
    shelf.pass(5);
    let before = shelf.now();
    shelf.pass(5);
    let count = shelf.directed(&[sku, other]).await;
    shelf.counts(0, count, &[(sku, 9), (other, 10)]).await;
    shelf.pass(1);
    shelf.submits(count).await;
    shelf.closes(count).await;
    assert_eq!(shelf.good(sku).await, 9);
    shelf.undoes(count, &[sku, other]).await;
    assert_eq!(shelf.good(sku).await, 10);
    for sku in [sku, other] {
        assert_eq!(shelf.status(count, sku).await, LineStatus::Undone);
    }
    shelf.undoes(count, &[sku]).await;
    assert_eq!(shelf.good(sku).await, 10, "once");
    shelf.happens(sku, MovementKind::Sale, 2, Some(before)).await;
    assert_eq!(shelf.good(sku).await, 8, "as if it had never been counted");
    let line = shelf.line(count, sku).await;
    assert_eq!(line.row.expect("decided").undone_by, Some(shelf.reviewers[0].0));
    shelf.world.assert_clean().await;
}

/// Pain 17, through all that stands before the ledger.
async fn one_of_fifty_closes(world: World) {
    const REVIEWERS: usize = 50;
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku]).await;
    shelf.counts(0, count, &[(sku, 9)]).await;
    shelf.pass(1);
    shelf.submits(count).await;
    let clicks = (0..REVIEWERS).map(|n| {
        let who = shelf.reviewers[n % 2];
        let (store, all) = (shelf.world.store.clone(), onhand_domain::FacilityScope::All);
        tokio::spawn(async move { store.close_count(&by(who), &all, count, &acting(who)).await })
    });
    let clicks: Vec<_> = clicks.collect();
    let (mut movements, mut told) = (0, 0);
    for click in clicks {
        match click.await.expect("no panic") {
            Ok(closed) => movements += closed.movements,
            Err(ReviewError::Ledger(Refusal::CountStatus(CountStatus::Closed))) => told += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((movements, told), (1, REVIEWERS / 2), "the other one is told, each time");
    assert_eq!(shelf.good(sku).await, 9);
    shelf.world.assert_clean().await;
}

async fn nobody_saw_it_is_not_none(world: World) {
    let shelf = Shelf::of(world).await;
    let [seen, unseen, empty, looked] = shelf.world.skus[..4] else { panic!("four SKUs") };
    for sku in [seen, unseen, looked] {
        shelf.receives(sku, 2).await;
    }
    shelf.pass(5);
    let count = shelf.area(None).await;
    shelf.counts(0, count, &[(seen, 2)]).await;
    let lines = shelf.lines(count).await;
    assert_eq!(lines.lines.len(), 3, "what is on record, and nothing else");
    assert!(lines.of(empty).is_none());
    let unknown = lines.of(unseen).expect("a line");
    assert_eq!((unknown.status(), unknown.line.expected.at_last), (LineStatus::Unknown, 2));
    let (all, by) = (&onhand_domain::FacilityScope::All, by(shelf.counters[1]));
    let only = [looked, seen].into();
    let marked = shelf.store().mark_none_found(&by, all, count, Some(&only)).await;
    assert_eq!(marked.expect("marked"), 1, "what was seen stays as it is");
    shelf.pass(1);
    shelf.submits(count).await;
    assert_eq!(shelf.variance(count, looked).await, -2);
    assert_eq!(shelf.status(count, looked).await, LineStatus::Recount, "all of it is gone");
    shelf.accepts(count, &[looked]).await;
    shelf.closes(count).await;
    let good = (shelf.good(seen).await, shelf.good(unseen).await, shelf.good(looked).await);
    assert_eq!(good, (2, 2, 0), "what nobody looked for is untouched");
    assert_eq!(shelf.status(count, unseen).await, LineStatus::Unknown);

    shelf.pass(1);
    let part = shelf.area(Some("Window")).await;
    let marked = shelf.store().mark_none_found(&by, all, part, None).await;
    assert_eq!(marked.expect("marked"), 0, "there may be some elsewhere");
    shelf.world.assert_clean().await;
}

async fn nobody_decides_about_their_own(world: World) {
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku]).await;
    shelf.counts(0, count, &[(sku, 4)]).await;
    shelf.pass(1);
    let early = shelf.tries_to_decide(shelf.reviewers[0], count, &Target::Named(&[])).await;
    assert!(matches!(early, Err(ReviewError::Count(_))), "it is still being counted");
    shelf.submits(count).await;
    for decision in [Decision::Accept, Decision::Reject] {
        let all = shelf.decides(shelf.counters[0], count, &[(sku, decision)]).await;
        assert_eq!(all, [Verdict::MayNot(MayNot::OwnCount)], "{decision:?}");
    }
    assert_eq!(shelf.status(count, sku).await, LineStatus::Recount);
    let rejected = shelf.decides(shelf.reviewers[0], count, &[(sku, Decision::Reject)]).await;
    assert_eq!(rejected, [Verdict::Done(LineStatus::Rejected)]);
    assert_eq!(shelf.closes(count).await, 0);
    assert_eq!(shelf.good(sku).await, 10);
    assert_eq!(shelf.status(count, sku).await, LineStatus::LeftOut);
    shelf.world.assert_clean().await;
}

async fn two_people_for_a_large_loss(world: World) {
    let shelf = Shelf::of(world).await;
    let sku = shelf.world.skus[0];
    shelf.receives(sku, 1_000).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku]).await;
    shelf.counts(0, count, &[(sku, 400)]).await;
    shelf.pass(1);
    shelf.submits(count).await;
    let accept = [(sku, Decision::Accept)];
    let [first, second] = shelf.reviewers;
    let half = shelf.decides(first, count, &accept).await;
    assert_eq!(half, [Verdict::Done(LineStatus::Counted)], "6,000.00 take two");
    let again = shelf.decides(first, count, &accept).await;
    assert_eq!(again, [Verdict::MayNot(MayNot::TakesAnother)]);
    let closed = shelf.tries_to_close(first, count).await;
    assert!(matches!(closed, Err(ReviewError::Undecided(1))), "{closed:?}");
    let whole = shelf.decides(second, count, &accept).await;
    assert_eq!(whole, [Verdict::Done(LineStatus::Accepted)]);
    let row = shelf.line(count, sku).await.row.expect("decided");
    assert_eq!((row.decided_by, row.second_by), (Some(first.0), Some(second.0)));
    assert_eq!(shelf.closes(count).await, 1);
    assert_eq!(shelf.good(sku).await, 400);
    shelf.world.assert_clean().await;
}

async fn small_lines_need_nobody_until_they_add_up(world: World) {
    let shelf = Shelf::of(world).await;
    let skus = shelf.world.add_skus(30).await;
    for sku in &skus {
        shelf.receives(*sku, 10).await;
    }
    shelf.pass(5);
    let short: Vec<(SkuId, i64)> = skus.iter().map(|sku| (*sku, 9)).collect();
    let mut accepted = 0;
    // Two counts of one day: what the first let pass counts in the second.
    for half in short.chunks(15) {
        let of: Vec<SkuId> = half.iter().map(|(sku, _)| *sku).collect();
        let count = shelf.directed(&of).await;
        shelf.counts(0, count, half).await;
        shelf.pass(1);
        shelf.submits(count).await;
        let lines = shelf.lines(count).await.lines;
        accepted += lines.iter().filter(|l| l.status() == LineStatus::Accepted).count();
    }
    assert_eq!(accepted, 25, "one unit of 10.00 each, and 250.00 a person and day");
}

async fn what_was_scanned_by_mistake_says_nothing(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, other) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 5).await;
    shelf.receives(other, 5).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku, other]).await;
    shelf.pass(5);
    let (wrong, right) = (scan(sku, 1, shelf.now()), scan(other, 5, shelf.now()));
    shelf.pass(1);
    let mut back = scan(sku, -1, shelf.now());
    back.undoes = Some(wrong.id);
    shelf.sends(0, count, &[wrong, right, back]).await;
    assert_eq!(shelf.status(count, sku).await, LineStatus::Unknown, "not none");
    assert_eq!(shelf.line(count, other).await.reading().expect("counted").counted, 5);
    assert_eq!(shelf.progress(count).await, (1, 5), "nor on the count's page");
}

async fn a_decision_is_about_these_scans_alone(world: World) {
    let shelf = Shelf::of(world).await;
    let (sku, other) = (shelf.world.skus[0], shelf.world.skus[1]);
    shelf.receives(sku, 10).await;
    shelf.receives(other, 10).await;
    shelf.pass(5);
    let count = shelf.directed(&[sku, other]).await;
    shelf.counts(0, count, &[(sku, 7), (other, 10)]).await;
    shelf.pass(1);
    shelf.submits(count).await;
    shelf.accepts(count, &[sku]).await;
    let recount = [(sku, Decision::Recount)];
    let asked = shelf.decides(shelf.reviewers[0], count, &recount).await;
    assert_eq!(asked, [Verdict::Done(LineStatus::Recount)]);
    let line_id = shelf.line(count, sku).await.row.expect("decided").line_id;
    // Who counts again scans two beside it that nobody asked for: what nobody had counted stands.
    let third = shelf.world.skus[2];
    shelf.counts(1, count, &[(sku, 3), (other, 1), (third, 4)]).await;
    let beside = shelf.line(count, other).await;
    assert_eq!(beside.reading().expect("counted").counted, 10, "nor does it replace anything");
    assert_eq!(beside.status(), LineStatus::Accepted);
    assert_eq!(shelf.status(count, sku).await, LineStatus::Counted, "3, not 7");
    assert_eq!(shelf.line(count, third).await.reading().expect("counted").counted, 4);
    assert_eq!(shelf.progress(count).await, (3, 17), "so says the count's page: 3 + 10 + 4");
    let closed = shelf.tries_to_close(shelf.reviewers[0], count).await;
    assert!(matches!(closed, Err(ReviewError::Undecided(2))), "{closed:?}");
    shelf.accepts(count, &[sku, third]).await;
    assert_eq!(shelf.line(count, sku).await.row.expect("decided").line_id, line_id);
    shelf.closes(count).await;
    assert_eq!((shelf.good(sku).await, shelf.good(third).await), (3, 4));
    shelf.world.assert_clean().await;
}

async fn twenty_thousand_lines(world: World) {
    const LINES: usize = 20_000;
    let shelf = Shelf::of(world).await;
    let skus = shelf.world.add_skus(LINES).await;
    let receipts: Vec<_> = skus
        .iter()
        .map(|sku| crate::world::fact(shelf.here, *sku, MovementKind::Receipt, 10))
        .collect();
    for chunk in receipts.chunks(10_000) {
        let body = onhand_domain::plan::command::Body::Record(chunk.to_vec());
        crate::world::posted(shelf.world.one(body).await);
    }
    shelf.pass(5);
    let count = shelf.directed(&skus).await;
    let at: Micros = shelf.now();
    let seen = |(n, sku): (usize, &SkuId)| scan(*sku, if n % 10 == 0 { 5 } else { 10 }, at);
    let scans: Vec<_> = skus.iter().enumerate().map(seen).collect();
    shelf.pass(1);
    shelf.sends(0, count, &scans).await;
    shelf.submits(count).await;
    let finds_all = |_: &_, _: &_| true;
    let all = Target::Found(Decision::Accept, None, &finds_all);
    let decided = shelf.tries_to_decide(shelf.reviewers[0], count, &all).await.expect("decided");
    assert_eq!(decided.changed, LINES / 10, "the others need nobody");
    let began = std::time::Instant::now();
    let lines = shelf.lines(count).await;
    println!("{LINES} lines loaded in {:?}", began.elapsed());
    assert_eq!(lines.lines.len(), LINES);
    let began = std::time::Instant::now();
    assert_eq!(shelf.closes(count).await, LINES / 10);
    println!("{LINES} lines closed in {:?}", began.elapsed());
    assert_eq!((shelf.good(skus[0]).await, shelf.good(skus[1]).await), (5, 10));
    shelf.world.assert_clean().await;
}
