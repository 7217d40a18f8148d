use crate::{
    access::Limits,
    count::{Decided, Decision, Expected, InLedger, Line, MayNot, Reviewed, Reviewer},
    ids::PrincipalId,
    time::Micros,
};

use super::*;

/// 10.00 in value.
const TEN: Option<Money> = Some(Money(100_000));

fn seen(counted: i64) -> Seen {
    Seen { round: 1, counted, scans: 1, how: [How::Scanned].into(), ..Seen::default() }
}

fn reading(counted: i64, book: i64) -> Reading {
    Reading { counted, at: Micros(0), expected: Expected::exactly(book) }
}

/// What the policy that is shipped says about a line, after something was changed of it.
fn says(counted: i64, book: i64, change: impl FnOnce(&mut Case<'_>, &mut Seen)) -> Verdict {
    let mut own = seen(counted);
    let fixed = seen(counted);
    let mut case = Case {
        seen: &fixed,
        reading: reading(counted, book),
        unit_value: TEN,
        listed: true,
        partial: false,
        passed_today: Money(0),
    };
    change(&mut case, &mut own);
    let case = Case { seen: &own, ..case };
    Policy::default().judge(&case)
}

fn plainly(counted: i64, book: i64) -> Verdict {
    says(counted, book, |_, _| ())
}

#[test]
fn small_differences_need_nobody() {
    for (counted, book) in [(9, 10), (11, 10), (8, 10), (2, 3)] {
        assert!(matches!(plainly(counted, book), Verdict::Accept(_)), "{counted} of {book}");
    }
    assert!(!matches!(plainly(7, 10), Verdict::Accept(_)), "three units");
    assert!(!matches!(plainly(1, 3), Verdict::Accept(_)), "two thirds of it");
}

#[test]
fn one_thing_that_does_not_fit_is_enough() {
    type Change = fn(&mut Case<'_>, &mut Seen);
    let changes: [(&str, Change); 8] = [
        ("typed", |_, seen| seen.how = [How::Typed].into()),
        ("looked for and not found", |_, seen| seen.how = [How::NoneFound].into()),
        ("worth too much", |case, _| case.unit_value = Some(Money(260_000))),
        ("of unknown worth", |case, _| case.unit_value = None),
        ("above the day's total", |case, _| case.passed_today = Money(2_400_001)),
        ("not asked for", |case, _| case.listed = false),
        ("in a part of the facility", |case, _| case.partial = true),
        ("by a clock that can't be trusted", |_, seen| seen.uncertainty = CLOCK_DOUBT_MICROS),
    ];
    assert!(matches!(plainly(9, 10), Verdict::Accept(_)));
    for (what, change) in changes {
        assert_eq!(says(9, 10, change), Verdict::Review, "{what}");
    }
    let off = Policy {
        accept: AutoAccept { enabled: false, ..Policy::default().accept },
        ..Policy::default()
    };
    let own = seen(9);
    let case = Case {
        seen: &own,
        reading: reading(9, 10),
        unit_value: TEN,
        listed: true,
        partial: false,
        passed_today: Money(0),
    };
    assert_eq!(off.judge(&case), Verdict::Review);
    let exact = Case { reading: reading(9, 9), ..case };
    assert!(matches!(off.judge(&exact), Verdict::Accept(_)), "what is right needs nobody, ever");
}

#[test]
fn a_range_that_may_hold_nothing_is_left_alone() {
    let expected = Expected { at_last: 10, low: 9, high: 10 };
    let says_of = |counted| {
        says(counted, 10, |case, _| case.reading = Reading { counted, at: Micros(0), expected })
    };
    assert_eq!(says_of(9), Verdict::Review);
    assert_eq!(says_of(8), Verdict::Review, "one or two are missing: not by itself");
}

#[test]
fn strange_lines_are_counted_again_once() {
    for (counted, book, why) in [
        (1, 0, "none on record"),
        (3, -1, "fewer than none"),
        (14, 20, "six units"),
        (6, 9, "a third of it"),
    ] {
        assert!(matches!(plainly(counted, book), Verdict::Recount(_)), "{why}");
        let second = says(counted, book, |_, seen| seen.round = 2);
        assert_eq!(second, Verdict::Review, "{why}, the second time");
    }
    let worth = says(97, 100, |case, _| case.unit_value = Some(Money(400_000)));
    assert!(matches!(worth, Verdict::Recount(_)), "120.00");
    assert_eq!(plainly(97, 100), Verdict::Review, "30.00 and three units are neither");
    assert!(matches!(plainly(-1, 5), Verdict::Recount(_)), "below none can't be");
    assert_eq!(says(14, 20, |case, _| case.partial = true), Verdict::Review);
    assert_eq!(says(14, 20, |case, _| case.listed = false), Verdict::Review);
}

#[test]
fn the_value_says_who_decides() {
    let needs = |units: i64| Policy::default().needs(Some(Money(units * Money::SCALE)));
    assert_eq!(needs(0), Needs::Anyone);
    assert_eq!([needs(1), needs(-1_000)], [Needs::Manager; 2]);
    assert_eq!([needs(1_001), needs(-5_000)], [Needs::Controller; 2]);
    assert_eq!(needs(-5_001), Needs::Two);
    assert_eq!(Policy::default().needs(None), Needs::Manager);
}

#[test]
fn reviewers_find_what_matters_first() {
    let group =
        |counted, book| Policy::default().group(&seen(counted), reading(counted, book), TEN);
    assert_eq!(group(10, 10), Group::Consistent);
    assert_eq!(group(9, 10), Group::Small);
    assert_eq!(group(0, 5), Group::Odd, "all of it is gone");
    assert_eq!(group(2, 0), Group::Odd, "found where there is none");
    assert_eq!(group(0, 50), Group::Large, "500.00 go first");
}

#[test]
fn policies_that_make_no_sense_are_refused() {
    type Change = fn(&mut Policy);
    let bad: [(&str, Change); 11] = [
        ("/accept/units_max", |p| p.accept.units_max = -1),
        ("/accept/value_max", |p| p.accept.value_max = Money(-1)),
        ("/accept/percent_max", |p| p.accept.percent_max = 100_001),
        ("/recount/rounds_max", |p| p.recount.rounds_max = 0),
        ("/recount/rounds_max", |p| p.recount.rounds_max = ROUNDS_MAX + 1),
        ("/controller_value_max", |p| p.controller_value_max = Money(1)),
        ("/accept/value_max", |p| p.accept.value_max = Money(10_000_001)),
        ("/triggers/variance_units_min", |p| p.triggers.variance_units_min = 0),
        ("/triggers/variance_value_min", |p| p.triggers.variance_value_min = Money(0)),
        ("/triggers/due_hours", |p| p.triggers.due_hours = 0),
        ("/triggers/due_hours", |p| p.triggers.due_hours = TRIGGER_DUE_HOURS_MAX + 1),
    ];
    assert_eq!(Policy::default().check(), Ok(()));
    for (pointer, change) in bad {
        let mut policy = Policy::default();
        change(&mut policy);
        assert_eq!(policy.check().map_err(|bad| bad.pointer), Err(pointer));
    }
}

/// Policies of before there was a choice are read, and what has no choice of its own is written as
/// they were.
#[test]
fn triggers_are_as_shipped_until_somebody_says_otherwise() {
    let shipped = serde_json::to_value(Policy::default()).expect("written");
    assert!(shipped.get("triggers").is_none(), "{shipped}");
    let read: Policy = serde_json::from_value(shipped).expect("read");
    assert_eq!(read, Policy::default());
    let mut own = Policy::default();
    own.triggers.variance_units_min = 5;
    let written = serde_json::to_value(&own).expect("written");
    assert_eq!(serde_json::from_value::<Policy>(written).expect("read"), own);
}

/// Why somebody may not decide so about a line of which so many of ten are left.
fn may_not(decision: Decision, left: i64, change: impl FnOnce(&mut Reviewer)) -> Option<MayNot> {
    let counter = PrincipalId(uuid::Uuid::from_u128(1));
    let limits = Limits {
        variance_units_max: Some(500),
        variance_value_max: Some(Money(3_000 * Money::SCALE)),
        day_value_max: Some(Money(1)),
    };
    let id = PrincipalId(uuid::Uuid::from_u128(2));
    let mut reviewer = Reviewer { id, limits: Some(limits), rank: 20 };
    change(&mut reviewer);
    let line = Line {
        seen: Some(seen(left)),
        expected: Expected::exactly(400),
        listed: true,
        is_over: false,
        decided: None::<Decided>,
        in_ledger: None::<InLedger>,
    };
    let about = Reviewed { line: &line, unit_value: TEN, counters: &[counter].into() };
    Policy::default().may_not(&reviewer, &about, decision)
}

#[test]
fn nobody_decides_about_their_own_or_beyond_their_limits() {
    use Decision::{Accept, Recount, Reject};
    assert_eq!(may_not(Accept, 390, |_| ()), None, "whatever the day's limit says");
    for decision in [Accept, Reject, Recount] {
        let own = may_not(decision, 390, |r| r.id = PrincipalId(uuid::Uuid::from_u128(1)));
        assert_eq!(own, Some(MayNot::OwnCount), "{decision:?}");
        let none = may_not(decision, 390, |r| r.limits = None);
        assert_eq!(none, Some(MayNot::NoPermission), "{decision:?}");
    }
    assert_eq!(may_not(Accept, 280, |_| ()), Some(MayNot::AboveLimit), "a controller's");
    assert_eq!(may_not(Accept, 280, |r| r.rank = 30), None);
    assert_eq!(may_not(Accept, 90, |r| r.rank = 30), Some(MayNot::AboveLimit), "3,100.00");
    assert_eq!(may_not(Reject, 90, |_| ()), None, "posts nothing");
}
