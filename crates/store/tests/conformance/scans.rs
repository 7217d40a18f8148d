//! What devices saw is kept, each once, whatever happens on the way.

use futures::future::join_all;
use onhand_domain::{
    FacilityScope, Micros, PrincipalId,
    count::{CLOCK_UNCERTAINTY_MICROS, SCANS_PER_CALL_MAX, Scan, ScanRefusal, SessionStatus},
};
use onhand_store::{
    counts::{CountRefusal, ScanStatus as S, Sending, SessionError, SessionRefusal},
    entities::identifiers,
};
use sea_orm::{ActiveModelTrait as _, Set};

use crate::{
    desk::{Desk, NOON, by, scan, statuses, undo},
    world::{MINUTE, World, on_both},
};

on_both! {
    the_union_is_taken,
    another_scan_under_the_same_id_is_refused_alone,
    an_undo_counts_in_any_order,
    many_sessions_count_one_sku,
    what_comes_too_late_is_kept,
    a_clock_that_is_wrong,
    what_nobody_asked_for_is_kept_apart,
    a_code_of_several_skus,
    a_sending_that_is_not_ones_own,
    calls_as_large_as_they_may_be,
}

const REUSED: S = S::Rejected(ScanRefusal::IdReused);

async fn the_union_is_taken(world: World) {
    let desk = Desk::of_all(world).await;
    let session = desk.begin().await;
    let (a, b, c) = (scan("SHOE-0", 1), scan("SHOE-1", 12), scan("SHOE-0", 0));
    let version = desk.version().await;
    let first = desk.send(session, &[a.clone(), b.clone(), a.clone()]).await;
    assert_eq!((statuses(&first), first.safe), (vec![S::Counted; 3], 2));
    assert_eq!(first.results[0].sku.as_ref().expect("known").id, desk.world.skus[0]);
    desk.world.clock.advance(MINUTE);
    let second = desk.send(session, &[c.clone(), b.clone()]).await;
    assert_eq!((statuses(&second), second.safe), (vec![S::Counted; 2], 3));
    let again = desk.send(session, &[a, b]).await;
    assert_eq!((&again.results, again.safe), (&first.results[..2].to_vec(), 3));
    assert_eq!(desk.sums(session).await, (13, 2));
    assert_eq!(desk.see(session).await.scans, 3);
    let received: Vec<i64> = desk.rows(session).await.iter().map(|r| r.received_at).collect();
    assert_eq!(received, [NOON.0, NOON.0, NOON.0 + MINUTE], "a retry changes nothing");
    assert_eq!(desk.version().await, version, "scans are no change of the count");
    let nothing = desk.send(session, &[]).await;
    assert_eq!((nothing.results.len(), nothing.safe), (0, 3));
    let many = vec![scan("SHOE-0", 1); SCANS_PER_CALL_MAX + 1];
    let sending = Sending { session, scans: many, sent_at: None };
    let refused = desk.store().add_scans(desk.people[0], &sending).await.expect_err("too many");
    let SessionError::Refused(SessionRefusal::Count(CountRefusal::TooMany { max, .. })) = refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!(max, SCANS_PER_CALL_MAX);
}

