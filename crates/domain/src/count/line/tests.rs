use super::*;

fn seen(round: i64, counted: i64, at: i64) -> Seen {
    let at = Micros(at);
    Seen {
        round,
        counted,
        first_at: at,
        last_at: at,
        window_from: at,
        window_to: at,
        uncertainty: 0,
        scans: 1,
        how: [How::Scanned].into(),
    }
}

fn moved(at: i64, change: i64) -> Moved {
    Moved { at: Micros(at), change }
}

fn line(seen: Option<Seen>, expected: Expected) -> Line {
    Line { seen, expected, listed: true, is_over: false, decided: None, in_ledger: None }
}

fn decided(decision: Decision, about: &Seen) -> Decided {
    Decided {
        decision,
        round: about.round,
        counted: Some(about.counted),
        at: Some(about.last_at),
        expected: Some(0),
        unit_value: None,
        needs: Needs::Manager,
        by: Some(PrincipalId::SYSTEM),
        second_by: None,
    }
}

#[test]
fn scans_of_one_round_add_up_and_an_older_round_counts_no_more() {
    let mut all = Seen::default();
    for part in [seen(1, 9, 50), seen(2, 3, 80), seen(1, 7, 90), seen(2, 4, 70)] {
        all.add(&part);
    }
    assert_eq!((all.round, all.counted, all.scans), (2, 7, 2));
    assert_eq!((all.first_at, all.last_at), (Micros(70), Micros(80)));
    all.add(&Seen::default());
    assert_eq!(all.counted, 7, "no scans say nothing");
}

#[test]
fn the_book_is_that_of_the_moment_and_a_tie_lies_before() {
    let seen = seen(1, 5, 100);
    let all = [moved(99, -1), moved(100, -2), moved(101, -4)];
    // Ten were there; seven of them have left by now.
    let since: Vec<_> = all.into_iter().filter(|m| m.at > seen.window_from).collect();
    let book = Expected::back_from(3, &since, &seen);
    assert_eq!(book, Expected::exactly(7));
    let reading = Reading { counted: 5, at: seen.last_at, expected: book };
    assert_eq!((reading.variance(), reading.is_exact()), (-2, false));
}

#[test]
fn what_moved_between_the_scans_makes_a_range() {
    let wide = Seen { first_at: Micros(50), window_from: Micros(50), ..seen(1, 10, 100) };
    let book = Expected::back_from(12, &[moved(60, -3), moved(80, 5)], &wide);
    assert_eq!((book.at_last, book.low, book.high), (12, 7, 15));
    let reading = Reading { counted: 10, at: wide.last_at, expected: book };
    assert_eq!((reading.variance_low(), reading.variance_high()), (-5, 3));
    assert!(reading.may_be_right() && !reading.is_exact());
    let far = Reading { counted: 16, ..reading };
    assert!(far.is_ambiguous() && !far.may_be_right(), "at least one too many");
}

#[test]
fn nothing_on_record_is_no_small_difference() {
    let of = |counted, book| {
        Reading { counted, at: Micros(0), expected: Expected::exactly(book) }.basis_points()
    };
    assert_eq!(of(100, 0), 1_000_000, "ten thousand percent, and not none");
    assert_eq!(of(9, 10), 1_000);
    assert_eq!(of(0, -4), 10_000);
    assert_eq!(of(i64::MAX, 0), i64::MAX);
    assert_eq!(of(7, 7), 0);
}

#[test]
fn what_is_not_known_is_neither_none_nor_posted() {
    let unknown = line(None, Expected::exactly(4));
    assert_eq!(unknown.status(), LineStatus::Unknown);
    assert!(unknown.reading().is_none() && !unknown.blocks() && !unknown.is_to_post());
    let none = line(Some(seen(1, 0, 9)), Expected::exactly(4));
    assert_eq!(none.status(), LineStatus::Counted);
    assert!(none.blocks());
}

#[test]
fn a_decision_holds_for_the_scans_that_it_was_about() {
    let about = seen(1, 7, 100);
    let mut line = line(Some(about.clone()), Expected::exactly(9));
    line.decided = Some(decided(Decision::Accept, &about));
    assert_eq!((line.status(), line.blocks()), (LineStatus::Accepted, false));
    line.expected = Expected::exactly(8);
    assert_eq!(line.status(), LineStatus::Accepted, "a late sale needs no new decision");
    for other in [seen(2, 7, 100), seen(1, 5, 100), seen(1, 7, 101)] {
        line.seen = Some(other);
        assert_eq!((line.status(), line.blocks()), (LineStatus::Counted, true));
    }
}

