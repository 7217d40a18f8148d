//! Whatever happens, and whoever did it: what the shop is told adds up to what it should have.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    movement::{MovementKind, Origin},
    place::{Place, Quantities},
};

/// A step of a history: at which facility, what, and whether the shop did it.
#[derive(Clone, Debug)]
struct Step {
    facility: usize,
    kind: MovementKind,
    quantity: i64,
    from: Place,
    to: Place,
    own: bool,
}

fn step(facilities: usize) -> impl Strategy<Value = Step> {
    let place = || prop::sample::select(Place::ALL.to_vec());
    let kind = prop::sample::select(MovementKind::ALL.to_vec());
    (0..facilities, kind, 1..9_i64, place(), place(), any::<bool>())
        .prop_filter("units move", |(_, _, _, from, to, _)| from != to)
        .prop_map(|(facility, kind, quantity, from, to, own)| {
            let own = own && shop_did_it(kind, Origin::Shopify);
            Step { facility, kind, quantity, from, to, own }
        })
}

/// Facilities with what they have and hold back, a threshold, and what happens.
fn history() -> impl Strategy<Value = (Vec<(i64, i64)>, i64, Vec<Step>)> {
    (1..4_usize).prop_flat_map(|facilities| {
        let safety = prop_oneof![Just(0_i64), 0..4_i64];
        (
            prop::collection::vec((-3..20_i64, safety), facilities),
            prop_oneof![Just(0_i64), 0..5_i64],
            prop::collection::vec(step(facilities), 1..60),
        )
    })
}

fn parts(levels: &[Quantities], safety: &[i64]) -> Vec<Part> {
    let part = |(level, safety_stock): (&Quantities, &i64)| Part {
        available: level.available,
        safety_stock: *safety_stock,
    };
    levels.iter().zip(safety).map(part).collect()
}

/// A shop that does what it is told.
struct Shop(BTreeMap<QuantityName, i64>);

impl Shop {
    fn add(&mut self, name: QuantityName, delta: i64) {
        *self.0.entry(name).or_default() += delta;
    }

    fn moves(&mut self, step: &Step) {
        if let Some(from) = QuantityName::of(step.from) {
            self.add(from, -step.quantity);
        }
        if let Some(to) = QuantityName::of(step.to) {
            self.add(to, step.quantity);
        }
    }

    fn is_told(&mut self, change: &Change) {
        match (change.kind, change.to) {
            (CallKind::Adjust, None) => self.add(change.name, change.delta),
            (CallKind::Move, Some(to)) => {
                assert!(change.delta > 0, "the shop moves no negative number");
                self.add(change.name, -change.delta);
                self.add(to, change.delta);
            }
            other => panic!("no such change: {other:?}"),
        }
    }

    fn get(&self, name: QuantityName) -> i64 {
        self.0.get(&name).copied().unwrap_or_default()
    }
}

/// The ledger's number for a quantity of the shop.
fn ledger(level: &Quantities, name: QuantityName) -> i64 {
    match name {
        QuantityName::Available => level.available,
        QuantityName::Reserved => level.reserved,
        QuantityName::Damaged => level.damaged,
        QuantityName::QualityControl => level.quality_control,
        QuantityName::SafetyStock => level.safety_stock,
    }
}

proptest! {
    /// After each step: expected is the target, the shop has it, and where the location is one
    /// facility it has every other quantity of the ledger too.
    #[test]
    fn the_shop_is_equal_after_each_movement((start, threshold, steps) in history()) {
        let safety: Vec<i64> = start.iter().map(|(_, safety)| *safety).collect();
        let level = |available: &i64| Quantities { available: *available, ..Quantities::default() };
        let mut levels: Vec<Quantities> = start.iter().map(|(n, _)| level(n)).collect();
        let rule = Rule::of(&safety, threshold);
        let mut expected = target(rule, parts(&levels, &safety)).expect("small");
        let mut shop = Shop(BTreeMap::from([(QuantityName::Available, expected)]));
        for step in &steps {
            let level = &mut levels[step.facility];
            *level = level.after(step.quantity, step.from, step.to).expect("small");
            let after = target(rule, parts(&levels, &safety)).expect("small");
            let moved = Moved {
                kind: step.kind,
                quantity: step.quantity,
                from: step.from,
                to: step.to,
                reason: None,
                own: step.own,
            };
            if step.own {
                shop.moves(step);
            }
            let derived = derive(&moved, expected, after, rule.exact).expect("small");
            derived.changes.iter().for_each(|change| shop.is_told(change));
            expected = derived.expected;
            prop_assert_eq!(expected, after);
            prop_assert_eq!(shop.get(QuantityName::Available), after);
            if rule.exact {
                prop_assert_eq!(after, levels[0].available);
                if step.own {
                    prop_assert_eq!(&derived.changes, &[], "an echo");
                }
                for name in QuantityName::ALL {
                    let told = shop.get(*name);
                    prop_assert_eq!(told, ledger(&levels[0], *name), "{}", name.code());
                }
            } else {
                prop_assert!(after >= 0, "a group offers no negative number");
            }
        }
    }

    /// Fewer units than before with none left to sell go before anything else.
    #[test]
    fn what_could_oversell_goes_first(change in -9..9_i64, after in -9..9_i64) {
        let first = Urgency::of(change, after) == Urgency::Oversell;
        prop_assert_eq!(first, change < 0 && after <= 0);
        prop_assert_eq!(Urgency::from_rank(Urgency::of(change, after).rank()),
            Some(Urgency::of(change, after)));
    }
}

