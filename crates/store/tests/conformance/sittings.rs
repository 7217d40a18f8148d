//! The life of a session: its beginning, its codes, its end and its return.

use onhand_domain::{
    CountId, FacilityScope, PrincipalId, SkuId,
    count::{CountStatus, NotNow, Scan, ScanRefusal, SessionStatus},
};
use onhand_store::{
    Ids as _, Refusal,
    clock::System,
    counts::{
        CodeMatch, CountRefusal, NewSession, ScanStatus as S, Sending, SessionCode, SessionError,
        SessionRefusal,
    },
    entities::{count_lines, counts},
};
use sea_orm::{ActiveModelTrait as _, Set, Unchanged};

use crate::{
    desk::{Desk, NOON, by, scan, undo},
    world::{MINUTE, World, on_both},
};

on_both! {
    a_session_begins_once,
    a_session_begins_where_there_is_something_to_count,
    a_session_that_was_counted_without_network,
    an_unknown_code_waits_for_its_sku,
    a_code_that_is_taken_out,
    a_session_ends_and_comes_back,
    lines_come_in_pages,
    a_recount_is_of_what_was_asked_for,
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, SessionError>) -> SessionRefusal {
    match result {
        Err(SessionError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn status_of(refusal: &SessionRefusal) -> Option<CountStatus> {
    match refusal {
        SessionRefusal::Count(CountRefusal::Status(NotNow { status, .. })) => Some(*status),
        _ => None,
    }
}

/// As if a step had been taken with the count.
async fn set(desk: &Desk, status: CountStatus, submitted_at: Option<i64>) {
    let row = counts::ActiveModel {
        id: Unchanged(desk.count.0),
        status: Set(status.code().to_owned()),
        submitted_at: Set(submitted_at),
        submitted_by: Set(submitted_at.map(|_| PrincipalId::SYSTEM.0)),
        ..Default::default()
    };
    row.update(&desk.store().writer()).await.expect("a count");
}

async fn a_session_begins_once(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, scope) = (by(desk.people[0]), FacilityScope::All);
    let new = desk.a_session();
    let version = desk.version().await;
    let first = desk.store().start_count_session(&me, &scope, &new).await.expect("begun");
    assert_eq!((first.status, first.round, first.started_at), (SessionStatus::Open, 1, NOON));
    assert_eq!(desk.version().await, version + 1);
    desk.world.clock.advance(MINUTE);
    let again = desk.store().start_count_session(&me, &scope, &new).await.expect("the same");
    assert_eq!((again, desk.version().await), (first, version + 1));
    let other = NewSession { area: Some("Window".to_owned()), ..new.clone() };
    let reused = SessionRefusal::Count(CountRefusal::Other(Refusal::IdReused));
    let store = desk.store();
    assert_eq!(refused(store.start_count_session(&me, &scope, &other).await), reused);
    let her = by(desk.people[1]);
    assert_eq!(refused(store.start_count_session(&her, &scope, &new).await), reused);
    let nowhere = NewSession { count: CountId(System.next()), ..desk.a_session() };
    let unknown = SessionRefusal::Count(CountRefusal::Unknown("count"));
    assert_eq!(refused(store.start_count_session(&me, &scope, &nowhere).await), unknown);
    let elsewhere = FacilityScope::Only([desk.world.facilities[1]].into());
    assert_eq!(refused(store.start_count_session(&me, &elsewhere, &new).await), unknown);
}

async fn a_session_begins_where_there_is_something_to_count(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, scope) = (by(desk.people[0]), FacilityScope::All);
    let all = [
        (CountStatus::Draft, None),
        (CountStatus::Scheduled, None),
        (CountStatus::InReview, Some(NOON.0)),
        (CountStatus::Closed, Some(NOON.0)),
    ];
    for (status, at) in all {
        set(&desk, status, at).await;
        let new = desk.a_session();
        let refusal = refused(desk.store().start_count_session(&me, &scope, &new).await);
        assert_eq!(status_of(&refusal), Some(status), "{refusal:?}");
    }
    assert!(desk.store().list_count_sessions(&scope, desk.count).await.expect("ok").is_empty());
}

async fn a_session_that_was_counted_without_network(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, scope) = (by(desk.people[0]), FacilityScope::All);
    desk.world.clock.advance(60 * MINUTE);
    set(&desk, CountStatus::InReview, Some(NOON.0 + 10 * MINUTE)).await;
    let new = NewSession { started_at: Some(NOON), ..desk.a_session() };
    let kept = desk.store().start_count_session(&me, &scope, &new).await.expect("kept");
    assert_eq!((kept.status, kept.started_at), (SessionStatus::Submitted, NOON));
    assert_eq!(desk.statuses(kept.id, &[scan("SHOE-0", 3)]).await, [S::Late]);
    let done = desk.store().submit_count_session(&me, kept.id, Some(NOON)).await.expect("the same");
    assert_eq!((done.status, done.units, done.scans), (SessionStatus::Submitted, 0, 1));
    // Begun when the counting was over: there is nothing to keep.
    let late = NewSession { started_at: Some(NOON.plus(20 * MINUTE)), ..desk.a_session() };
    let refusal = refused(desk.store().start_count_session(&me, &scope, &late).await);
    assert_eq!(status_of(&refusal), Some(CountStatus::InReview));
    // By a clock that is 15 minutes behind it had been in time.
    let behind = NewSession {
        id: desk.a_session().id,
        started_at: Some(NOON.plus(5 * MINUTE)),
        sent_at: Some(NOON.plus(45 * MINUTE)),
        ..late
    };
    let refusal = refused(desk.store().start_count_session(&me, &scope, &behind).await);
    assert_eq!(status_of(&refusal), Some(CountStatus::InReview));
    // The manager takes it in after all.
    set(&desk, CountStatus::Open, None).await;
    let manager = by(PrincipalId::SYSTEM);
    let open = desk.store().reopen_count_session(&manager, kept.id).await.expect("reopened");
    assert_eq!((open.status, open.units), (SessionStatus::Open, 3));
}

