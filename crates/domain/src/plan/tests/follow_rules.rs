//! Orders that follow a shop: what each part of a state means, one by one.

use uuid::Uuid;

use super::model::*;
use crate::{
    ids::{MovementId, OrderId, OrderLineId},
    movement::{Movement, MovementKind, Origin},
    order::{Order, OrderStatus},
    place::{Place, Quantities},
    plan::{
        CLOCK_SKEW_MAX_MICROS,
        command::{Authority, Body, Command, FollowLine, FollowOrder, FollowReturn, FollowSale},
        outcome::{Cause, Followed, Outcome, Refusal},
        view::Key,
    },
    time::Micros,
};

pub(super) const CHANNEL: &str = "00000000-0000-0000-0000-00000000c001";

pub(super) fn id(n: u128) -> OrderId {
    OrderId(MovementId::derived(Uuid::from_u128(n), "shop order", 0).0)
}

pub(super) fn line_id(n: u128) -> OrderLineId {
    OrderLineId(MovementId::derived(Uuid::from_u128(n), "shop line", 0).0)
}

pub(super) fn event_id(n: u128) -> MovementId {
    MovementId::derived(Uuid::from_u128(n), "shop event", 0)
}

pub(super) fn key() -> Key {
    (facility(1), sku(1))
}

/// Order 1 as the shop had it `version` seconds before the tests' day.
pub(super) fn order(version: i64) -> FollowOrder {
    FollowOrder {
        id: id(1),
        name: "#1001".to_owned(),
        channel: CHANNEL.to_owned(),
        placed_at: START.plus(-2 * Micros::DAY),
        due_at: None,
        version: START.plus(-Micros::DAY + version * Micros::SECOND),
        cancelled: false,
        lines: Vec::new(),
        sales: Vec::new(),
        returns: Vec::new(),
    }
}

/// Line `n`, of SKU 1 at facility 1, with so many open.
pub(super) fn line(n: u128, open: i64) -> FollowLine {
    FollowLine {
        id: line_id(n),
        facility: facility(1),
        sku: sku(1),
        ordered: open,
        open,
        dropped: 0,
        dropped_at: None,
    }
}

pub(super) fn sale(n: u128, of: Option<u128>, quantity: i64) -> FollowSale {
    FollowSale {
        id: event_id(n),
        line: of.map(line_id),
        facility: facility(1),
        sku: sku(1),
        quantity,
        at: START.plus(-Micros::DAY),
        origin_key: format!("{CHANNEL}/fulfilments/{n}"),
    }
}

pub(super) fn back(n: u128, quantity: i64) -> FollowReturn {
    FollowReturn {
        id: event_id(n),
        facility: facility(1),
        sku: sku(1),
        quantity,
        at: START.plus(-Micros::DAY),
        origin_key: format!("{CHANNEL}/refunds/{n}"),
    }
}

fn shop() -> Authority {
    Authority { origin: Origin::Shopify, ..controller() }
}

pub(super) fn follow(model: &mut Model, order: FollowOrder) -> Followed {
    match model.run(&command(order)) {
        Outcome::Followed(followed) => followed,
        other => panic!("not followed: {other:?}"),
    }
}

pub(super) fn command(order: FollowOrder) -> Command {
    Command { authority: shop(), body: Body::FollowOrder(order) }
}

fn standing(followed: &Followed) -> &Order {
    followed.order.as_ref().expect("an order")
}

pub(super) fn ends(movements: &[Movement]) -> Vec<(MovementKind, Place, Place, i64)> {
    movements.iter().map(|m| (m.kind, m.from, m.to, m.quantity)).collect()
}

/// Available and committed of SKU 1 at facility 1.
pub(super) fn shelf(model: &Model) -> (i64, i64) {
    let Quantities { available, committed, .. } = model.level(key());
    (available, committed)
}

