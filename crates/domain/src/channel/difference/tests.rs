use proptest::prelude::*;

use super::{DifferenceClass as D, *};

const NOW: Micros = Micros(1_000_000_000_000);
const HOUR: i64 = 3_600 * Micros::SECOND;

fn has(available: i64) -> Has {
    Has { available, active: true, updated_at: Some(NOW.plus(-2 * HOUR)) }
}

/// A quiet level: the shop has 5, as it should.
fn quiet() -> Facts {
    Facts {
        ours: true,
        tracked: true,
        has: Some(has(5)),
        should: 5,
        disturbed: false,
        since: NOW,
        orders_until: Some(followed_by(NOW)),
        order_since: false,
        touched_at: Some(NOW.plus(-HOUR)),
    }
}

fn class_of(facts: &Facts) -> Option<DifferenceClass> {
    match classify(facts) {
        Judgement::Equal => None,
        Judgement::Differs(class) => Some(class),
    }
}

#[test]
fn equal_is_equal() {
    assert_eq!(class_of(&quiet()), None);
    let nothing = Facts { has: None, should: 0, ..quiet() };
    assert_eq!(class_of(&nothing), None, "never stocked, and nothing there");
    let inactive = Some(Has { available: 0, active: false, updated_at: None });
    assert_eq!(class_of(&Facts { has: inactive, should: 0, ..quiet() }), None);
    // Whether orders were seen matters only where the numbers differ.
    assert_eq!(class_of(&Facts { orders_until: None, ..quiet() }), None);
}

#[test]
fn what_is_under_way_is_in_flight_even_if_it_looks_equal() {
    for should in [5, 6] {
        let facts = Facts { disturbed: true, should, ..quiet() };
        assert_eq!(class_of(&facts), Some(DifferenceClass::InFlight));
    }
}

#[test]
fn an_order_may_not_have_been_seen() {
    let less = Facts { has: Some(has(3)), ..quiet() };
    for orders_until in [None, Some(NOW), Some(followed_by(NOW).plus(-1))] {
        let facts = Facts { orders_until, ..less };
        assert_eq!(class_of(&facts), Some(DifferenceClass::OrderNotSeen));
    }
    let changed = Facts { order_since: true, ..less };
    assert_eq!(class_of(&changed), Some(DifferenceClass::OrderNotSeen));
}

#[test]
fn an_item_that_is_not_tracked_has_no_number() {
    for should in [5, 6] {
        let facts = Facts { tracked: false, should, ..quiet() };
        assert_eq!(class_of(&facts), Some(DifferenceClass::Untracked));
    }
}

#[test]
fn units_that_nobody_can_buy_are_inactive() {
    let inactive = Some(Has { available: 5, active: false, updated_at: None });
    assert_eq!(
        class_of(&Facts { has: inactive, ..quiet() }),
        Some(DifferenceClass::Inactive),
        "though the number is right"
    );
    assert_eq!(class_of(&Facts { has: None, ..quiet() }), Some(DifferenceClass::Inactive));
    // With nothing to sell it is the number that is wrong.
    let left = Facts { has: inactive, should: 0, ..quiet() };
    assert_eq!(class_of(&left), Some(DifferenceClass::Drift));
}

#[test]
fn what_is_not_mapped_is_no_business_of_ours() {
    let facts = Facts { ours: false, disturbed: true, has: Some(has(9)), ..quiet() };
    assert_eq!(class_of(&facts), Some(DifferenceClass::Unmapped));
}

#[test]
fn whoever_wrote_after_us_is_told_from_what_was_lost() {
    let written = |updated_at, touched_at| Facts {
        has: Some(Has { available: 9, active: true, updated_at }),
        touched_at,
        ..quiet()
    };
    let before = Some(NOW.plus(-HOUR));
    let after = Some(NOW.plus(-HOUR + 1));
    assert_eq!(class_of(&written(after, before)), Some(D::ForeignWrite));
    assert_eq!(class_of(&written(before, None)), Some(D::ForeignWrite), "we never touched it");
    assert_eq!(class_of(&written(before, before)), Some(D::Drift));
    assert_eq!(class_of(&written(before, after)), Some(D::Drift));
    assert_eq!(class_of(&written(None, before)), Some(D::Drift));
}

#[test]
fn a_difference_is_confirmed_when_it_was_read_twice() {
    let late = NOW.plus(SIGHTINGS_APART_MICROS);
    for class in DifferenceClass::ALL.iter().copied() {
        let certain = matches!(class, D::Drift | D::ForeignWrite | D::Inactive | D::Untracked);
        assert_eq!(is_confirmed(class, NOW, late), certain, "{class:?}");
        assert!(!is_confirmed(class, NOW, late.plus(-1)), "{class:?}");
    }
}