async fn another_scan_under_the_same_id_is_refused_alone(world: World) {
    let desk = Desk::of_all(world).await;
    let (session, other) = (desk.begin().await, desk.begin().await);
    let a = scan("SHOE-0", 1);
    let changed = Scan { quantity: 2, ..a.clone() };
    let (b, c) = (scan("SHOE-1", 3), scan("SHOE-2", 5));
    let sent = [a.clone(), changed.clone(), b.clone()];
    assert_eq!(desk.statuses(session, &sent).await, [S::Counted, REUSED, S::Counted]);
    let sent = [changed, c, a.clone()];
    assert_eq!(desk.statuses(session, &sent).await, [REUSED, S::Counted, S::Counted]);
    // The same bytes in another session are not the same scan.
    assert_eq!(desk.statuses(other, &[a]).await, [REUSED]);
    assert_eq!((desk.sums(session).await, desk.sums(other).await), ((9, 3), (0, 0)));
    let bad = [
        Scan { code: None, ..scan("", 1) },
        scan("SHOE-0", 1_000_001),
        Scan { sku: Some(desk.count.0.into()), ..scan("SHOE-0", 1) },
        scan("SHOE-0", 7),
    ];
    let refused = [ScanRefusal::Nothing, ScanRefusal::OversizedQuantity, ScanRefusal::UnknownSku];
    let [nothing, oversized, unknown] = refused.map(S::Rejected);
    assert_eq!(desk.statuses(session, &bad).await, [nothing, oversized, unknown, S::Counted]);
    assert_eq!(desk.sums(session).await, (16, 3));
}

async fn an_undo_counts_in_any_order(world: World) {
    let desk = Desk::of_all(world).await;
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let session = desk.begin().await;
        let wrong = scan("SHOE-0", 12);
        let all = [wrong.clone(), undo(&wrong), scan("SHOE-1", 2)];
        for at in order {
            desk.send(session, &all[at..=at]).await;
        }
        // Of the shoe that was scanned by mistake there are not 0: nobody counted it.
        assert_eq!(desk.sums(session).await, (2, 1), "{order:?}");
        assert_eq!(desk.see(session).await.scans, 3);
        // Whoever undoes twice, from two tabs, has undone once.
        desk.send(session, &[undo(&wrong)]).await;
        assert_eq!(desk.sums(session).await, (2, 1), "{order:?}");
    }
    let (mine, theirs) = (desk.begin().await, desk.begin().await);
    let seen = scan("SHOE-3", 4);
    desk.send(theirs, std::slice::from_ref(&seen)).await;
    let refused = [S::Rejected(ScanRefusal::NotItsUndo)];
    assert_eq!(desk.statuses(mine, &[undo(&seen)]).await, refused, "of somebody else's scan");
    assert_eq!(desk.sums(theirs).await, (4, 1));
}

async fn many_sessions_count_one_sku(world: World) {
    const SESSIONS: usize = 8;
    const SENDINGS: usize = 12;
    let desk = Desk::of_all(world).await;
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(desk.begin().await);
    }
    let work = sessions.iter().flat_map(|session| {
        // Two tabs of one device send the same at the same time.
        let scans: Vec<Scan> = (0..SENDINGS).map(|_| scan("SHOE-0", 1)).collect();
        [scans.clone(), scans].map(|scans| (*session, scans))
    });
    let work: Vec<_> = work.collect();
    let desk = &desk;
    let all = work.iter().map(|(session, scans)| async move {
        for pair in scans.chunks(2) {
            assert_eq!(desk.statuses(*session, pair).await, [S::Counted; 2]);
        }
    });
    join_all(all).await;
    let units = i64::try_from(SENDINGS).expect("small");
    for session in sessions {
        assert_eq!(desk.sums(session).await, (units, 1));
    }
}

