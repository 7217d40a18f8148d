//! The ledger's words and its canonical bytes, as the documentation of `encode` and
//! `Movement::chain` lays them out: written here a second time, so that a slip there is seen here.

use onhand_domain::{Movement, MovementKind, Origin, Place, encode::Hash};
use sha2::{Digest, Sha256};

pub(super) const fn place(place: Place) -> &'static str {
    match place {
        Place::Available => "available",
        Place::Committed => "committed",
        Place::Reserved => "reserved",
        Place::Damaged => "damaged",
        Place::QualityControl => "quality_control",
        Place::SafetyStock => "safety_stock",
        Place::Supplier => "supplier",
        Place::Customer => "customer",
        Place::Shrink => "shrink",
        Place::Found => "found",
        Place::Transit => "transit",
        Place::Opening => "opening",
    }
}

const fn kind(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Opening => "opening",
        MovementKind::Receipt => "receipt",
        MovementKind::Sale => "sale",
        MovementKind::Return => "return",
        MovementKind::TransferOut => "transfer_out",
        MovementKind::TransferIn => "transfer_in",
        MovementKind::Reservation => "reservation",
        MovementKind::Release => "release",
        MovementKind::Variance => "variance",
        MovementKind::Count => "count",
        MovementKind::LateCorrection => "late_correction",
        MovementKind::Reversal => "reversal",
    }
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Ui => "ui",
        Origin::Api => "api",
        Origin::Import => "import",
        Origin::Pos => "pos",
        Origin::Shopify => "shopify",
    }
}

/// The six states, in the order of the columns.
pub(super) const STATES: [Place; 6] = [
    Place::Available,
    Place::Committed,
    Place::Reserved,
    Place::Damaged,
    Place::QualityControl,
    Place::SafetyStock,
];

/// Which of the six states a place is, if it is one.
pub(super) fn state(place: Place) -> Option<usize> {
    STATES.iter().position(|state| *state == place)
}

/// Whether a count sees what lies here: four of the six states (DESIGN section 3, rule 7).
pub(super) const fn is_good(place: Place) -> bool {
    matches!(place, Place::Available | Place::Committed | Place::Reserved | Place::SafetyStock)
}

/// How many good units a movement adds.
pub(super) fn good_units(movement: &Movement) -> i64 {
    let arrives = if is_good(movement.to) { movement.quantity } else { 0 };
    let leaves = if is_good(movement.from) { movement.quantity } else { 0 };
    arrives - leaves
}

/// Field after field: a letter for its kind, its length in eight bytes, its bytes.
struct Form(Vec<u8>);

impl Form {
    fn field(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.field(b't', text.as_bytes());
    }

    fn int(&mut self, number: i64) {
        self.field(b'i', &number.to_be_bytes());
    }

    fn maybe(&mut self, kind: u8, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.field(kind, bytes),
            None => self.field(b'n', &[]),
        }
    }
}

/// The hash that belongs on a movement after one with the hash `previous`.
pub(super) fn chained(previous: &Hash, m: &Movement) -> Hash {
    let mut form = Form(Vec::with_capacity(700));
    form.text("onhand.movement.v1");
    form.field(b'b', previous);
    form.field(b'b', m.id.0.as_bytes());
    form.field(b'b', m.facility.0.as_bytes());
    form.int(m.seq);
    form.field(b'b', m.sku.0.as_bytes());
    form.text(kind(m.kind));
    form.int(m.quantity);
    form.text(place(m.from));
    form.text(place(m.to));
    form.maybe(b't', m.reason.as_deref().map(str::as_bytes));
    form.int(m.effective_at.0);
    form.int(m.recorded_at.0);
    form.field(b'b', m.actor.0.as_bytes());
    form.maybe(b't', m.device.as_deref().map(str::as_bytes));
    form.text(origin(m.origin));
    form.maybe(b't', m.origin_key.as_deref().map(str::as_bytes));
    form.maybe(b't', m.note.as_deref().map(str::as_bytes));
    form.maybe(b'b', m.reverses.map(|id| id.0.into_bytes()).as_ref().map(|id| &id[..]));
    form.maybe(b'b', m.corrects.map(|id| id.0.into_bytes()).as_ref().map(|id| &id[..]));
    form.maybe(b'b', m.order_line.map(|id| id.0.into_bytes()).as_ref().map(|id| &id[..]));
    form.maybe(b'i', m.unit_cost.map(|cost| cost.0.to_be_bytes()).as_ref().map(|n| &n[..]));
    for quantity in quantities(m) {
        form.int(quantity);
    }
    form.field(b'b', &m.fingerprint);
    Sha256::digest(&form.0).into()
}

/// The six columns of the level after a movement.
pub(super) const fn quantities(m: &Movement) -> [i64; 6] {
    let after = &m.after;
    [
        after.available,
        after.committed,
        after.reserved,
        after.damaged,
        after.quality_control,
        after.safety_stock,
    ]
}