#[test]
fn what_may_be_set_right_alone() {
    let free = Policy {
        status: ChannelStatus::Running,
        corrects: true,
        limit: Some(10),
        confirmed: 1,
        orders_failed: false,
    };
    let allows = |policy: Policy, class, by, before| corrects_itself(&policy, class, by, before);
    assert!(allows(free, D::Drift, -10, 0) && allows(free, D::ForeignWrite, 10, 2));
    assert!(!allows(free, D::Drift, 11, 0) && allows(free, D::Inactive, 11, 0));
    assert!(allows(Policy { limit: None, ..free }, D::Drift, i64::MIN, 0));
    assert!(!allows(free, D::Drift, 1, CORRECTIONS_MAX), "it comes back each time");
    for policy in [
        Policy { corrects: false, ..free },
        Policy { status: ChannelStatus::Stopped, ..free },
        Policy { confirmed: CORRECTED_AT_ONCE_MAX + 1, ..free },
    ] {
        assert!(!allows(policy, D::Drift, 1, 0) && !allows(policy, D::Inactive, 0, 0));
    }
    let failed = Policy { orders_failed: true, ..free };
    assert!(!allows(failed, D::Drift, 1, 0) && allows(failed, D::Inactive, 0, 0));
    for class in [D::InFlight, D::OrderNotSeen, D::Untracked, D::Unmapped] {
        assert!(!allows(free, class, 1, 0) && !can_be_corrected(class), "{class:?}");
    }
}

/// A push, an order, and readings of one level, as they come to pass in any order.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The ledger changes by so many.
    Post(i64),
    /// The publisher reads on.
    Derive,
    /// The shop applies what waits first.
    Apply,
    /// Its answer comes.
    Settle,
    /// Somebody buys so many.
    Place(i64),
    /// An order is given back, whole.
    Cancel(usize),
    /// A message makes us follow an order.
    Follow(usize),
    /// The shop is asked for changed orders.
    Poll,
    /// The lane is marked, and the question goes out.
    Ask,
    /// The shop reads its level.
    Read,
    /// The answer is judged.
    Judge,
    /// The shop is told all that waits, and answers.
    Told,
    /// All of a look at once.
    Look,
    /// So many seconds go by.
    Wait(i64),
}

/// Few numbers and few orders, so that what is equal by chance often is.
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => prop_oneof![Just(-1_i64), Just(1)].prop_map(Step::Post),
        2 => Just(Step::Derive),
        1 => Just(Step::Apply),
        1 => Just(Step::Settle),
        2 => Just(Step::Told),
        2 => Just(Step::Place(1)),
        2 => (0..3_usize).prop_map(Step::Cancel),
        2 => (0..3_usize).prop_map(Step::Follow),
        2 => Just(Step::Poll),
        1 => Just(Step::Ask),
        1 => Just(Step::Read),
        1 => Just(Step::Judge),
        4 => Just(Step::Look),
        3 => prop_oneof![Just(1_i64), Just(6), Just(40)].prop_map(Step::Wait),
    ]
}

#[derive(Clone, Debug)]
struct Order {
    units: i64,
    changes: Vec<Micros>,
    followed: Option<(i64, Micros)>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    expected: i64,
    number: i64,
    open: bool,
    asked_at: Micros,
}

/// A shop, a lane and what lies between them.
#[derive(Debug, Default)]
struct Level {
    now: i64,
    shop: i64,
    expected: i64,
    number: i64,
    /// Movements that were not read on: by how much, and whether the shop did it.
    behind: Vec<(i64, bool)>,
    /// What is not settled, and whether it was applied.
    open: Vec<(i64, bool)>,
    orders: Vec<Order>,
    until: Option<Micros>,
    mark: Option<Mark>,
    reading: Option<(i64, Micros)>,
    /// What the look began with: the shop's number, ours, the lane's, when asked, when read.
    began: Option<(i64, i64, i64, Micros, Micros)>,
    confirmed: Vec<i64>,
}

impl Level {
    fn time(&self) -> Micros {
        NOW.plus(self.now)
    }