fn said(code: &str, sku: Option<SkuId>) -> CodeMatch {
    CodeMatch { code: code.to_owned(), sku, save: false }
}

async fn codes(desk: &Desk, session: onhand_domain::CountSessionId) -> Vec<SessionCode> {
    desk.store().session_codes(session).await.expect("codes")
}

async fn an_unknown_code_waits_for_its_sku(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, store) = (by(desk.people[0]), desk.store());
    let (session, other) = (desk.begin().await, desk.begin().await);
    let names = ["SHOE-0", "new", "odd", "new", "SHOE-1", "new"];
    let sent: Vec<_> = names
        .iter()
        .zip(0..)
        .map(|(code, minute)| Scan {
            device_at: NOON.plus((minute - 30) * MINUTE),
            ..scan(code, 2)
        })
        .collect();
    desk.send(session, &sent).await;
    let waiting = codes(&desk, session).await;
    let shown: Vec<_> = waiting.iter().map(|c| (&*c.code, c.quantity, c.scans)).collect();
    assert_eq!(shown, [("new", 6, 3), ("odd", 2, 1)]);
    let around = |code: &SessionCode| [&code.before, &code.after].map(|s| s.clone().map(|s| s.id));
    let [shoe, boot] = [desk.world.skus[0], desk.world.skus[1]];
    assert_eq!(around(&waiting[0]), [Some(shoe), Some(boot)]);
    assert_eq!(around(&waiting[1]), [Some(shoe), Some(boot)]);
    let refusal = refused(store.submit_count_session(&me, session, None).await);
    assert_eq!(refusal, SessionRefusal::UnknownCodes(2));
    let version = desk.version().await;
    for _ in 0..2 {
        let code = store.match_session_code(&me, session, &said(" new ", Some(shoe))).await;
        let code = code.expect("matched");
        assert_eq!((code.sku.map(|sku| sku.id), code.removed), (Some(shoe), false));
    }
    assert_eq!(desk.version().await, version + 1, "the same once more is no change");
    assert_eq!((desk.sums(session).await, desk.see(session).await.unknown_codes), ((10, 2), 1));
    let waiting = codes(&desk, session).await;
    assert_eq!(waiting.iter().map(|c| &*c.code).collect::<Vec<_>>(), ["odd", "new"]);
    assert_eq!(around(&waiting[0])[1], Some(shoe), "what was matched is known to its neighbours");
    // It was the other shoe; and what is scanned from now on goes with it.
    store.match_session_code(&me, session, &said("new", Some(boot))).await.expect("matched");
    assert_eq!(desk.statuses(session, &[scan("new", 1)]).await, [S::Counted]);
    let lines = store.session_lines(session, None, 9).await.expect("lines");
    let counted = |sku| lines.iter().find(|l| l.sku.id == sku).map(|l| l.counted);
    assert_eq!((counted(shoe), counted(boot)), (Some(2), Some(9)));
    // What is scanned by mistake, and undone, needs no answer.
    let mistake = scan("wifi", 1);
    desk.send(session, &[mistake.clone(), undo(&mistake)]).await;
    // The next one to scan it finds it.
    assert_eq!(desk.statuses(other, &[scan("odd", 1)]).await, [S::UnknownCode]);
    let save = CodeMatch { save: true, ..said("odd", Some(shoe)) };
    store.match_session_code(&me, session, &save).await.expect("saved");
    assert_eq!(desk.statuses(other, &[scan("odd", 1)]).await, [S::Counted]);
    let hits = store.skus_by_code("ODD").await.expect("found");
    assert!(hits.iter().any(|hit| hit.sku.id == shoe && hit.identifier.kind == "barcode"));
    let done = store.submit_count_session(&me, session, None).await.expect("done");
    assert_eq!(done.unknown_codes, 0);
}

