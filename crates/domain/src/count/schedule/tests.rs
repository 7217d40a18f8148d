use std::collections::BTreeMap;

use jiff::{Timestamp, civil::time};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Micros {
    text.parse::<Timestamp>().expect("a time").into()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("known")
}

fn weekly(days: &[i8], hour: i8, minute: i8) -> Schedule {
    let weekdays = days.iter().copied().collect();
    let rule = Rule::Weekly { weekdays, area: None, filter: None };
    Schedule { rule, blind: true, at: time(hour, minute, 0, 0), due_after_hours: Some(12) }
}

fn sku(n: u128) -> SkuId {
    SkuId(Uuid::from_u128(n))
}

#[test]
fn a_week_has_its_days_in_the_facilitys_time() {
    let monday = weekly(&[1], 7, 30);
    let next = |now: &str| monday.next_after(at(now), &berlin());
    // 2026-03-02 is a Monday; Berlin is an hour ahead of UTC in winter and two in summer.
    assert_eq!(next("2026-03-01T12:00:00Z"), Some(at("2026-03-02T06:30:00Z")));
    assert_eq!(next("2026-03-02T06:29:59Z"), Some(at("2026-03-02T06:30:00Z")));
    assert_eq!(next("2026-03-02T06:30:00Z"), Some(at("2026-03-09T06:30:00Z")), "after, not at");
    assert_eq!(next("2026-03-29T12:00:00Z"), Some(at("2026-03-30T05:30:00Z")), "summer");
    // It is Monday already in Berlin, and still Sunday in London.
    assert_eq!(
        weekly(&[1], 0, 15).next_after(at("2026-03-01T23:10:00Z"), &berlin()),
        Some(at("2026-03-01T23:15:00Z"))
    );
    let two = weekly(&[3, 7], 7, 30);
    assert_eq!(
        two.next_after(at("2026-03-02T12:00:00Z"), &berlin()),
        Some(at("2026-03-04T06:30:00Z"))
    );
}

#[test]
fn an_hour_that_the_clocks_leave_out_is_moved_behind_the_gap() {
    // On 2026-03-29 there is no 02:30 in Berlin.
    let sunday = weekly(&[7], 2, 30);
    assert_eq!(
        sunday.next_after(at("2026-03-28T12:00:00Z"), &berlin()),
        Some(at("2026-03-29T01:30:00Z"))
    );
}

#[test]
fn what_does_not_fit_is_named() {
    let wrong = |schedule: Schedule| schedule.misfit().map(|(pointer, _)| pointer);
    let of = |rule| Schedule { rule, ..weekly(&[1], 7, 0) };
    assert_eq!(wrong(weekly(&[1, 7], 7, 0)), None);
    assert_eq!(wrong(weekly(&[], 7, 0)), Some("/rule/weekdays"));
    assert_eq!(wrong(weekly(&[0], 7, 0)), Some("/rule/weekdays"));
    assert_eq!(wrong(of(Rule::Abc { a: 4, b: 2, c: 1 })), None);
    assert_eq!(wrong(of(Rule::Abc { a: 0, b: 0, c: 0 })), Some("/rule/a"));
    assert_eq!(wrong(of(Rule::Abc { a: 4, b: 400, c: 1 })), Some("/rule/b"));
    assert_eq!(wrong(of(Rule::Random { skus_a_day: 0 })), Some("/rule/skus_a_day"));
    let never = Schedule { due_after_hours: Some(0), ..weekly(&[1], 7, 0) };
    assert_eq!(wrong(never), Some("/due_after_hours"));
}

#[test]
fn a_schedule_reads_as_it_was_written() {
    let rules = [
        Rule::Weekly { weekdays: [1].into(), area: Some("Back room".to_owned()), filter: None },
        Rule::Abc { a: 4, b: 2, c: 1 },
        Rule::Random { skus_a_day: 20 },
    ];
    for rule in rules {
        let schedule = Schedule { rule, ..weekly(&[1], 7, 30) };
        let json = serde_json::to_string(&schedule).expect("written");
        assert_eq!(serde_json::from_str::<Schedule>(&json).expect(&json), schedule);
    }
}

#[test]
fn classes_follow_the_value() {
    // 80 of 100 with the first, 96 with the second.
    let turn = |n, sold_value| Turn { sku: sku(n), sold_value, counted_at: None };
    let turns = [turn(3, 4), turn(1, 80), turn(4, 0), turn(2, 16), turn(5, -3)];
    let found: BTreeMap<_, _> = classes(&turns).into_iter().map(|(t, c)| (t.sku, c)).collect();
    let expected = [(1, Class::A), (2, Class::B), (3, Class::C), (4, Class::C), (5, Class::C)];
    assert_eq!(found, expected.map(|(n, class)| (sku(n), class)).into());
    let alone = classes(&[turn(1, 1)]);
    assert_eq!(alone.first().map(|(_, class)| *class), Some(Class::A), "the best is always A");
}