    fn take(&mut self, step: Step) {
        // Nothing happens at the same moment as something else.
        self.now += 1;
        let now = self.time();
        match step {
            Step::Post(by) => self.behind.push((by, false)),
            Step::Derive => {
                for (by, own) in std::mem::take(&mut self.behind) {
                    self.expected += by;
                    self.number += 1;
                    if !own {
                        self.open.push((by, false));
                    }
                }
            }
            Step::Apply => {
                if let Some((by, applied)) = self.open.iter_mut().find(|(_, applied)| !applied) {
                    self.shop += *by;
                    *applied = true;
                }
            }
            Step::Settle => {
                if self.open.first().is_some_and(|(_, applied)| *applied) {
                    self.open.remove(0);
                }
            }
            Step::Place(units) => {
                self.shop -= units;
                self.orders.push(Order { units, changes: vec![now], followed: None });
            }
            Step::Cancel(n) => {
                if let Some(order) = self.orders.get_mut(n) {
                    self.shop += order.units;
                    order.units = 0;
                    order.changes.push(now);
                }
            }
            Step::Follow(n) => self.follow(n),
            Step::Poll => self.poll(now),
            Step::Ask => {
                let (expected, number) = (self.expected, self.number);
                let open = !self.open.is_empty();
                self.mark = Some(Mark { expected, number, open, asked_at: now });
                self.reading = None;
            }
            Step::Read => {
                if self.mark.is_some() && self.reading.is_none() {
                    self.reading = Some((self.shop, now));
                }
            }
            Step::Judge => self.judge(now),
            Step::Told => {
                for _ in 0..self.open.len() {
                    self.take(Step::Apply);
                    self.take(Step::Settle);
                }
            }
            Step::Look => {
                for step in [Step::Ask, Step::Read, Step::Judge] {
                    self.take(step);
                }
            }
            Step::Wait(seconds) => self.now += seconds * Micros::SECOND,
        }
    }

    fn poll(&mut self, now: Micros) {
        // The shop's search knows what is a while old, and by that finds the order.
        let known = now.plus(-ORDERS_MARGIN_MICROS / 2);
        for n in 0..self.orders.len() {
            let Order { changes, followed, .. } = &self.orders[n];
            let seen = followed.map_or(Micros(0), |(_, version)| version);
            if changes.iter().any(|at| *at > seen && *at <= known) {
                self.follow(n);
            }
        }
        self.until = Some(now);
    }

    fn follow(&mut self, n: usize) {
        let Some(order) = self.orders.get_mut(n) else { return };
        let before = order.followed.map_or(0, |(units, _)| units);
        order.followed = order.changes.last().map(|version| (order.units, *version));
        let change = before - order.units;
        if change != 0 {
            self.behind.push((change, true));
        }
    }

    fn judge(&mut self, at: Micros) {
        let (Some(mark), Some((has, _))) = (self.mark.take(), self.reading.take()) else { return };
        let same = mark.expected == self.expected && mark.number == self.number;
        let disturbed = mark.open || !same || !self.open.is_empty() || !self.behind.is_empty();
        let goes_on = self.began.filter(|(before, should, number, asked, _)| {
            let later = |order: &Order| {
                order.followed.is_some_and(|(_, version)| version >= worthless_from(*asked))
            };
            let numbers = (*before, *should, *number) == (has, self.expected, self.number);
            numbers && !self.orders.iter().any(later)
        });
        let new = (has, self.expected, self.number, mark.asked_at, at);
        let began = goes_on.unwrap_or(new);
        let facts = Facts {
            has: Some(Has { available: has, active: true, updated_at: None }),
            should: self.expected,
            disturbed,
            since: began.4,
            orders_until: self.until,
            order_since: false,
            touched_at: None,
            ..quiet()
        };
        match classify(&facts) {
            Judgement::Equal => self.began = None,
            Judgement::Differs(DifferenceClass::InFlight) => {}
            Judgement::Differs(class) => {
                self.began = Some(began);
                if is_confirmed(class, began.4, at) {
                    self.confirmed.push(has - self.expected);
                }
            }
        }
    }

    /// Everything comes to rest, and the level is looked at as often as it takes.
    fn rest(&mut self) {
        for _ in 0..4 {
            self.take(Step::Wait(60));
            for step in [Step::Poll, Step::Derive, Step::Told, Step::Look] {
                self.take(step);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Where nobody writes but us and the shop's orders, nothing is ever confirmed, whatever is
    /// under way and in whatever order we learn of it.
    #[test]
    fn no_difference_is_confirmed_that_is_none(steps in prop::collection::vec(step(), 1..80)) {
        let mut level = Level::default();
        for step in &steps {
            level.take(*step);
            prop_assert!(level.confirmed.is_empty(), "after {step:?}: {level:?}");
        }
        level.rest();
        prop_assert!(level.confirmed.is_empty(), "at rest: {level:?}");
        prop_assert_eq!(level.shop, level.expected);
    }

    /// What somebody else wrote is found by its exact number once there is some quiet.
    #[test]
    fn a_difference_is_found(
        steps in prop::collection::vec(step(), 0..60),
        by in prop_oneof![-5..0_i64, 1..6_i64],
    ) {
        let mut level = Level::default();
        for step in &steps {
            level.take(*step);
        }
        level.shop += by;
        level.rest();
        prop_assert_eq!(level.confirmed.last(), Some(&by));
    }
}