async fn a_code_that_is_taken_out(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, store, session) = (by(desk.people[0]), desk.store(), desk.begin().await);
    desk.send(session, &[scan("odd", 4), scan("SHOE-0", 1)]).await;
    let gone = store.match_session_code(&me, session, &said("odd", None)).await.expect("out");
    assert!(gone.removed && gone.sku.is_none());
    assert_eq!((desk.sums(session).await, desk.see(session).await.unknown_codes), ((1, 1), 0));
    // More of it is seen than was decided on: nobody has said that these are nothing.
    assert_eq!(desk.statuses(session, &[scan("odd", 30)]).await, [S::UnknownCode]);
    let refusal = refused(store.submit_count_session(&me, session, None).await);
    assert_eq!(refusal, SessionRefusal::UnknownCodes(1));
    assert_eq!(codes(&desk, session).await[0].quantity, 34);
    store.match_session_code(&me, session, &said("odd", None)).await.expect("out");
    let nobody = said("never-scanned", None);
    let refusal = refused(store.match_session_code(&me, session, &nobody).await);
    assert_eq!(refusal, SessionRefusal::UnknownCode("never-scanned".to_owned()));
    let refusal = refused(store.match_session_code(&me, session, &said("SHOE-0", None)).await);
    assert_eq!(refusal, SessionRefusal::UnknownCode("SHOE-0".to_owned()), "it is known");
    let no_sku = said("odd", Some(SkuId(System.next())));
    let refusal = refused(store.match_session_code(&me, session, &no_sku).await);
    assert_eq!(refusal, SessionRefusal::Count(CountRefusal::Unknown("SKU")));
    store.submit_count_session(&me, session, None).await.expect("done");
    let refusal = refused(store.match_session_code(&me, session, &said("odd", None)).await);
    assert_eq!(refusal, SessionRefusal::Ended(SessionStatus::Submitted));
}

async fn a_session_ends_and_comes_back(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, manager) = (by(desk.people[0]), by(PrincipalId::SYSTEM));
    let (store, session) = (desk.store(), desk.begin().await);
    desk.send(session, &[scan("SHOE-0", 1)]).await;
    desk.world.clock.advance(60 * MINUTE);
    let version = desk.version().await;
    let at = NOON.plus(30 * MINUTE);
    for _ in 0..2 {
        let done = store.submit_count_session(&me, session, Some(at)).await.expect("done");
        assert_eq!((done.status, done.submitted_at), (SessionStatus::Submitted, Some(at)));
    }
    assert_eq!(desk.version().await, version + 1);
    set(&desk, CountStatus::InReview, Some(NOON.0 + 61 * MINUTE)).await;
    let refusal = refused(store.reopen_count_session(&manager, session).await);
    assert_eq!(status_of(&refusal), Some(CountStatus::InReview));
    let refusal = refused(store.discard_count_session(&me, session).await);
    assert_eq!(status_of(&refusal), Some(CountStatus::InReview));
    set(&desk, CountStatus::Open, None).await;
    for _ in 0..2 {
        let open = store.reopen_count_session(&manager, session).await.expect("open");
        assert_eq!((open.status, open.submitted_at), (SessionStatus::Open, None));
    }
    // A device that says it was done tomorrow, or before it began, was done now, or then.
    let tomorrow = Some(NOON.plus(1_440 * MINUTE));
    let done = store.submit_count_session(&me, session, tomorrow).await.expect("done");
    assert_eq!(done.submitted_at, Some(NOON.plus(60 * MINUTE)));
    for _ in 0..2 {
        let gone = store.discard_count_session(&me, session).await.expect("gone");
        assert_eq!((gone.status, gone.scans), (SessionStatus::Discarded, 1));
    }
    let refusal = refused(store.submit_count_session(&me, session, None).await);
    assert_eq!(refusal, SessionRefusal::Ended(SessionStatus::Discarded));
    assert_eq!(desk.version().await, version + 4);
}

