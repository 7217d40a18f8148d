//! Counts as work orders: planned ones begin, schedules make them, records give themselves away.

use std::collections::BTreeSet;

use jiff::civil::time;
use onhand_domain::{
    CountId, FacilityScope, Micros, MovementKind, PrincipalId, SkuId,
    count::{
        CountFilter, CountKind, CountOrigin, CountStatus, Policy, Triggers,
        schedule::{Rule, Schedule, Skip},
    },
    plan::{
        command::{Authority, Body, Command, Mandate, Verdict},
        outcome::Outcome,
    },
};
use onhand_store::{
    By, Ids as _, WriteError,
    clock::System,
    counts::{
        Count, CountError, CountRefusal, CountsFilter, Kept, NewCount, NewSchedule, ScheduleChange,
        Wanted,
    },
    entities::{count_items, count_steps, count_triggers, counts},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::world::{MINUTE, MORNING, World, authority, count, on_both, posted, record, variance};

on_both! {
    a_filter_chooses_at_the_moment_of_making,
    a_planned_count_begins_once,
    a_schedule_makes_one_count_for_all_the_time_that_went_by,
    a_schedule_waits_for_its_last_count,
    each_class_has_its_turn,
    a_closed_facility_gets_no_counts,
    a_record_gives_itself_away_once,
    a_large_variance_and_a_declined_request_ask_for_a_look,
    the_policy_says_what_is_large,
    history_raises_no_alarm,
    ; nodes:
    many_nodes_make_one_count,
    many_clients_with_one_id_make_one_count,
}

const DAY: i64 = Micros::DAY;
const PAGE: u64 = 100;

fn by() -> By {
    By::command_line("test")
}

fn directed(world: &World, wanted: Wanted) -> NewCount {
    NewCount {
        id: CountId(System.next()),
        facility: world.facilities[0],
        name: "Shoes".to_owned(),
        kind: CountKind::Directed,
        blind: true,
        area: None,
        wanted,
        start_at: None,
        due_at: None,
        note: None,
        assignees: BTreeSet::new(),
        origin: CountOrigin::Hand,
        schedule: None,
    }
}

fn now(world: &World) -> Micros {
    world.store.clock().now()
}

async fn keep(world: &World) -> Kept {
    world.store.keep_counts().await.expect("kept")
}

async fn all(world: &World) -> Vec<Count> {
    let now = now(world);
    let filter = CountsFilter::default();
    world.store.list_counts(&FacilityScope::All, &filter, now, None, PAGE).await.expect("a list")
}

async fn items(world: &World, id: CountId) -> Vec<SkuId> {
    let rows = count_items::Entity::find()
        .filter(count_items::Column::CountId.eq(id.0))
        .order_by_asc(count_items::Column::Position)
        .all(&world.store.reader())
        .await;
    rows.expect("rows").into_iter().map(|row| SkuId(row.sku_id)).collect()
}

async fn steps(world: &World, id: CountId) -> Vec<String> {
    let rows = count_steps::Entity::find()
        .filter(count_steps::Column::CountId.eq(id.0))
        .order_by_asc(count_steps::Column::Id)
        .all(&world.store.reader())
        .await;
    rows.expect("rows").into_iter().map(|row| row.step).collect()
}

async fn happens(world: &World, sku: usize, kind: MovementKind, quantity: i64) {
    posted(world.one(record(world.facilities[0], world.skus[sku], kind, quantity)).await);
}

async fn a_filter_chooses_at_the_moment_of_making(world: World) {
    happens(&world, 0, MovementKind::Receipt, 5).await;
    happens(&world, 1, MovementKind::Sale, 2).await;
    happens(&world, 2, MovementKind::Receipt, 4).await;
    happens(&world, 2, MovementKind::Sale, 4).await;
    let chosen = |filter: CountFilter| {
        let world = &world;
        async move {
            let new = directed(world, Wanted::Chosen(filter.clone()));
            let id = new.id;
            let (total, shown) =
                world.store.count_candidates(new.facility, &filter).await.expect("candidates");
            world.store.create_count(&by(), new).await.map(|_| ())?;
            let items = items(world, id).await;
            assert_eq!(total, items.len() as u64);
            assert_eq!(shown.iter().map(|sku| sku.id).collect::<Vec<_>>(), items);
            Ok::<_, CountError>(items)
        }
    };
    let skus = |of: &[usize]| of.iter().map(|n| world.skus[*n]).collect::<Vec<_>>();
    let any = CountFilter::default;
    let negative = CountFilter { negative: true, ..any() };
    let none = CountFilter { on_hand_zero: true, ..any() };
    // Five units at 10.00.
    let dear = CountFilter { value_min: Some(onhand_domain::Money(50_0000)), ..any() };
    let words = CountFilter { q: Some("nothing is called so".to_owned()), ..any() };
    assert_eq!(chosen(any()).await.expect("made"), skus(&[0, 1, 2]), "not what was never there");
    assert_eq!(chosen(negative.clone()).await.expect("made"), skus(&[1]));
    assert_eq!(chosen(none).await.expect("made"), skus(&[2]));
    assert_eq!(chosen(dear).await.expect("made"), skus(&[0]));
    assert!(matches!(chosen(words).await, Err(CountError::Refused(CountRefusal::Other(_)))));
    posted(world.one(count(world.facilities[0], world.skus[0], 5, MORNING)).await);
    let old = CountFilter { not_counted_days: Some(1), ..any() };
    assert_eq!(chosen(old).await.expect("made"), skus(&[1, 2]));
    let longest = CountFilter { limit: Some(2), ..any() };
    assert_eq!(chosen(longest).await.expect("made"), skus(&[1, 2]), "the counted one waits");
    happens(&world, 1, MovementKind::Receipt, 9).await;
    let first = all(&world).await.into_iter().find(|c| c.name == "Shoes").expect("one");
    assert!(!items(&world, first.id).await.is_empty(), "a list stays as it was made");
    let elsewhere = world.store.count_candidates(world.facilities[1], &any()).await;
    assert_eq!(elsewhere.expect("asked").0, 0);
}

async fn a_planned_count_begins_once(world: World) {
    let mut new = directed(&world, Wanted::Listed(vec![world.skus[0]]));
    new.start_at = Some(MORNING.plus(MINUTE));
    let id = new.id;
    world.store.create_count(&by(), new).await.expect("made");
    assert_eq!(keep(&world).await, Kept::default(), "it is too early");
    world.clock.advance(MINUTE);
    assert_eq!(keep(&world).await, Kept { opened: 1, ..Kept::default() });
    assert_eq!(keep(&world).await, Kept::default());
    let count = world.store.count(&FacilityScope::All, id).await.expect("read").expect("there");
    assert_eq!((count.status, count.version), (CountStatus::Open, 2));
    assert_eq!(count.opened.map(|done| done.by), Some(PrincipalId::SYSTEM));
    assert_eq!(steps(&world, id).await, ["create", "schedule", "open"]);
    let elsewhere = FacilityScope::Only([world.facilities[1]].into());
    assert_eq!(world.store.count(&elsewhere, id).await.expect("read"), None);
    let refused = world.store.cancel_count(&by(), &elsewhere, id, None).await;
    assert!(matches!(refused, Err(CountError::Refused(CountRefusal::Unknown("count")))));
}

fn schedule(world: &World, rule: Rule) -> NewSchedule {
    let at = time(7, 30, 0, 0);
    NewSchedule {
        id: System.next(),
        facility: world.facilities[0],
        name: "Round".to_owned(),
        schedule: Schedule { rule, blind: true, at, due_after_hours: Some(12) },
        active: true,
    }
}

async fn a_schedule_makes_one_count_for_all_the_time_that_went_by(world: World) {
    let rule = Rule::Weekly { weekdays: [1].into(), area: Some("Front".to_owned()), filter: None };
    let new = schedule(&world, rule);
    let made = world.store.create_count_schedule(&by(), new.clone()).await.expect("made");
    assert_eq!(world.store.create_count_schedule(&by(), new).await.expect("again"), made);
    // MORNING is Monday, 10:00 in Berlin: the next one is a week ahead.
    let next = MORNING.plus(7 * DAY - 150 * MINUTE);
    assert_eq!(made.next_at, Some(next));
    world.clock.set(next.plus(-1));
    assert_eq!(keep(&world).await, Kept::default());
    // The server was off for three weeks.
    world.clock.set(next.plus(15 * DAY));
    assert_eq!(keep(&world).await, Kept { scheduled: 1, opened: 1, ..Kept::default() });
    assert_eq!(keep(&world).await, Kept::default());
    let counts = all(&world).await;
    let [count] = &counts[..] else { panic!("{counts:?}") };
    assert_eq!((count.kind, count.area.as_deref()), (CountKind::Area, Some("Front")));
    assert_eq!(count.name, "Round, 2026-03-09");
    assert_eq!(count.start_at, Some(next));
    assert_eq!(count.due_at, Some(next.plus(720 * MINUTE)));
    let after = world.store.count_schedule(&FacilityScope::All, made.id).await.expect("read");
    let after = after.expect("there");
    assert_eq!(after.last_count, Some(count.id.0));
    assert!(after.next_at > Some(now(&world)), "the next Monday that is still to come");
    let rest = ScheduleChange { active: Some(false), ..ScheduleChange::default() };
    let all_of_it = FacilityScope::All;
    let rests = world.store.update_count_schedule(&by(), &all_of_it, made.id, rest).await;
    assert_eq!(rests.expect("changed").next_at, None);
    world.clock.advance(30 * DAY);
    assert_eq!(keep(&world).await, Kept::default(), "it rests");
    world.store.delete_count_schedule(&by(), &all_of_it, made.id).await.expect("removed");
    assert_eq!(all(&world).await.len(), 1, "its counts stay");
}

async fn a_schedule_waits_for_its_last_count(world: World) {
    happens(&world, 0, MovementKind::Receipt, 1).await;
    let everywhere = FacilityScope::All;
    let weekly = Rule::Weekly { weekdays: [1].into(), area: None, filter: None };
    for rule in [weekly, Rule::Random { skus_a_day: 1 }] {
        let new = schedule(&world, rule);
        let made = world.store.create_count_schedule(&by(), new).await.expect("made");
        let told = || async {
            let read = world.store.count_schedule(&everywhere, made.id).await.expect("read");
            read.expect("there")
        };
        assert_eq!(made.last_skipped, None);
        let mut last = None;
        // Given up on the last day: nobody waits for it any more.
        for (day, made_one) in [(1, true), (2, false), (3, false), (4, true)] {
            if day == 4 {
                let id = CountId(last.expect("one"));
                world.store.cancel_count(&by(), &everywhere, id, None).await.expect("given up");
            }
            let due = told().await.next_at.expect("goes on");
            world.clock.set(due);
            assert_eq!(keep(&world).await.scheduled, u64::from(made_one), "time {day}");
            let after = told().await;
            assert!(after.next_at > Some(due), "and it goes on");
            if made_one {
                assert_ne!(after.last_count, last);
            } else {
                assert_eq!(after.last_count, last);
                assert_eq!(after.last_skipped, Some((due, Skip::Unfinished)));
            }
            last = after.last_count;
        }
        world.store.delete_count_schedule(&by(), &everywhere, made.id).await.expect("removed");
    }
}

async fn each_class_has_its_turn(world: World) {
    for (sku, sold) in [(0, 1), (1, 90), (2, 9)] {
        happens(&world, sku, MovementKind::Receipt, 100).await;
        happens(&world, sku, MovementKind::Sale, sold).await;
    }
    let abc = schedule(&world, Rule::Abc { a: 4, b: 2, c: 1 });
    world.store.create_count_schedule(&by(), abc).await.expect("made");
    let mut seen = Vec::new();
    for day in 1..=5 {
        world.clock.set(MORNING.plus(day * DAY));
        keep(&world).await;
        seen.extend(all(&world).await.into_iter().map(|count| count.id));
        seen.sort_unstable();
        seen.dedup();
    }
    // Seven counts a year are one a day at most: what waits on a list is not listed again, and
    // what nobody has sold nor moved is not there.
    let mut counted = Vec::new();
    let mut counts = all(&world).await;
    counts.sort_by_key(|count| count.start_at);
    for count in &counts {
        counted.extend(items(&world, count.id).await);
    }
    assert_eq!(counted, [world.skus[1], world.skus[2], world.skus[0]], "the dearest first");
    let random = schedule(&world, Rule::Random { skus_a_day: 2 });
    world.store.create_count_schedule(&by(), random).await.expect("made");
    world.clock.set(MORNING.plus(6 * DAY));
    assert_eq!(keep(&world).await.scheduled, 1);
    let sample = all(&world).await.into_iter().find(|c| c.start_at > counts[2].start_at);
    let drawn = items(&world, sample.expect("a sample").id).await;
    assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 2, "{drawn:?}");
}