#[test]
fn a_recount_waits_for_its_round() {
    let mut line = line(Some(seen(1, 7, 100)), Expected::exactly(9));
    line.decided = Some(Decided { round: 2, ..decided(Decision::Recount, &seen(1, 7, 100)) });
    assert_eq!((line.status(), line.blocks()), (LineStatus::Recount, true));
    line.seen = Some(seen(2, 7, 200));
    assert_eq!(line.status(), LineStatus::Counted, "it came");
    line.seen = None;
    assert_eq!(line.status(), LineStatus::Recount, "also of what nobody had seen");
}

#[test]
fn two_people_are_two() {
    let about = seen(1, 7, 100);
    let mut line = line(Some(about.clone()), Expected::exactly(9));
    let half = Decided { needs: Needs::Two, ..decided(Decision::Accept, &about) };
    line.decided = Some(half.clone());
    assert_eq!((line.status(), line.blocks()), (LineStatus::Counted, true));
    line.decided = Some(Decided { second_by: Some(PrincipalId::SYSTEM), ..half.clone() });
    assert_eq!(line.status(), LineStatus::Accepted);
    line.decided = Some(Decided { decision: Decision::Reject, ..half.clone() });
    assert_eq!(line.status(), LineStatus::Rejected, "what posts nothing takes one");
    line.decided = Some(Decided { by: None, ..half });
    assert_eq!(line.status(), LineStatus::Accepted, "the policy is nobody");
}

#[test]
fn an_accepted_line_that_may_have_been_right_is_not_posted() {
    let about = seen(1, 7, 100);
    let expected = Expected { at_last: 8, low: 7, high: 8 };
    let mut line = line(Some(about.clone()), expected);
    line.decided = Some(decided(Decision::Accept, &about));
    assert_eq!((line.status(), line.is_to_post()), (LineStatus::Consistent, false));
}

#[test]
fn after_the_end_a_line_is_what_became_of_it() {
    let about = seen(1, 7, 100);
    let mut line = line(Some(about.clone()), Expected::exactly(9));
    line.is_over = true;
    assert_eq!(line.status(), LineStatus::LeftOut);
    line.decided = Some(decided(Decision::Reject, &about));
    assert_eq!(line.status(), LineStatus::LeftOut);
    line.in_ledger = Some(InLedger { variance: -2, undone: false });
    assert_eq!(line.status(), LineStatus::Posted);
    line.in_ledger = Some(InLedger { variance: 0, undone: true });
    assert_eq!((line.status(), line.blocks()), (LineStatus::Undone, false));
}

mod any {
    use proptest::prelude::*;

    use super::*;

    fn movements() -> impl Strategy<Value = Vec<Moved>> {
        let one = (0_i64..200, -5_i64..6).prop_map(|(at, change)| moved(at, change));
        prop::collection::vec(one, 0..20)
    }

    proptest! {
        /// With right records no line shows a loss: what was there, less what was sold before
        /// each scan, is what is seen; and a true loss lies within the range.
        #[test]
        fn a_right_record_is_never_blamed(
            all in movements(), from in 50_i64..100, length in 0_i64..60, lost in 0_i64..4,
        ) {
            let to = from + length;
            let opening = 1_000;
            let book = |t: i64| {
                let until = all.iter().filter(|m| m.at.0 <= t).map(|m| m.change);
                opening + until.sum::<i64>()
            };
            // The shelf is scanned at one moment within the window.
            for at in [from, i64::midpoint(from, to), to] {
                let seen = Seen {
                    first_at: Micros(from),
                    window_from: Micros(from),
                    window_to: Micros(to),
                    ..seen(1, book(at) - lost, to)
                };
                let since: Vec<_> = all.iter().copied().filter(|m| m.at.0 > from).collect();
                let expected = Expected::back_from(book(i64::MAX), &since, &seen);
                let reading = Reading { counted: seen.counted, at: Micros(to), expected };
                prop_assert!(reading.variance_low() <= -lost && -lost <= reading.variance_high());
                prop_assert_eq!(expected.at_last, book(to));
                if from == to {
                    prop_assert_eq!(reading.variance(), -lost);
                    prop_assert!(!reading.is_ambiguous());
                }
            }
        }

        /// Sessions come in any order, and say the same.
        #[test]
        fn scans_add_up_in_any_order(
            parts in prop::collection::vec((1_i64..4, 0_i64..9, 0_i64..99), 1..8),
            turn in 0_usize..8,
        ) {
            let sum = |parts: &[(i64, i64, i64)]| {
                let mut all = Seen::default();
                for (round, counted, at) in parts {
                    all.add(&seen(*round, *counted, *at));
                }
                all
            };
            let mut turned = parts.clone();
            turned.rotate_left(turn % parts.len());
            prop_assert_eq!(sum(&parts), sum(&turned));
        }
    }
}