fn moved(kind: MovementKind, from: Place, to: Place) -> Moved<'static> {
    Moved { kind, quantity: 2, from, to, reason: None, own: false }
}

#[test]
fn damage_on_the_premises_is_a_move() {
    let damage = moved(MovementKind::Variance, Place::Available, Place::Damaged);
    let derived = derive(&damage, 5, 3, true).expect("small");
    let [change] = derived.changes.as_slice() else { panic!("{derived:?}") };
    assert_eq!((change.kind, change.delta), (CallKind::Move, 2));
    assert_eq!((change.name, change.to), (QuantityName::Available, Some(QuantityName::Damaged)));
    assert_eq!((change.reason, change.urgency), (ShopReason::Damaged, Urgency::Fall));
    // Where several facilities stand behind the location, only the number for sale is the shop's.
    let derived = derive(&damage, 5, 3, false).expect("small");
    let [change] = derived.changes.as_slice() else { panic!("{derived:?}") };
    assert_eq!((change.kind, change.delta), (CallKind::Adjust, -2));
}

#[test]
fn a_sale_of_promised_units_elsewhere_is_no_news() {
    let sent = moved(MovementKind::Sale, Place::Committed, Place::Customer);
    assert_eq!(derive(&sent, 5, 5, true).expect("small").changes, []);
    let promised = moved(MovementKind::Reservation, Place::Available, Place::Committed);
    let derived = derive(&promised, 2, 0, true).expect("small");
    let [change] = derived.changes.as_slice() else { panic!("{derived:?}") };
    assert_eq!((change.kind, change.delta), (CallKind::Adjust, -2));
    assert_eq!(change.reason, ShopReason::ReservationCreated);
    assert_eq!(change.urgency, Urgency::Oversell);
}

#[test]
fn what_follows_from_a_shops_sale_is_ours_to_tell() {
    assert!(shop_did_it(MovementKind::Sale, Origin::Shopify));
    assert!(!shop_did_it(MovementKind::Sale, Origin::Pos), "another till");
    for kind in [MovementKind::LateCorrection, MovementKind::Reversal, MovementKind::Variance] {
        assert!(!shop_did_it(kind, Origin::Shopify), "{}", kind.code());
    }
}

#[test]
fn a_threshold_and_safety_stocks_hold_back() {
    let parts = |a, b| {
        let part = |available| Part { available, safety_stock: 2 };
        [part(a), part(b)]
    };
    let rule = Rule::of(&[2, 2], 3);
    assert_eq!(
        target(rule, parts(9, 1)),
        Ok(7),
        "one that lacks units takes nothing from the rest"
    );
    assert_eq!(target(rule, parts(5, 2)), Ok(0), "at the threshold");
    assert_eq!(target(rule, parts(5, 3)), Ok(4));
    let alone = [Part { available: -4, safety_stock: 0 }];
    assert_eq!(target(Rule::of(&[0], 0), alone), Ok(-4), "the shop may know");
    assert_eq!(target(Rule::of(&[0], 1), alone), Ok(0));
    assert_eq!(target(Rule::of(&[1], 0), alone), Ok(0));
    let far = [Part { available: i64::MAX, safety_stock: 0 }; 2];
    assert!(target(Rule::of(&[0, 0], 0), far).is_err());
}

#[test]
fn shipped_reasons_have_the_shops_words() {
    let words = |code: &str| {
        let reason = crate::Reason::shipped().into_iter().find(|r| r.code == code);
        let reason = reason.expect("shipped");
        let quantity = if reason.direction.allows(-1) { -1 } else { 1 };
        reason_of(MovementKind::Variance, Some(code), reason.ends(quantity)).code()
    };
    for (code, word) in [
        ("damaged", "damaged"),
        ("lost", "shrinkage"),
        ("stolen", "shrinkage"),
        ("found", "correction"),
        ("sample", "promotion"),
        ("display", "damaged"),
        ("receiving_short", "received"),
        ("receiving_over", "received"),
        ("return_not_recorded", "restock"),
        ("shipped_by_mistake", "other"),
        ("data_correction", "correction"),
    ] {
        assert_eq!(words(code), word, "{code}");
    }
    assert_eq!(ShopReason::ALL.len(), 17, "the shop knows these and no others");
}