async fn a_closed_facility_gets_no_counts(world: World) {
    let random = schedule(&world, Rule::Random { skus_a_day: 1 });
    happens(&world, 0, MovementKind::Receipt, 1).await;
    keep(&world).await;
    let made = world.store.create_count_schedule(&by(), random).await.expect("made");
    happens(&world, 0, MovementKind::Sale, 5).await;
    let closed = onhand_store::facilities::FacilityChange {
        active: Some(false),
        ..onhand_store::facilities::FacilityChange::default()
    };
    let facility = world.facilities[0];
    let done: Result<_, WriteError> = world.store.update_facility(&by(), facility, closed).await;
    done.expect("closed");
    world.clock.advance(2 * DAY);
    assert_eq!(keep(&world).await, Kept::default());
    let after = world.store.count_schedule(&FacilityScope::All, made.id).await.expect("read");
    assert!(!after.expect("there").active, "it rests");
    let new = directed(&world, Wanted::Listed(vec![world.skus[0]]));
    let refused = world.store.create_count(&by(), new).await.expect_err("closed");
    assert!(matches!(refused, CountError::Refused(CountRefusal::FacilityClosed)), "{refused}");
}

async fn triggers(world: &World) -> usize {
    count_triggers::Entity::find().all(&world.store.reader()).await.expect("rows").len()
}