async fn what_comes_too_late_is_kept(world: World) {
    let desk = Desk::of_all(world).await;
    let session = desk.begin().await;
    let (in_time, late) = (scan("SHOE-0", 1), scan("SHOE-1", 5));
    desk.send(session, std::slice::from_ref(&in_time)).await;
    let store = desk.store();
    let manager = by(PrincipalId::SYSTEM);
    let done = store.submit_count_session(&by(desk.people[0]), session, None).await.expect("done");
    assert_eq!(done.status, SessionStatus::Submitted);
    let sent = [late.clone(), in_time.clone(), scan("nothing", 1)];
    assert_eq!(desk.statuses(session, &sent).await, [S::Late, S::Counted, S::Late]);
    assert_eq!((desk.sums(session).await, desk.see(session).await.scans), ((1, 1), 3));
    // Nobody is asked what a code is that does not count.
    assert_eq!(desk.see(session).await.unknown_codes, 0);
    let open = store.reopen_count_session(&manager, session).await.expect("reopened");
    assert_eq!((open.status, open.units, open.unknown_codes), (SessionStatus::Open, 6, 1));
    assert_eq!(desk.statuses(session, &[late]).await, [S::Counted]);
    let gone = store.discard_count_session(&manager, session).await.expect("discarded");
    assert_eq!((gone.status, gone.scans), (SessionStatus::Discarded, 3));
    assert_eq!(desk.statuses(session, &[scan("SHOE-1", 1)]).await, [S::Late]);
    // The count is given up while a device still has something to tell.
    let other = desk.begin().await;
    let scope = &FacilityScope::All;
    store.cancel_count(&manager, scope, desk.count, None).await.expect("cancelled");
    assert_eq!(desk.statuses(other, &[scan("SHOE-0", 1), scan("?", 1)]).await, [S::Late; 2]);
    let done = store.submit_count_session(&by(desk.people[0]), other, None).await;
    assert_eq!(done.expect("let go").status, SessionStatus::Submitted);
}

async fn a_clock_that_is_wrong(world: World) {
    const HOUR: i64 = 60 * MINUTE;
    let desk = Desk::of_all(world).await;
    let session = desk.begin().await;
    let at = |device_at: Micros, sent_at: Option<Micros>| {
        let scans = vec![Scan { device_at, uncertainty: 7, ..scan("SHOE-0", 1) }];
        Sending { session, scans, sent_at }
    };
    let past = NOON.plus(-10 * MINUTE);
    let lagging = NOON.plus(-5 * HOUR);
    let cases = [
        // Sent, scanned; by the server, uncertain by.
        (Some(NOON.plus(Micros::SECOND)), past, past.0, 7),
        (Some(lagging), lagging.plus(-MINUTE), NOON.0 - MINUTE, 7 + CLOCK_UNCERTAINTY_MICROS),
        // Measured at the last sending.
        (None, lagging.plus(-MINUTE), NOON.0 - MINUTE, 7 + CLOCK_UNCERTAINTY_MICROS),
        (Some(NOON), NOON.plus(HOUR), NOON.0, 7 + HOUR),
    ];
    for (sent_at, device_at, scanned_at, uncertainty) in cases {
        let sending = at(device_at, sent_at);
        desk.store().add_scans(desk.people[0], &sending).await.expect("taken");
        let rows = desk.rows(session).await;
        let row = rows.iter().find(|row| row.id == sending.scans[0].id.0).expect("kept");
        assert_eq!((row.scanned_at, row.uncertainty), (scanned_at, uncertainty), "{sending:?}");
        assert_eq!((row.device_at, row.received_at), (device_at.0, NOON.0));
    }
    assert_eq!(desk.see(session).await.clock_offset, Some(0));
    let facility = desk.store().facility(desk.world.facilities[0]).await.expect("ok").expect("one");
    let sending = at(Micros(0), None);
    desk.store().add_scans(desk.people[0], &sending).await.expect("taken");
    let rows = desk.rows(session).await;
    let row = rows.iter().find(|row| row.id == sending.scans[0].id.0).expect("kept");
    assert_eq!(row.scanned_at, facility.opened_at.0, "before there was a shelf");
    assert!(row.uncertainty > HOUR);
}

async fn what_nobody_asked_for_is_kept_apart(world: World) {
    let desk = Desk::of_two(world).await;
    let session = desk.begin().await;
    let by_hand = Scan { sku: Some(desk.world.skus[3]), code: None, ..scan("", 4) };
    let sent = [scan("SHOE-1", 1), scan("shoe-2", 2), by_hand, scan("none", 1)];
    let expected = [S::Counted, S::Unlisted, S::Unlisted, S::UnknownCode];
    for _ in 0..2 {
        assert_eq!(desk.statuses(session, &sent).await, expected);
    }
    let lines = desk.store().session_lines(session, None, 10).await.expect("lines");
    let listed: Vec<(i64, bool)> = lines.iter().map(|line| (line.counted, line.listed)).collect();
    assert_eq!(listed.len(), 3);
    assert!([(1, true), (2, false), (4, false)].iter().all(|line| listed.contains(line)));
}

