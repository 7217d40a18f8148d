//! The byte forms that hashes are taken of. Every ledger there is was chained by them and every
//! retry is recognised by them: where one of these tests fails, so does every database.

use onhand_domain::{
    AnchorId, Direction, Effect, FacilityId, Micros, Money, Movement, MovementId, MovementKind,
    OrderId, OrderLineId, Origin, Place, PrincipalId, Quantities, Reason, SkuId,
    plan::command::{CountLine, Fact, OrderDraft, OrderLineDraft, Reverse, Variance},
};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn hex(hash: [u8; 32]) -> String {
    let first = hash.first_chunk().expect("32 bytes");
    format!("{:016x}", u64::from_be_bytes(*first))
}

fn movement() -> Movement {
    Movement {
        id: MovementId(id(1)),
        facility: FacilityId(id(2)),
        seq: 3,
        sku: SkuId(id(4)),
        kind: MovementKind::Variance,
        quantity: 5,
        from: Place::Available,
        to: Place::Damaged,
        reason: Some("damaged".to_owned()),
        effective_at: Micros(6),
        recorded_at: Micros(7),
        actor: PrincipalId(id(8)),
        device: Some("till".to_owned()),
        origin: Origin::Ui,
        origin_key: Some("k".to_owned()),
        note: Some("torn".to_owned()),
        reverses: Some(MovementId(id(9))),
        corrects: Some(AnchorId(id(10))),
        order_line: Some(OrderLineId(id(11))),
        unit_cost: Some(Money(12)),
        after: Quantities { available: 1, committed: 2, reserved: 3, damaged: 4, ..six() },
        fingerprint: [13; 32],
        hash: [0; 32],
    }
}

fn six() -> Quantities {
    Quantities { quality_control: 5, safety_stock: 6, ..Quantities::default() }
}

#[test]
fn the_chain_has_this_form() {
    let first = movement().chain(&[0; 32]);
    assert_eq!(hex(first), "0228f44585026242");
    assert_ne!(movement().chain(&first), first, "the one before is part of it");
}

/// A change that the chain does not see could be made to the ledger without anybody noticing.
#[test]
fn the_chain_covers_every_field() {
    let changes: [fn(&mut Movement); 27] = [
        |m| m.id = MovementId(id(99)),
        |m| m.facility = FacilityId(id(99)),
        |m| m.seq = 99,
        |m| m.sku = SkuId(id(99)),
        |m| m.kind = MovementKind::Sale,
        |m| m.quantity = 99,
        |m| m.from = Place::Reserved,
        |m| m.to = Place::Shrink,
        |m| m.reason = None,
        |m| m.effective_at = Micros(99),
        |m| m.recorded_at = Micros(99),
        |m| m.actor = PrincipalId(id(99)),
        |m| m.device = None,
        |m| m.origin = Origin::Api,
        |m| m.origin_key = None,
        |m| m.note = None,
        |m| m.reverses = None,
        |m| m.corrects = None,
        |m| m.order_line = None,
        |m| m.unit_cost = None,
        |m| m.after.available = 99,
        |m| m.after.committed = 99,
        |m| m.after.reserved = 99,
        |m| m.after.damaged = 99,
        |m| m.after.quality_control = 99,
        |m| m.after.safety_stock = 99,
        |m| m.fingerprint = [99; 32],
    ];
    let whole = movement().chain(&[0; 32]);
    for (n, change) in changes.into_iter().enumerate() {
        let mut forged = movement();
        change(&mut forged);
        assert_ne!(forged.chain(&[0; 32]), whole, "change {n}");
    }
}

#[test]
fn what_was_asked_has_this_form() {
    let reason = Reason {
        code: "damaged".to_owned(),
        label: "Damaged".to_owned(),
        direction: Direction::Loss,
        effect: Effect::State(Place::Damaged),
        gl_account: None,
        note_required: false,
        selectable: true,
        active: true,
        position: 1,
    };
    let variance = Variance {
        id: MovementId(id(1)),
        facility: FacilityId(id(2)),
        sku: SkuId(id(3)),
        quantity: -1,
        reason,
        note: None,
        effective_at: Some(Micros(4)),
    };
    assert_eq!(hex(variance.fingerprint(PrincipalId(id(5)))), "339212472fac896c");
    let reverse = Reverse { id: MovementId(id(1)), target: MovementId(id(2)), note: None };
    assert_eq!(hex(reverse.fingerprint(PrincipalId(id(5)))), "26685842d27bca64");
    let fact = Fact {
        id: MovementId(id(1)),
        facility: FacilityId(id(2)),
        sku: SkuId(id(3)),
        kind: MovementKind::Sale,
        quantity: 2,
        effective_at: None,
        origin_key: Some("k".to_owned()),
        note: None,
        order_line: None,
        unit_cost: Some(Money(4)),
    };
    assert_eq!(hex(fact.fingerprint()), "97c11669eebccae0");
    let line = OrderLineDraft {
        id: OrderLineId(id(4)),
        facility: FacilityId(id(5)),
        sku: SkuId(id(6)),
        quantity: 7,
    };
    let order = OrderDraft {
        id: OrderId(id(1)),
        name: "#1".to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: Some(Micros(2)),
        lines: vec![line],
    };
    assert_eq!(hex(order.fingerprint()), "13249d61f77a8577");
    let count = CountLine { id: AnchorId(id(1)), sku: SkuId(id(2)), counted: 3, at: Micros(4) };
    assert_eq!(hex(count.fingerprint(FacilityId(id(5)))), "3275b1c1afd20c6f");
}

#[test]
fn derived_ids_have_this_form() {
    let derived = MovementId::derived(id(1), "late_correction", 0);
    assert_eq!(derived.to_string(), "defe80dc-5b65-8c1d-b28d-d19f4c5d971c");
    assert_ne!(MovementId::derived(id(1), "late_correction", 1), derived);
    for n in 0..200 {
        let id = MovementId::derived(id(n), "sale", 0).0;
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }
    // The other bits are those of the hash: none is lost but the six that say what kind it is.
    let (mut ones, mut zeros) = (0, 0);
    for n in 0..200 {
        let bits = MovementId::derived(id(n), "sale", 0).0.as_u128();
        (ones, zeros) = (ones | bits, zeros | !bits);
    }
    assert_eq!((ones & zeros).count_ones(), 122);
}