async fn a_record_gives_itself_away_once(world: World) {
    happens(&world, 0, MovementKind::Receipt, 1).await;
    keep(&world).await;
    happens(&world, 0, MovementKind::Sale, 2).await;
    assert!(triggers(&world).await > 0, "the engine wrote it down");
    assert_eq!(keep(&world).await, Kept { triggered: 1, ..Kept::default() });
    assert_eq!(triggers(&world).await, 0, "taken up");
    // Once more of the same, and the first of another, which has nothing either.
    happens(&world, 0, MovementKind::Sale, 1).await;
    happens(&world, 1, MovementKind::Sale, 1).await;
    assert_eq!(keep(&world).await.triggered, 1, "what waits already is not listed twice");
    assert_eq!(keep(&world).await, Kept::default());
    let counts = all(&world).await;
    let [list] = &counts[..] else { panic!("one list a day: {counts:?}") };
    assert_eq!((list.origin, list.status), (CountOrigin::Trigger, CountStatus::Open));
    assert_eq!(items(&world, list.id).await, [world.skus[0], world.skus[1]]);
    let note = list.note.clone().expect("why");
    assert!(note.contains("negative_available 1") && note.contains("sale_at_zero 1"), "{note}");
    // Given up: the next sale begins another list. What was counted since does not.
    world.store.cancel_count(&by(), &FacilityScope::All, list.id, None).await.expect("given up");
    world.clock.advance(MINUTE);
    happens(&world, 0, MovementKind::Sale, 1).await;
    happens(&world, 1, MovementKind::Sale, 1).await;
    world.clock.advance(MINUTE);
    let at = now(&world);
    posted(world.one(count(world.facilities[0], world.skus[1], 3, at)).await);
    assert_eq!(keep(&world).await.triggered, 1);
    let newer = all(&world).await.into_iter().find(|count| count.status == CountStatus::Open);
    assert_eq!(items(&world, newer.expect("a second list").id).await, [world.skus[0]]);
}