#[test]
fn what_is_open_is_promised_and_what_is_not_is_released() {
    use MovementKind::{Release, Reservation};
    let mut model = Model::with_stock(10);
    let first = follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    let promised = (Reservation, Place::Available, Place::Committed, 3);
    assert_eq!(ends(&first.movements), [promised]);
    assert_eq!(first.movements[0].order_line, Some(line_id(1)), "verify adds up a line's promise");
    assert_eq!(standing(&first).status, OrderStatus::Open);
    assert_eq!(standing(&first).followed, Some(order(1).version));
    assert_eq!(shelf(&model), (7, 3));

    let fewer = follow(&mut model, FollowOrder { lines: vec![line(1, 1)], ..order(2) });
    assert_eq!(ends(&fewer.movements), [(Release, Place::Committed, Place::Available, 2)]);
    let more = follow(&mut model, FollowOrder { lines: vec![line(1, 4)], ..order(3) });
    assert_eq!(ends(&more.movements), [(Reservation, Place::Available, Place::Committed, 3)]);
    assert_eq!(shelf(&model), (6, 4));
    model.check();
}

#[test]
fn the_same_state_again_changes_nothing() {
    let mut model = Model::with_stock(10);
    let state = FollowOrder {
        lines: vec![line(1, 3)],
        sales: vec![sale(1, Some(1), 1)],
        returns: vec![back(2, 1)],
        ..order(1)
    };
    follow(&mut model, state.clone());
    let (again, effects) = model.preview(&command(state));
    assert!(effects.is_empty(), "{effects:?}");
    let Outcome::Followed(again) = again else { panic!("{again:?}") };
    assert_eq!((again.movements, again.outdated), (Vec::new(), false));
}

#[test]
fn an_older_state_changes_nothing() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(5) });
    let older = FollowOrder { lines: vec![line(1, 9)], sales: vec![sale(1, None, 2)], ..order(4) };
    let (outcome, effects) = model.preview(&command(older));
    assert!(effects.is_empty(), "{effects:?}");
    let Outcome::Followed(followed) = outcome else { panic!("{outcome:?}") };
    assert!(followed.outdated);
    assert_eq!(standing(&followed).lines[0].open_quantity, 3, "the order as it is");
}

#[test]
fn of_two_states_of_one_moment_the_later_read_counts() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(5) });
    follow(&mut model, FollowOrder { lines: vec![line(1, 2)], ..order(5) });
    assert_eq!(shelf(&model), (8, 2));
}

#[test]
fn a_sale_takes_what_is_promised_first_and_the_rest_from_available() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 2)], ..order(1) });
    let sold = follow(
        &mut model,
        FollowOrder { lines: vec![line(1, 0)], sales: vec![sale(1, Some(1), 5)], ..order(2) },
    );
    assert_eq!(
        ends(&sold.movements),
        [
            (MovementKind::Sale, Place::Committed, Place::Customer, 2),
            (MovementKind::Sale, Place::Available, Place::Customer, 3),
        ]
    );
    let ids: Vec<_> = sold.movements.iter().map(|m| m.id).collect();
    assert_eq!(ids, [event_id(1), MovementId::derived(event_id(1).0, "sale", 1)]);
    let lines: Vec<_> = sold.movements.iter().map(|m| m.order_line).collect();
    assert_eq!(lines, [Some(line_id(1)), None], "a line is charged with what it had promised");
    assert_eq!(shelf(&model), (5, 0));
    assert_eq!(standing(&sold).status, OrderStatus::Fulfilled);
    model.check();
}

#[test]
fn an_order_that_is_heard_of_when_it_has_left_is_sold_from_available() {
    let mut model = Model::with_stock(10);
    let state =
        FollowOrder { lines: vec![line(1, 1)], sales: vec![sale(1, Some(1), 2)], ..order(1) };
    let followed = follow(&mut model, state);
    let sold = followed.movements.iter().find(|m| m.kind == MovementKind::Sale).expect("a sale");
    assert_eq!((sold.id, sold.from, sold.order_line), (event_id(1), Place::Available, None));
    assert_eq!(shelf(&model), (7, 1), "and what is left of it is promised");
    assert_eq!(standing(&followed).status, OrderStatus::Open);
}

