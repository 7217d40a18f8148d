//! Whatever is read of a shop's order, how often and in which order: the ledger is what the newest
//! state says.

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    model::*,
    properties::{KEY, PLENTY},
};
use crate::{
    ids::{MovementId, OrderId, OrderLineId},
    movement::MovementKind,
    place::Place,
    plan::{
        command::{Body, Command, FollowLine, FollowOrder, FollowReturn, FollowSale},
        outcome::Outcome,
        view::Key,
    },
    time::Micros,
};

/// Lines that an order may have: of two facilities and two SKUs.
const LINES: usize = 4;

/// What happens to one line in a shop between two moments.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Now so many are promised.
    Open(usize, i64),
    /// So many leave.
    Sell(usize, i64),
    /// So many come back.
    TakeBack(usize, i64),
    /// So many are taken off, and don't come back. Once a line.
    Drop(usize, i64),
    /// The line is elsewhere now.
    Move(usize),
    /// The order is cancelled.
    Cancel,
}

/// Something at the facility itself.
#[derive(Clone, Copy, Debug)]
enum Here {
    Count(i64),
    Variance(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let line = || 0..LINES;
    prop_oneof![
        4 => (line(), 0..9_i64).prop_map(|(n, units)| Deed::Open(n, units)),
        3 => (line(), 1..5_i64).prop_map(|(n, units)| Deed::Sell(n, units)),
        1 => (line(), 1..5_i64).prop_map(|(n, units)| Deed::TakeBack(n, units)),
        1 => (line(), 1..5_i64).prop_map(|(n, units)| Deed::Drop(n, units)),
        1 => line().prop_map(Deed::Move),
        1 => Just(Deed::Cancel),
    ]
}

fn here() -> impl Strategy<Value = (Here, Micros)> {
    let what = prop_oneof![
        (PLENTY - 50..PLENTY + 50).prop_map(Here::Count),
        (-5..6_i64).prop_filter("it moves nothing", |n| *n != 0).prop_map(Here::Variance),
    ];
    // Never at the very time of a deed, nor two counts at one.
    (what, 0..40_i64).prop_map(|(what, slot)| (what, moment(slot).plus(500_000)))
}

/// The shop's clock.
fn moment(n: i64) -> Micros {
    START.plus(-1_000 * Micros::SECOND + n * Micros::SECOND)
}

fn key(line: usize) -> Key {
    (facility(1 + (line % 2) as u128), sku(1 + (line / 2 % 2) as u128))
}

fn line_id(line: usize) -> OrderLineId {
    OrderLineId(MovementId::derived(Uuid::from_u128(line as u128), "shop line", 0).0)
}

fn event_id(n: usize) -> MovementId {
    MovementId::derived(Uuid::from_u128(n as u128), "shop event", 0)
}

/// The order's states, one after each deed.
fn states(deeds: &[Deed]) -> Vec<FollowOrder> {
    let line = |n: usize| FollowLine {
        id: line_id(n),
        facility: key(n).0,
        sku: key(n).1,
        ordered: 9,
        open: 0,
        dropped: 0,
        dropped_at: None,
    };
    let mut order = FollowOrder {
        id: OrderId(event_id(999).0),
        name: "#1".to_owned(),
        channel: "a shop".to_owned(),
        placed_at: moment(0),
        due_at: None,
        version: moment(0),
        cancelled: false,
        lines: vec![line(0)],
        sales: Vec::new(),
        returns: Vec::new(),
    };
    let mut states = Vec::new();
    for (at, deed) in deeds.iter().enumerate() {
        order.version = moment(i64::try_from(at).expect("few"));
        act(&mut order, at, *deed, &line);
        states.push(order.clone());
    }
    states
}

fn act(order: &mut FollowOrder, at: usize, deed: Deed, line: &impl Fn(usize) -> FollowLine) {
    let time = order.version;
    let row = |order: &mut FollowOrder, n: usize| {
        let known = order.lines.iter().position(|line| line.id == line_id(n));
        known.unwrap_or_else(|| {
            order.lines.push(line(n));
            order.lines.len() - 1
        })
    };
    match deed {
        Deed::Open(n, units) => {
            let row = row(order, n);
            order.lines[row].open = units;
        }
        Deed::Sell(n, quantity) => {
            let row = row(order, n);
            order.lines[row].open = (order.lines[row].open - quantity).max(0);
            let ((facility, sku), origin_key) = (key(n), String::new());
            let (id, line) = (event_id(at), Some(line_id(n)));
            order.sales.push(FollowSale {
                id,
                line,
                facility,
                sku,
                quantity,
                at: time,
                origin_key,
            });
        }
        Deed::TakeBack(n, quantity) => {
            let ((facility, sku), origin_key) = (key(n), String::new());
            let id = event_id(at);
            order.returns.push(FollowReturn { id, facility, sku, quantity, at: time, origin_key });
        }
        Deed::Drop(n, units) => {
            let row = row(order, n);
            let line = &mut order.lines[row];
            if line.dropped == 0 {
                (line.dropped, line.dropped_at) = (units, Some(time));
            }
        }
        // One line is always named: a known order has lines.
        Deed::Move(n) => {
            order.lines.retain(|l| l.id == line_id(0) || l.id != line_id(n) || l.dropped > 0);
        }
        Deed::Cancel => {
            order.cancelled = true;
            order.lines.iter_mut().for_each(|line| line.open = 0);
        }
    }
}

fn command(order: &FollowOrder) -> Command {
    Command { authority: controller(), body: Body::FollowOrder(order.clone()) }
}

fn local((n, (what, at)): (usize, &(Here, Micros))) -> Command {
    let id = 5_000 + n as u128;
    match what {
        Here::Count(counted) => count(id, *counted, *at),
        Here::Variance(quantity) => {
            let reason = if *quantity < 0 { "lost" } else { "found" };
            let mut variance = variance(id, *quantity, reason);
            variance.effective_at = Some(*at);
            post(variance)
        }
    }
}

/// Plenty of each SKU at each facility.
fn stocked() -> Model {
    let mut model = Model::new();
    let openings = (0..LINES).map(|n| {
        let mut opening = fact(0xF000 + n as u128, MovementKind::Opening, PLENTY);
        (opening.facility, opening.sku) = key(n);
        opening.effective_at = Some(START.plus(-20 * Micros::DAY));
        opening
    });
    posted(model.run(&record(openings.collect())));
    model
}

/// What must not depend on what was read: places, counts and the order.
fn state(model: &Model) -> impl PartialEq + std::fmt::Debug + use<> {
    let totals: Vec<i64> =
        (0..LINES).flat_map(|n| Place::ALL.map(|place| model.total(key(n), place))).collect();
    let counts: Vec<_> =
        model.anchors(KEY()).into_iter().map(|(at, anchor)| (at, anchor.variance)).collect();
    // A line with nothing left may have come and gone between two looks.
    let orders = model.view.orders.values().map(|(order, _)| {
        let mut order = order.clone();
        order.lines.retain(|l| (l.quantity, l.open_quantity, l.dropped) != (0, 0, 0));
        order
    });
    (totals, counts, orders.collect::<Vec<_>>())
}

/// What the newest state says of a line's key, without any history.
fn check_newest(model: &Model, newest: &FollowOrder) {
    for n in 0..LINES {
        let key = key(n);
        let here = |facility, sku| (facility, sku) == key;
        let lines = || newest.lines.iter().filter(|line| here(line.facility, line.sku));
        let open: i64 = lines().map(|line| line.open).sum();
        assert_eq!(model.level(key).committed, open);
        let sales = newest.sales.iter().filter(|sale| here(sale.facility, sale.sku));
        let returns = newest.returns.iter().filter(|back| here(back.facility, back.sku));
        let sold = sales.map(|sale| sale.quantity).sum::<i64>();
        let back = returns.map(|back| back.quantity).sum::<i64>();
        assert_eq!(model.total(key, Place::Customer), sold - back);
        if key != KEY() {
            // Nobody counted there: what is gone is what was dropped.
            let dropped = lines().map(|line| line.dropped).sum::<i64>();
            assert_eq!(model.total(key, Place::Shrink), dropped);
            let left = PLENTY - open - sold + back - dropped;
            assert_eq!(model.level(key).available, left);
        }
    }
}

/// Deeds, which states are read of them (the newest at least once) in which order with what
/// happens at the facility between, and that.
fn reading() -> impl Strategy<Value = (Vec<Deed>, Vec<usize>, Vec<(Here, Micros)>)> {
    let local = prop::collection::vec(here(), 0..6).prop_map(|mut all| {
        let mut taken = std::collections::BTreeSet::new();
        all.retain(|(_, at)| taken.insert(*at));
        all
    });
    (prop::collection::vec(deed(), 1..16), local).prop_flat_map(|(deeds, local)| {
        let (states, others) = (deeds.len(), local.len());
        let reads = prop::collection::vec(0..states, 0..2 * states).prop_flat_map(move |reads| {
            let newest = std::iter::once(states - 1);
            let local = states..states + others;
            Just(reads.into_iter().chain(newest).chain(local).collect::<Vec<_>>()).prop_shuffle()
        });
        (Just(deeds), reads, Just(local))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_reading_of_a_shops_order_gives_its_newest_state(
        (deeds, reads, local) in reading(), cut in 1..6_usize,
    ) {
        let states = states(&deeds);
        let of = |n: usize| match states.get(n) {
            Some(state) => command(state),
            None => self::local((n, &local[n - states.len()])),
        };
        // Each once and as it happened; and as it was read.
        let mut as_it_was = stocked();
        let mut as_read = stocked();
        let all = (0..states.len() + local.len()).map(of);
        for command in all {
            let outcome = as_it_was.run(&command);
            prop_assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }
        let read: Vec<_> = reads.iter().map(|n| of(*n)).collect();
        for batch in read.chunks(cut) {
            for outcome in as_read.run_batch(batch) {
                prop_assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
            }
            as_read.check();
        }
        as_it_was.check();
        check_newest(&as_read, &states[states.len() - 1]);
        check_newest(&as_it_was, &states[states.len() - 1]);
        prop_assert_eq!(state(&as_read), state(&as_it_was));
        // And all of it once more.
        let ledger = as_read.ledger.clone();
        as_read.run_batch(&read);
        prop_assert_eq!(&as_read.ledger, &ledger);
    }
}