async fn a_large_variance_and_a_declined_request_ask_for_a_look(world: World) {
    happens(&world, 0, MovementKind::Receipt, 500).await;
    happens(&world, 1, MovementKind::Receipt, 500).await;
    happens(&world, 2, MovementKind::Receipt, 500).await;
    keep(&world).await;
    let loss =
        |sku: usize, units| Body::Variance(variance(world.facilities[0], world.skus[sku], units));
    world.one(loss(0, -49)).await;
    assert_eq!(keep(&world).await, Kept::default(), "49 units for 490.00 are within the limit");
    world.one(loss(1, -50)).await;
    assert_eq!(keep(&world).await.triggered, 1);
    let report = Command {
        authority: Authority { mandate: Mandate::Report, ..authority() },
        body: loss(2, -1),
    };
    let asked = world.store.post(vec![report]).await.expect("done").pop().expect("one");
    let Outcome::Requested(request) = asked else { panic!("{asked:?}") };
    let reason = variance(world.facilities[0], world.skus[2], -1).reason;
    let verdict = Command {
        authority: Authority { actor: PrincipalId(System.next()), ..authority() },
        body: Body::Decline(Verdict { request: request.id, reason, note: None }),
    };
    world.clock.advance(MINUTE);
    let declined = world.store.post(vec![verdict]).await.expect("done").pop().expect("one");
    assert!(matches!(declined, Outcome::Declined(_)), "{declined:?}");
    assert_eq!(keep(&world).await.triggered, 1);
    assert_eq!(keep(&world).await, Kept::default());
    let counts = all(&world).await;
    assert_eq!(items(&world, counts[0].id).await, [world.skus[1], world.skus[2]]);
}