#[test]
fn a_sale_that_is_known_is_not_sold_again() {
    let mut model = Model::with_stock(10);
    let lines = vec![line(1, 0)];
    let sales = vec![sale(1, Some(1), 2)];
    follow(&mut model, FollowOrder { lines: lines.clone(), sales: sales.clone(), ..order(1) });
    let sales = [sales, vec![sale(2, Some(1), 1)]].concat();
    let second = follow(&mut model, FollowOrder { lines, sales, ..order(2) });
    assert_eq!(ends(&second.movements).len(), 1);
    assert_eq!(model.total(key(), Place::Customer), 3);
}

#[test]
fn a_sale_at_a_till_leaves_movements_and_no_order() {
    let mut model = Model::with_stock(10);
    let till = FollowOrder { sales: vec![sale(1, None, 2)], ..order(1) };
    let followed = follow(&mut model, till.clone());
    assert_eq!(followed.order, None);
    assert_eq!(ends(&followed.movements).len(), 1);
    assert!(model.view.orders.is_empty());
    assert_eq!(shelf(&model), (8, 0));
    // The customer brings one back: the shop's order is younger now.
    let returned = FollowOrder { returns: vec![back(2, 1)], ..till };
    follow(&mut model, FollowOrder { version: order(9).version, ..returned });
    assert_eq!(shelf(&model), (9, 0));
    assert!(model.view.orders.is_empty());
    model.check();
}

#[test]
fn what_is_dropped_leaves_without_being_available_again() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    let dropped = FollowLine { dropped: 2, ordered: 3, ..line(1, 1) };
    let state = FollowOrder { lines: vec![dropped], ..order(2) };
    let followed = follow(&mut model, state);
    let gone = (MovementKind::Release, Place::Committed, Place::Shrink, 2);
    assert_eq!(ends(&followed.movements), [gone]);
    assert_eq!(followed.movements[0].available_change(), 0, "the shop is told nothing");
    assert_eq!(shelf(&model), (7, 1));
    assert_eq!(standing(&followed).lines[0].dropped, 2);

    let mistaken = follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(3) });
    let again = (MovementKind::Reservation, Place::Shrink, Place::Committed, 2);
    assert_eq!(ends(&mistaken.movements), [again]);
    assert_eq!((shelf(&model), model.total(key(), Place::Shrink)), ((7, 3), 0));
    model.check();
}

#[test]
fn what_was_dropped_before_a_count_was_missing_in_the_count() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    let counted_at = order(50).version;
    posted(model.run(&count(1, 8, counted_at)));
    let dropped_at = Some(order(20).version);
    let dropped = FollowLine { dropped: 2, dropped_at, ..line(1, 1) };
    let late = follow(&mut model, FollowOrder { lines: vec![dropped], ..order(90) });
    assert_eq!(late.corrections.len(), 1, "the count's variance was the drop");
    assert_eq!(model.level(key()).on_hand(), 8, "today's stock stays as counted");
    model.check();
}

#[test]
fn a_line_that_is_not_named_has_moved_elsewhere() {
    let mut model = Model::with_stock(10);
    let before = vec![line(1, 3), line(2, 1)];
    follow(&mut model, FollowOrder { lines: before, ..order(1) });
    let elsewhere = FollowLine { facility: facility(2), ..line(3, 3) };
    let state = FollowOrder { lines: vec![line(2, 1), elsewhere], ..order(2) };
    let moved = follow(&mut model, state);
    assert_eq!(shelf(&model), (9, 1));
    assert_eq!(model.level((facility(2), sku(1))).committed, 3);
    assert_eq!(standing(&moved).lines.len(), 3, "its row stays: movements name it");
    assert_eq!(moved.movements[0].kind, MovementKind::Release, "gives back before it takes");
    // What was dropped of a line that is nowhere now was a mistake, too.
    let dropped = FollowLine { dropped: 1, ..line(1, 0) };
    follow(&mut model, FollowOrder { lines: vec![dropped], ..order(2) });
    assert_eq!((shelf(&model), model.total(key(), Place::Shrink)), ((9, 0), 1));
    follow(&mut model, FollowOrder { lines: vec![elsewhere], ..order(2) });
    assert_eq!((shelf(&model), model.total(key(), Place::Shrink)), ((10, 0), 0));
    // And back, in numbers that were there before.
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(3) });
    follow(&mut model, FollowOrder { lines: vec![], ..order(4) });
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(4) });
    assert_eq!(shelf(&model), (7, 3));
    assert_eq!(model.level((facility(2), sku(1))).committed, 0);
    model.check();
}

