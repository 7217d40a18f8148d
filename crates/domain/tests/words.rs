//! The words that databases, the API and other systems have in store: none may ever change.

use std::collections::BTreeSet;

use onhand_domain::{
    Access, Direction, FacilityId, FacilityScope, Grant, Limits, Micros, Money, MovementKind,
    Origin, Permission, Place, PrincipalId, Quantities, Role, State,
    order::OrderStatus,
    plan::{self, outcome::Cause},
    request::{Because, RequestStatus},
};
use uuid::Uuid;

macro_rules! words {
    ($type:ident: $($value:ident = $word:literal),*) => {
        $(
            assert_eq!($type::$value.code(), $word);
            assert_eq!($type::from_code($word), Some($type::$value));
        )*
        assert_eq!($type::from_code("nothing"), None);
    };
}

#[test]
fn words_are_kept() {
    words!(OrderStatus: Open = "open", Fulfilled = "fulfilled", Cancelled = "cancelled");
    words!(Direction: Loss = "loss", Gain = "gain", Both = "both");
    words!(RequestStatus: Pending = "pending", Approved = "approved", Declined = "declined");
    words!(Because: NoPermission = "no_permission", Units = "units", Value = "value",
        DayValue = "day_value");
    words!(Origin: Ui = "ui", Api = "api", Import = "import", Pos = "pos", Shopify = "shopify");
    words!(MovementKind: Opening = "opening", Receipt = "receipt", Sale = "sale",
        Return = "return", TransferOut = "transfer_out", TransferIn = "transfer_in",
        Reservation = "reservation", Release = "release", Variance = "variance", Count = "count",
        LateCorrection = "late_correction", Reversal = "reversal");
    assert_eq!(Cause::NegativeOnHand.code(), "negative_on_hand");
    assert_eq!(Cause::NegativeAvailable.code(), "negative_available");
}

#[test]
fn facts_are_what_others_saw() {
    use MovementKind::{Count, LateCorrection, Reversal, Variance};
    for kind in MovementKind::ALL {
        let ours = [Count, LateCorrection, Reversal, Variance].contains(kind);
        assert_eq!(kind.is_fact(), !ours, "{kind:?}");
    }
}

#[test]
fn limits_are_those_of_the_description() {
    assert_eq!(plan::CLOCK_SKEW_MAX_MICROS, 120_000_000, "two minutes");
    assert_eq!(Micros::DAY, 86_400_000_000);
    assert_eq!((plan::QUANTITY_MAX, plan::DOCUMENT_LINES_MAX), (1_000_000, 50_000));
}

#[test]
fn each_state_has_its_own_quantity() {
    let quantities = Quantities {
        available: 1,
        committed: 2,
        reserved: 4,
        damaged: 8,
        quality_control: 16,
        safety_stock: 32,
    };
    let states = [
        (Place::Available, State::Available, 1),
        (Place::Committed, State::Committed, 2),
        (Place::Reserved, State::Reserved, 4),
        (Place::Damaged, State::Damaged, 8),
        (Place::QualityControl, State::QualityControl, 16),
        (Place::SafetyStock, State::SafetyStock, 32),
    ];
    for (place, state, quantity) in states {
        assert_eq!(place.state(), Some(state));
        assert_eq!(quantities.get(state), quantity);
    }
    let outside = Place::ALL.iter().filter(|place| place.state().is_none()).count();
    assert_eq!(outside, Place::ALL.len() - states.len());
    assert_eq!((quantities.on_hand(), quantities.good()), (63, 39));
}

#[test]
fn times_are_those_of_the_calendar() {
    let at = Micros(1_768_478_400_250_000);
    let written = at.to_timestamp().expect("a time of these years");
    assert_eq!(written.to_string(), "2026-01-15T12:00:00.25Z");
    assert_eq!(Micros::from(written), at);
    assert_eq!(Micros(i64::MAX).to_timestamp(), None);
    assert_eq!(Micros(i64::MAX).plus(1), Micros(i64::MAX));
}

#[test]
fn an_amount_is_digits_with_a_point() {
    for wrong in ["x1.5", "1.5x", "1.+5", "+1", "1.23456"] {
        assert!(wrong.parse::<Money>().is_err(), "{wrong}");
    }
}

#[test]
fn a_direction_allows_its_own_sign() {
    for (direction, allowed) in [
        (Direction::Loss, [true, false, false]),
        (Direction::Gain, [false, false, true]),
        (Direction::Both, [true, false, true]),
    ] {
        assert_eq!([-1, 0, 1].map(|n| direction.allows(n)), allowed, "{direction:?}");
    }
}

fn role(permissions: &[Permission], limits: Limits) -> Role {
    let role = Role::shipped().into_iter().next().expect("a role");
    Role { permissions: permissions.iter().copied().collect(), limits, ..role }
}

fn facility(n: u128) -> FacilityId {
    FacilityId(Uuid::from_u128(n))
}

#[test]
fn what_two_roles_give_is_added_up() {
    let small = Limits {
        variance_units_max: Some(5),
        variance_value_max: Some(Money(90)),
        day_value_max: Some(Money(100)),
    };
    let large = Limits {
        variance_units_max: Some(50),
        variance_value_max: Some(Money(10)),
        day_value_max: None,
    };
    let both = Limits {
        variance_units_max: Some(50),
        variance_value_max: Some(Money(90)),
        day_value_max: None,
    };
    assert_eq!((small.or(large), large.or(small)), (both, both));
    let grant = |limits, n| Grant {
        role: role(&[Permission::VariancePost], limits),
        facilities: FacilityScope::Only(BTreeSet::from([facility(1), facility(n)])),
    };
    let access = Access {
        principal: PrincipalId(Uuid::from_u128(9)),
        grants: vec![grant(small, 2), grant(large, 3)],
        blind: None,
    };
    assert_eq!(access.limits(Permission::VariancePost, facility(1)), Some(both));
    assert_eq!(access.limits(Permission::VariancePost, facility(2)), Some(small));
    let everywhere = FacilityScope::Only([1, 2, 3].map(facility).into());
    assert_eq!(access.scope(Permission::VariancePost), everywhere);
    assert_eq!(access.scope(Permission::StockView), FacilityScope::none());
    assert_eq!(everywhere.union(&FacilityScope::All), FacilityScope::All);
}