async fn lines_come_in_pages(world: World) {
    let desk = Desk::of_all(world).await;
    let session = desk.begin().await;
    // Two were seen at the same moment.
    for (code, minute) in [("SHOE-0", -9), ("SHOE-1", -7), ("SHOE-2", -7), ("SHOE-3", -8)] {
        let seen = Scan { device_at: NOON.plus(minute * MINUTE), ..scan(code, 1) };
        desk.send(session, &[seen]).await;
    }
    let all = desk.store().session_lines(session, None, 10).await.expect("lines");
    let mut paged = Vec::new();
    let mut after = None;
    while let Some(line) =
        desk.store().session_lines(session, after, 1).await.expect("a line").pop()
    {
        after = Some(onhand_store::counts::SessionLineCursor {
            last_scanned_at: line.last_scanned_at,
            sku: line.sku.id,
        });
        paged.push(line);
    }
    assert_eq!(paged, all);
    let order: Vec<SkuId> = all.iter().map(|line| line.sku.id).collect();
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| desk.world.skus[at]);
    assert_eq!(order, [b.max(c), b.min(c), d, a]);
}

async fn a_recount_is_of_what_was_asked_for(world: World) {
    let desk = Desk::of_all(world).await;
    let (me, her) = (by(desk.people[0]), by(desk.people[1]));
    let (store, scope) = (desk.store(), FacilityScope::All);
    let first = desk.begin_as(desk.people[1]).await;
    let hers = |scans: Vec<Scan>| Sending { session: first, scans, sent_at: None };
    let sending = hers(vec![scan("SHOE-0", 9), scan("SHOE-1", 9)]);
    store.add_scans(desk.people[1], &sending).await.expect("taken");
    store.submit_count_session(&her, first, None).await.expect("done");
    set(&desk, CountStatus::InReview, Some(NOON.0)).await;
    let line = count_lines::ActiveModel {
        count_id: Set(desk.count.0),
        sku_id: Set(desk.world.skus[1].0),
        round: Set(2),
        decision: Set(Some("recount".to_owned())),
        line_id: Set(System.next()),
        rule: Set("test".to_owned()),
        ..Default::default()
    };
    line.insert(&store.writer()).await.expect("a line");
    let new = desk.a_session();
    // As shipped, somebody else counts again.
    let refusal = refused(store.start_count_session(&her, &scope, &new).await);
    assert_eq!(refusal, SessionRefusal::OwnCount);
    let again = store.start_count_session(&me, &scope, &new).await.expect("begun");
    assert_eq!((again.round, &again.recount), (2, &vec![desk.world.skus[1]]));
    let sent = [scan("SHOE-0", 1), scan("SHOE-1", 8)];
    assert_eq!(desk.statuses(again.id, &sent).await, [S::Unlisted, S::Counted]);
    assert!(desk.rows(again.id).await.iter().all(|row| row.round == 2 && !row.late));
    let late = hers(vec![scan("SHOE-0", 1)]);
    let late = store.add_scans(desk.people[1], &late).await.expect("kept");
    assert_eq!(late.results[0].status, S::Late);
    let done = store.submit_count_session(&me, again.id, None).await.expect("done");
    assert_eq!(done.units, 9);
    let refused = S::Rejected(ScanRefusal::Nothing);
    assert_eq!(desk.statuses(again.id, &[scan(" ", 1)]).await, [refused]);
}