#[test]
fn what_comes_back_is_available() {
    let mut model = Model::with_stock(10);
    let sold =
        FollowOrder { lines: vec![line(1, 0)], sales: vec![sale(1, Some(1), 2)], ..order(1) };
    follow(&mut model, sold.clone());
    let version = order(2).version;
    let returned = FollowOrder { returns: vec![back(2, 1)], version, ..sold };
    let first = follow(&mut model, returned.clone());
    let back = (MovementKind::Return, Place::Customer, Place::Available, 1);
    assert_eq!(ends(&first.movements), [back]);
    assert_eq!(shelf(&model), (9, 0));
    assert_eq!(follow(&mut model, returned).movements, [], "once");
}

#[test]
fn a_fulfilment_that_is_cancelled_is_a_sale_that_came_back_and_is_promised_again() {
    let mut model = Model::with_stock(2);
    let open = FollowOrder { lines: vec![line(1, 2)], ..order(1) };
    let sold =
        FollowOrder { lines: vec![line(1, 0)], sales: vec![sale(1, Some(1), 2)], ..order(2) };
    let undone = FollowOrder { lines: vec![line(1, 2)], returns: vec![back(2, 2)], ..sold.clone() };
    let undone = FollowOrder { version: order(3).version, ..undone };
    let mut all = model.clone();
    for state in [open, sold, undone.clone()] {
        follow(&mut all, state);
    }
    follow(&mut model, undone);
    for model in [all, model] {
        assert_eq!((shelf(&model), model.total(key(), Place::Customer)), ((0, 2), 0));
        let triggers = model.of(key()).filter(|m| m.after.available < 0).count();
        assert_eq!(triggers, 0, "a record that is right never looks wrong on the way");
    }
}

#[test]
fn the_status_is_the_shops_and_a_closed_order_may_open_again() {
    let mut model = Model::with_stock(10);
    let cancelled = |order| FollowOrder { cancelled: true, ..order };
    let states = [
        (FollowOrder { lines: vec![line(1, 1)], ..order(1) }, OrderStatus::Open),
        (cancelled(FollowOrder { lines: vec![line(1, 0)], ..order(2) }), OrderStatus::Cancelled),
        (FollowOrder { lines: vec![line(1, 2)], ..order(3) }, OrderStatus::Open),
        (FollowOrder { lines: vec![line(1, 0)], ..order(4) }, OrderStatus::Fulfilled),
        // Something of it is still promised somewhere, whatever the shop calls it.
        (cancelled(FollowOrder { lines: vec![line(1, 1)], ..order(5) }), OrderStatus::Open),
    ];
    for (state, status) in states {
        let followed = follow(&mut model, state);
        assert_eq!(standing(&followed).status, status);
        assert_eq!(model.view.orders[&id(1)].0, *standing(&followed), "as it is written");
    }
    let renamed = FollowOrder { name: "#1001-A".to_owned(), lines: vec![line(1, 1)], ..order(6) };
    follow(&mut model, FollowOrder { due_at: Some(START), ..renamed });
    let (row, _) = &model.view.orders[&id(1)];
    assert_eq!((row.name.as_str(), row.due_at), ("#1001-A", Some(START)));
}