async fn a_code_of_several_skus(world: World) {
    let desk = Desk::of_two(world).await;
    let session = desk.begin().await;
    // One barcode for two that are asked for, one for a listed and an unlisted one.
    for (code, skus) in [("4006381333931", [0, 1]), ("4006381333948", [1, 2])] {
        for at in skus {
            let row = identifiers::ActiveModel {
                sku_id: Set(desk.world.skus[at].0),
                kind: Set("barcode".to_owned()),
                value: Set(code.to_owned()),
            };
            row.insert(&desk.store().writer()).await.expect("an identifier");
        }
    }
    let sent = [scan("4006381333931", 1), scan("04006381333948", 2)];
    let taken = desk.send(session, &sent).await;
    assert_eq!(statuses(&taken), [S::AmbiguousCode, S::Counted]);
    assert_eq!(taken.results[0].sku, None);
    let candidates: Vec<_> = taken.results[0].candidates.iter().map(|sku| sku.id).collect();
    assert_eq!(candidates, desk.world.skus[..2]);
    assert_eq!(taken.results[1].sku.as_ref().map(|sku| sku.id), Some(desk.world.skus[1]));
    assert_eq!((desk.sums(session).await, desk.see(session).await.unknown_codes), ((2, 1), 1));
    // Somebody chose on the device.
    let chosen = Scan { sku: Some(desk.world.skus[0]), ..scan("4006381333931", 3) };
    assert_eq!(desk.statuses(session, &[chosen]).await, [S::Counted]);
}

async fn a_sending_that_is_not_ones_own(world: World) {
    let desk = Desk::of_all(world).await;
    let session = desk.begin_as(desk.people[1]).await;
    let sending = Sending { session, scans: vec![scan("SHOE-0", 1)], sent_at: None };
    let refused = desk.store().add_scans(desk.people[0], &sending).await.expect_err("refused");
    assert!(matches!(refused, SessionError::Refused(SessionRefusal::NotYours)), "{refused:?}");
    assert_eq!(desk.see(session).await.scans, 0);
    let nowhere = Sending { session: desk.count.0.into(), ..sending };
    let refused = desk.store().add_scans(desk.people[0], &nowhere).await.expect_err("refused");
    let unknown = SessionRefusal::Count(CountRefusal::Unknown("session"));
    assert!(matches!(refused, SessionError::Refused(why) if why == unknown));
}

/// 1,000 codes at once, each with as many spellings as a code can have: more values than some
/// databases take in a statement.
async fn calls_as_large_as_they_may_be(world: World) {
    const CALLS: usize = 4;
    let desk = Desk::of_all(world).await;
    let session = desk.begin().await;
    let started = tokio::time::Instant::now();
    for call in 0..CALLS {
        let mut scans: Vec<Scan> =
            (0..SCANS_PER_CALL_MAX - 1).map(|n| scan(&format!("{:08}", n + 1), 1)).collect();
        scans.push(scan("SHOE-0", 2));
        let taken = desk.send(session, &scans).await;
        assert_eq!(taken.safe, i64::try_from((call + 1) * SCANS_PER_CALL_MAX).expect("small"));
        assert_eq!(taken.results.last().map(|result| result.status), Some(S::Counted));
        assert_eq!(desk.send(session, &scans).await.results, taken.results);
    }
    let scans = CALLS * SCANS_PER_CALL_MAX;
    println!("{scans} scans, each sent twice, in {:.1} s", started.elapsed().as_secs_f64());
    let seen = desk.see(session).await;
    assert_eq!((seen.units, seen.unknown_codes), (8, 999));
    assert_eq!(desk.store().session_codes(session).await.expect("codes").len(), 500);
}