#[test]
fn in_a_year_each_item_is_counted_as_often_as_its_class_says() {
    // Ten items of each class, never counted; every count is done on the day it is asked for.
    let value = |n: u128| {
        if n < 10 {
            800
        } else if n < 20 {
            150
        } else {
            1
        }
    };
    let mut turns: Vec<Turn> =
        (0..30).map(|n| Turn { sku: sku(n), sold_value: value(n), counted_at: None }).collect();
    let mut counts: BTreeMap<SkuId, u32> = BTreeMap::new();
    let start = at("2026-01-01T08:00:00Z");
    // A first round of all, then a year.
    for day in 0..(365 + 30) {
        let now = start.plus(day * Micros::DAY);
        let due = due_by_class(&turns, (4, 2, 1), now);
        assert!(due.len() <= 1, "70 counts a year are one a day at most: {}", due.len());
        for turn in turns.iter_mut().filter(|turn| due.contains(&turn.sku)) {
            turn.counted_at = Some(now);
            if day >= 30 {
                *counts.entry(turn.sku).or_default() += 1;
            }
        }
    }
    for n in 0..30 {
        let counted = counts.get(&sku(n)).copied().unwrap_or(0);
        let wanted = if n < 10 {
            4
        } else if n < 20 {
            2
        } else {
            1
        };
        assert!(counted.abs_diff(wanted) <= 1, "item {n}: {counted} times instead of {wanted}");
    }
}

#[test]
fn what_was_just_counted_is_not_due() {
    let now = at("2026-06-01T08:00:00Z");
    let counted = |days: i64| Some(now.plus(-days * Micros::DAY));
    let turn = |counted_at| [Turn { sku: sku(1), sold_value: 10, counted_at }];
    assert_eq!(due_by_class(&turn(counted(90)), (4, 2, 1), now), []);
    assert_eq!(due_by_class(&turn(counted(92)), (4, 2, 1), now), [sku(1)]);
    assert_eq!(due_by_class(&turn(counted(400)), (0, 2, 1), now), [], "A is not counted at all");
    assert_eq!(due_by_class(&turn(None), (1, 0, 0), now), [sku(1)]);
}

#[test]
fn a_sample_favours_nobody() {
    let skus: Vec<SkuId> = (0..20).map(sku).collect();
    let mut hits: BTreeMap<SkuId, u32> = BTreeMap::new();
    for day in 0_u32..2_000 {
        for sku in draw(&skus, 5, &day.to_be_bytes()) {
            *hits.entry(sku).or_default() += 1;
        }
    }
    // Each is drawn 500 times on average, with a standard deviation of about 19.
    for n in 0..20 {
        let drawn = hits.get(&sku(n)).copied().unwrap_or(0);
        assert!(drawn.abs_diff(500) < 120, "{n} was drawn {drawn} times of 2,000");
    }
}

proptest! {
    #[test]
    fn a_draw_does_not_depend_on_the_order(
        skus in prop::collection::btree_set(any::<u128>(), 0..40),
        many in 0_usize..50,
        seed: [u8; 4],
    ) {
        let forwards: Vec<SkuId> = skus.iter().copied().map(sku).collect();
        let backwards: Vec<SkuId> = forwards.iter().rev().copied().collect();
        let drawn = draw(&forwards, many, &seed);
        prop_assert_eq!(&drawn, &draw(&backwards, many, &seed));
        prop_assert_eq!(drawn.len(), many.min(forwards.len()));
        let distinct: BTreeSet<_> = drawn.iter().collect();
        prop_assert_eq!(distinct.len(), drawn.len());
    }

    #[test]
    fn the_next_time_lies_ahead_within_eight_days(
        now in 1_700_000_000_i64..1_900_000_000,
        day in 1_i8..=7,
        hour in 0_i8..24,
        minute in 0_i8..60,
    ) {
        let now = Micros(now * Micros::SECOND);
        let next = weekly(&[day], hour, minute).next_after(now, &berlin()).expect("one");
        prop_assert!(next > now);
        // A week, and an hour more or less where the clocks change.
        prop_assert!(next <= now.plus(7 * Micros::DAY + 3_600 * Micros::SECOND));
    }
}
