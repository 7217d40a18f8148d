//! A work order ends together with the posting of its lines.

use uuid::Uuid;

use super::model::*;
use crate::{
    count::CountStatus,
    ids::{AnchorId, CountId},
    plan::{
        command::{Authority, Body, Closing, Command, Count, CountLine},
        outcome::Refusal,
        view::WorkOrder,
    },
};

const VERSION: i64 = 7;

fn order() -> CountId {
    CountId(Uuid::from_u128(0xC0))
}

fn in_review() -> Model {
    let mut model = Model::with_stock(10);
    let status = CountStatus::InReview;
    let work = WorkOrder { facility: facility(1), status, version: VERSION, closed_by: None };
    model.view.counts.insert(order(), work);
    model
}

fn close(authority: Authority, version: i64, counted: &[i64]) -> Command {
    let lines = (1..).zip(counted).map(|(n, counted)| CountLine {
        id: AnchorId(movement_id(n).0),
        sku: sku(n),
        counted: *counted,
        at: START,
    });
    let closes = Some(Closing { count: order(), version });
    let count = Count { facility: facility(1), closes, lines: lines.collect() };
    Command { authority, body: Body::Count(count) }
}

#[test]
fn of_two_who_close_a_count_one_does() {
    let mut model = in_review();
    let other = limited(2, crate::access::Limits::NONE);
    let both = [close(controller(), VERSION, &[8]), close(other.clone(), VERSION, &[8])];
    let mut outcomes = model.run_batch(&both);
    assert_eq!(refused(outcomes.remove(1)), Refusal::CountStatus(CountStatus::Closed));
    assert_eq!(posted(outcomes.remove(0)).movements.len(), 1);
    let again = posted(model.run(&both[0]));
    assert!(again.replay && again.movements.is_empty(), "a second click changes nothing");
    let work = model.view.counts[&order()];
    assert_eq!((work.status, work.version), (CountStatus::Closed, VERSION + 1));
    assert_eq!(work.closed_by, Some(controller().actor));
    assert_eq!(model.level((facility(1), sku(1))).good(), 8);
    model.check();
}

#[test]
fn a_count_without_accepted_lines_is_closed_once() {
    let mut model = in_review();
    let command = close(controller(), VERSION, &[]);
    assert!(!posted(model.run(&command)).replay, "the work order has ended");
    assert_eq!(model.view.counts[&order()].status, CountStatus::Closed);
    assert!(posted(model.run(&command)).replay, "and a second click changes nothing");
    assert_eq!(model.view.counts[&order()].version, VERSION + 1);
}

#[test]
fn what_was_decided_otherwise_in_the_meantime_is_not_posted() {
    let mut model = in_review();
    let stale = close(controller(), VERSION - 1, &[8]);
    assert_eq!(refused(model.run(&stale)), Refusal::CountChanged);
    model.view.counts.get_mut(&order()).unwrap().status = CountStatus::Open;
    let early = close(controller(), VERSION, &[8]);
    assert_eq!(refused(model.run(&early)), Refusal::CountStatus(CountStatus::Open));
    model.view.counts.get_mut(&order()).unwrap().facility = facility(2);
    assert_eq!(refused(model.run(&early)), Refusal::UnknownCount(order()));
    assert_eq!(model.level((facility(1), sku(1))).good(), 10);
}

#[test]
fn one_line_that_can_not_be_posted_leaves_the_count_in_review() {
    let mut model = in_review();
    let both = close(controller(), VERSION, &[8, -1]);
    assert_eq!(refused(model.run(&both)), Refusal::NegativeQuantity);
    assert_eq!(model.view.counts[&order()].status, CountStatus::InReview);
    assert_eq!(model.level((facility(1), sku(1))).good(), 10, "nor is any other line");
    posted(model.run(&close(controller(), VERSION, &[])));
    assert_eq!(model.view.counts[&order()].status, CountStatus::Closed, "also without lines");
    assert_eq!(model.audit_rows, 2, "the opening's, and the closing's");
}
