//! Count lines that are taken back: the ledger is what it would be without them.

use proptest::prelude::*;

use super::{
    model::*,
    properties::{Event, KEY, PLENTY, command, history, state},
};
use crate::{
    access::Limits,
    ids::AnchorId,
    movement::MovementKind,
    plan::{
        command::{Body, Command, UndoCount, UndoLine},
        outcome::{Outcome, Refusal},
    },
    time::Micros,
};

fn undo_line(id: u128, at: Micros) -> Command {
    let line = UndoLine { id: AnchorId(movement_id(id).0), sku: sku(1), at };
    let undo = UndoCount { facility: facility(1), lines: vec![line], note: None };
    Command { authority: controller(), body: Body::UndoCount(undo) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever arrives before, between and after, whichever counts are undone, in which order.
    #[test]
    fn an_undone_count_never_was(
        (events, order) in history(),
        undone in prop::collection::vec(any::<bool>(), 25),
        cut in 0..25_usize,
    ) {
        let is_undone = |n: &usize| undone[*n] && matches!(events[*n].0, Event::Count(_));
        let mut model = Model::with_stock(PLENTY);
        let mut without = Model::with_stock(PLENTY);
        let mut posted_counts = Vec::new();
        for (place, n) in order.iter().enumerate() {
            let command = command((*n, &events[*n]));
            prop_assert!(!matches!(model.run(&command), Outcome::Refused(_)));
            if is_undone(n) {
                posted_counts.push(*n);
            } else {
                without.run(&command);
            }
            // Some are undone while things still arrive, the latest first; the rest at the end.
            if place >= cut && let Some(n) = posted_counts.pop() {
                let undo = undo_line(n as u128 + 1, events[n].1);
                prop_assert!(!matches!(model.run(&undo), Outcome::Refused(_)));
            }
        }
        for n in posted_counts {
            let undo = undo_line(n as u128 + 1, events[n].1);
            prop_assert!(!matches!(model.run(&undo), Outcome::Refused(_)));
            let again = posted(model.run(&undo));
            prop_assert!(again.replay && again.movements.is_empty());
        }
        model.check();
        let (totals, variances) = state(&model);
        let standing: Vec<_> = variances
            .into_iter()
            .filter(|(at, _)| !model.anchors(KEY())[at].voided)
            .collect();
        prop_assert_eq!((totals, standing), state(&without));
    }
}

#[test]
fn the_movement_is_reversed_by_name_and_its_corrections_with_it() {
    let mut model = Model::with_stock(10);
    let at = START.plus(-Micros::DAY);
    posted(model.run(&count(1, 7, at)));
    // Learned of late: one of the three had been sold before the count.
    let mut sale = fact(2, MovementKind::Sale, 1);
    sale.effective_at = Some(at.plus(-1));
    posted(model.run(&record(vec![sale])));
    assert_eq!(model.anchors(KEY())[&at].variance, -2);

    let undone = posted(model.run(&undo_line(1, at)));
    let kinds: Vec<_> = undone.movements.iter().map(|m| (m.kind, m.good_change())).collect();
    assert_eq!(kinds, [(MovementKind::LateCorrection, -1), (MovementKind::Reversal, 3)]);
    assert_eq!(undone.movements[1].reverses, Some(movement_id(1)));
    assert!(undone.movements.iter().all(|m| m.effective_at == at));
    assert_eq!(model.level(KEY()).good(), 9, "ten, less the one that was sold");
    model.check();
    let by_itself = undo(controller(), 9, 1);
    assert!(matches!(refused(model.run(&by_itself)), Refusal::AlreadyReversed { .. }));
}

#[test]
fn what_is_learned_later_passes_an_undone_count() {
    let mut model = Model::with_stock(10);
    let at = START.plus(-Micros::DAY);
    posted(model.run(&count(1, 7, at)));
    posted(model.run(&undo_line(1, at)));
    let mut sale = fact(2, MovementKind::Sale, 1);
    sale.effective_at = Some(at.plus(-1));
    let late = posted(model.run(&record(vec![sale])));
    assert!(late.corrections.is_empty());
    assert_eq!(model.level(KEY()).good(), 9);
    model.check();
}

#[test]
fn a_surplus_that_was_sold_since_stays() {
    let mut model = Model::with_stock(1);
    let at = START.plus(-Micros::DAY);
    posted(model.run(&count(1, 4, at)));
    posted(model.run(&record(vec![fact(2, MovementKind::Sale, 2)])));
    let refusal = refused(model.run(&undo_line(1, at)));
    assert_eq!(refusal, Refusal::BelowZero { good: 2, asked: 3, on_hand: 2 });
    // Counted again before the sale: what was there is known, whatever the first count said.
    posted(model.run(&count(3, 4, START)));
    posted(model.run(&undo_line(1, at)));
    assert_eq!(model.level(KEY()).good(), 2);
    model.check();
}

#[test]
fn undoing_takes_the_right_to_have_done_it() {
    let mut model = Model::with_stock(10);
    let at = START.plus(-Micros::DAY);
    posted(model.run(&count(1, 4, at)));
    let Command { body, .. } = undo_line(1, at);
    let limits = Limits { variance_units_max: Some(5), ..Limits::NONE };
    for authority in [reporter(2), limited(2, limits)] {
        let undo = Command { authority, body: body.clone() };
        assert!(matches!(refused(model.run(&undo)), Refusal::AboveLimit(_)));
    }
    let elsewhere = undo_line(1, at.plus(1));
    assert!(matches!(refused(model.run(&elsewhere)), Refusal::UnknownMovement(_)));
    assert_eq!(model.level(KEY()).good(), 4);
}