async fn the_policy_says_what_is_large(world: World) {
    happens(&world, 0, MovementKind::Receipt, 500).await;
    keep(&world).await;
    let triggers = Triggers { variance_units_min: 3, due_hours: 2, ..Triggers::default() };
    let policy = Policy { triggers, ..Policy::default() };
    world.store.put_count_policy(&by(), None, None, policy).await.expect("written");
    let loss = |units| Body::Variance(variance(world.facilities[0], world.skus[0], units));
    world.one(loss(-2)).await;
    assert_eq!(keep(&world).await, Kept::default());
    world.one(loss(-3)).await;
    assert_eq!(keep(&world).await.triggered, 1);
    let list = all(&world).await.pop().expect("a list");
    assert_eq!(list.due_at, Some(now(&world).plus(120 * MINUTE)));
}

async fn history_raises_no_alarm(world: World) {
    happens(&world, 0, MovementKind::Sale, 5).await;
    world.corrupt("DELETE FROM count_triggers").await;
    assert_eq!(keep(&world).await, Kept::default(), "reading begins where the ledger ends");
    assert_eq!(all(&world).await, []);
}

async fn many_nodes_make_one_count(world: World) {
    happens(&world, 0, MovementKind::Receipt, 1).await;
    keep(&world).await;
    let random = schedule(&world, Rule::Random { skus_a_day: 1 });
    world.store.create_count_schedule(&by(), random).await.expect("made");
    let mut planned = directed(&world, Wanted::Listed(vec![world.skus[0]]));
    planned.start_at = Some(MORNING.plus(MINUTE));
    world.store.create_count(&by(), planned).await.expect("made");
    happens(&world, 0, MovementKind::Sale, 2).await;
    world.clock.advance(2 * DAY);
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(world.reopen().await);
    }
    let rounds = nodes.iter().map(|node| {
        let node = node.clone();
        tokio::spawn(async move { node.keep_counts().await })
    });
    let mut done = Vec::new();
    for round in rounds.collect::<Vec<_>>() {
        // A node that stood in another's way tries again in its next round.
        done.extend(round.await.expect("ran").ok());
    }
    assert!(!done.is_empty(), "one of them got through");
    keep(&world).await;
    let rows = counts::Entity::find().all(&world.store.reader()).await.expect("rows");
    let mut origins: Vec<_> = rows.iter().map(|row| (&*row.origin, &*row.status)).collect();
    origins.sort_unstable();
    assert_eq!(origins, [("hand", "open"), ("schedule", "open"), ("trigger", "open")]);
    for row in rows {
        let told = steps(&world, CountId(row.id)).await;
        assert_eq!(told.iter().filter(|step| *step == "open").count(), 1, "{told:?}");
    }
}

async fn many_clients_with_one_id_make_one_count(world: World) {
    let new = directed(&world, Wanted::Listed(world.skus.clone()));
    let tries = (0..8).map(|_| {
        let (store, new) = (world.store.clone(), new.clone());
        tokio::spawn(async move { store.create_count(&by(), new).await })
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.expect("ran") {
            Ok(count) => {
                assert_eq!(count.id, new.id);
                made += 1;
            }
            // Sent again, it is answered.
            Err(CountError::Store(onhand_store::StoreError::Contended)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert!(made > 0);
    assert_eq!(world.store.create_count(&by(), new.clone()).await.expect("again").id, new.id);
    assert_eq!(items(&world, new.id).await, world.skus);
    assert_eq!(steps(&world, new.id).await, ["create"]);
}