#[test]
fn facts_are_never_refused_for_their_time() {
    let mut model = Model::with_stock(10);
    let opened_at = model.view.facilities[&facility(1)].opened_at;
    let mut early = sale(1, None, 1);
    early.at = opened_at.plus(-Micros::DAY);
    let mut ahead = sale(2, None, 1);
    ahead.at = START.plus(CLOCK_SKEW_MAX_MICROS + Micros::DAY);
    let mut came_early = back(3, 1);
    came_early.at = Micros(0);
    let gone = FollowLine { dropped: 1, dropped_at: Some(Micros(0)), ..line(1, 0) };
    let state = FollowOrder {
        lines: vec![gone],
        sales: vec![early, ahead],
        returns: vec![came_early],
        ..order(1)
    };
    let followed = follow(&mut model, state);
    for movement in &followed.movements {
        let expected = if movement.id == event_id(2) { movement.recorded_at } else { opened_at };
        assert_eq!(movement.effective_at, expected, "{movement:?}");
    }
    model.check();
}

#[test]
fn what_the_shop_says_is_accepted_even_where_the_record_goes_negative() {
    let mut model = Model::with_stock(1);
    let lines = vec![line(1, 4)];
    let state = FollowOrder { lines, sales: vec![sale(1, None, 3)], ..order(1) };
    let (outcome, effects) = model.preview(&command(state));
    assert!(matches!(outcome, Outcome::Followed(_)), "{outcome:?}");
    assert_eq!(effects.levels[0].1.quantities.available, -6);
    assert!(effects.triggers.iter().any(|t| t.cause == Cause::NegativeAvailable));
}

#[test]
fn a_late_sale_corrects_the_count_after_it() {
    let mut model = Model::with_stock(10);
    posted(model.run(&count(1, 8, START.plus(-Micros::SECOND))));
    let late = follow(&mut model, FollowOrder { sales: vec![sale(1, None, 2)], ..order(1) });
    assert_eq!(late.corrections.len(), 1);
    assert_eq!(model.level(key()).on_hand(), 8);
    model.check();
}

#[test]
fn what_is_promised_at_a_facility_that_closed_is_let_go() {
    let mut model = Model::with_stock(10);
    follow(&mut model, FollowOrder { lines: vec![line(1, 3)], ..order(1) });
    model.view.facilities.get_mut(&facility(1)).expect("it").active = false;
    let more = FollowOrder { lines: vec![line(1, 4)], ..order(2) };
    assert_eq!(refused(model.run(&command(more))), Refusal::FacilityClosed);
    follow(&mut model, FollowOrder { lines: vec![line(1, 0)], cancelled: true, ..order(2) });
    assert_eq!(shelf(&model), (10, 0));
}

#[test]
fn two_states_in_one_batch_are_followed_one_after_the_other() {
    let mut model = Model::with_stock(10);
    let elsewhere = FollowLine { facility: facility(2), ..line(2, 1) };
    let states = [
        FollowOrder { lines: vec![line(1, 3)], ..order(1) },
        FollowOrder { lines: vec![line(1, 1), elsewhere], ..order(2) },
        FollowOrder { lines: vec![line(1, 2)], ..order(3) },
    ];
    let mut alone = model.clone();
    let commands: Vec<_> = states.into_iter().map(command).collect();
    let together = model.run_batch(&commands);
    let singly: Vec<_> = commands.iter().map(|command| alone.run(command)).collect();
    assert_eq!(together, singly);
    assert_eq!(model.view.orders, alone.view.orders);
    assert_eq!(shelf(&model), (8, 2));
    model.check();
}

#[test]
fn following_is_audited_where_it_changes_something() {
    let mut model = Model::with_stock(10);
    let rows = model.audit_rows;
    let state = FollowOrder { lines: vec![line(1, 3)], ..order(1) };
    follow(&mut model, state.clone());
    assert_eq!(model.audit_rows, rows + 1);
    // Somebody wrote a remark in the shop.
    follow(&mut model, FollowOrder { version: order(2).version, ..state });
    assert_eq!(model.audit_rows, rows + 1);
    assert_eq!(model.view.orders[&id(1)].0.followed, Some(order(2).version));
}
