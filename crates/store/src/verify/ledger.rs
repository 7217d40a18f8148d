//! One facility's ledger, recomputed movement by movement.

use std::collections::{BTreeMap, HashMap};

use onhand_domain::{
    FacilityId, Micros, Movement, MovementId, MovementKind, OrderLineId, Place, Quantities, SkuId,
    encode::Hash,
};

use super::{
    Checked, Difference, Findings, What,
    books::Books,
    words::{apart, hex, quantities},
};
use crate::entities::{ledger_heads, levels, order_lines};

/// What the movements say about one SKU so far.
#[derive(Clone, Copy, Default)]
struct Running {
    /// The sum of the movements alone.
    sum: Quantities,
    /// What the last movement's row says. After a wrong row the next one may follow from either;
    /// so one wrong row is one difference, not one for each row after it.
    told: Quantities,
    seq: i64,
    at: Micros,
}

/// What the movements that reversals name look like.
pub(super) type Targets = HashMap<MovementId, Movement>;

/// A facility's ledger so far.
pub(super) struct Ledger {
    facility: FacilityId,
    movements: u64,
    seq: i64,
    /// Unknown after a gap or an unreadable row: then the next row's hash can't be computed.
    hash: Option<Hash>,
    recorded_at: Option<Micros>,
    running: HashMap<SkuId, Running>,
    units: BTreeMap<Place, i128>,
    /// Units promised to order lines; those that have none left are dropped.
    promised: HashMap<OrderLineId, i128>,
    books: Books,
}

impl Ledger {
    /// An empty ledger, and the counts whose books it shall compute.
    pub(super) fn new(facility: FacilityId, books: Books) -> Self {
        Self {
            facility,
            movements: 0,
            seq: 0,
            hash: Some([0; 32]),
            recorded_at: None,
            running: HashMap::new(),
            units: BTreeMap::new(),
            promised: HashMap::new(),
            books,
        }
    }

    /// The facility it is of.
    pub(super) const fn facility(&self) -> FacilityId {
        self.facility
    }

    /// What it adds up to.
    pub(super) fn checked(self) -> Checked {
        Checked {
            facility: self.facility,
            movements: self.movements,
            seq: self.seq,
            hash: self.hash,
            units: self.units,
        }
    }

    /// The next row, whether it could be read or not.
    pub(super) fn take_in(&mut self, entry: &Entry, targets: &Targets, findings: &mut Findings) {
        self.movements += 1;
        let seq = entry.seq();
        if self.seq.checked_add(1) != Some(seq) {
            let expected = format!("number {}", self.seq.saturating_add(1));
            findings.add(self.at(None, seq, What::Sequence, expected, format!("number {seq}")));
            // The row before it is not here: its hash can't be known.
            self.hash = None;
        }
        self.seq = seq;
        let movement = match entry {
            Entry::Read(movement) => movement,
            Entry::Unreadable { what, .. } => {
                let expected = "a row that can be read".to_owned();
                findings.add(self.at(None, seq, What::Row, expected, what.clone()));
                self.hash = None;
                return;
            }
        };
        self.check_chain(movement, findings);
        self.check_times(movement, findings);
        self.check_quantities(movement, findings);
        if let Some(target) = movement.reverses {
            self.check_reversal(movement, targets.get(&target), findings);
        }
        self.promise(movement);
        self.books.take_in(movement, findings);
    }

    fn check_chain(&mut self, movement: &Movement, findings: &mut Findings) {
        if let Some(expected) = self.hash.map(|previous| movement.chain(&previous))
            && expected != movement.hash
        {
            let (expected, found) = (hex(&expected), hex(&movement.hash));
            findings.add(self.about(movement, What::Hash, expected, found));
        }
        self.hash = Some(movement.hash);
    }

    fn check_times(&mut self, movement: &Movement, findings: &mut Findings) {
        let (effective, recorded) = (movement.effective_at.0, movement.recorded_at.0);
        if let Some(before) = self.recorded_at
            && movement.recorded_at <= before
        {
            let expected = format!("recorded after {}", before.0);
            let found = format!("recorded at {recorded}");
            findings.add(self.about(movement, What::RecordedAt, expected, found));
        }
        if effective > recorded {
            let expected = format!("effective at {recorded} or before");
            let found = format!("effective at {effective}");
            findings.add(self.about(movement, What::EffectiveAt, expected, found));
        }
        self.recorded_at = Some(movement.recorded_at);
    }

    fn check_quantities(&mut self, movement: &Movement, findings: &mut Findings) {
        let (quantity, from, to) = (movement.quantity, movement.from, movement.to);
        if quantity <= 0 {
            let (expected, found) = ("at least 1 unit".to_owned(), format!("{quantity} units"));
            findings.add(self.about(movement, What::Quantity, expected, found));
        }
        *self.units.entry(from).or_default() -= i128::from(quantity);
        *self.units.entry(to).or_default() += i128::from(quantity);
        let mut running = self.running.get(&movement.sku).copied().unwrap_or_default();
        let sum = running.sum.after(quantity, from, to);
        let told = running.told.after(quantity, from, to);
        if sum != Ok(movement.after) && told != Ok(movement.after) {
            let (expected, found) = match sum {
                Ok(sum) => apart(&sum, &movement.after),
                Err(error) => (error.to_string(), format!("{quantity} units")),
            };
            findings.add(self.about(movement, What::RunningQuantities, expected, found));
        }
        running.sum = sum.unwrap_or(movement.after);
        running.told = movement.after;
        running.seq = movement.seq;
        running.at = movement.recorded_at;
        self.running.insert(movement.sku, running);
    }

    fn check_reversal(
        &self,
        movement: &Movement,
        target: Option<&Movement>,
        findings: &mut Findings,
    ) {
        let mut differ = |expected: String, found: &str| {
            findings.add(self.about(movement, What::Reversal, expected, found.to_owned()));
        };
        let Some(target) = target else {
            return differ("a movement that it reverses".to_owned(), "none with that id");
        };
        let mirrors = movement.kind == MovementKind::Reversal
            && (target.facility, target.sku) == (movement.facility, movement.sku)
            && (target.from, target.to) == (movement.to, movement.from)
            && target.quantity == movement.quantity
            && target.effective_at == movement.effective_at
            && target.seq < movement.seq;
        if !mirrors {
            differ(format!("the mirror of number {}", target.seq), "something else");
        }
    }

    fn promise(&mut self, movement: &Movement) {
        let Some(line) = movement.order_line else { return };
        let change = match movement.kind {
            MovementKind::Reservation => i128::from(movement.quantity),
            MovementKind::Release | MovementKind::Sale => -i128::from(movement.quantity),
            _ => return,
        };
        let open = self.promised.entry(line).or_default();
        *open += change;
        if *open == 0 {
            self.promised.remove(&line);
        }
    }

    /// Every count has the variance that its book gives.
    pub(super) fn check_books(&self, findings: &mut Findings) {
        self.books.check(self.facility, findings);
    }

    /// The head is the last movement.
    pub(super) fn check_head(&self, head: Option<ledger_heads::Model>, findings: &mut Findings) {
        let mut differ = |expected: String, found: String| {
            findings.add(self.at(None, self.seq, What::Head, expected, found));
        };
        let Some(head) = head else {
            // A facility without a head is one that was never posted to.
            if self.movements > 0 {
                differ(format!("a head at number {}", self.seq), "no head".to_owned());
            }
            return;
        };
        if head.seq != self.seq {
            differ(format!("number {}", self.seq), format!("number {}", head.seq));
        }
        if let Some(hash) = self.hash
            && head.hash != hash
        {
            differ(hex(&hash), hex(&head.hash));
        }
        if let Some(last) = self.recorded_at
            && head.recorded_at < last.0
        {
            let expected = format!("nothing recorded before {}", last.0);
            differ(expected, format!("recorded at {}", head.recorded_at));
        }
    }

    /// A level is the sum of its movements.
    pub(super) fn check_level(&mut self, row: &levels::Model, findings: &mut Findings) {
        let sku = SkuId(row.sku_id);
        let running = self.running.remove(&sku).unwrap_or_default();
        let found = quantities(row);
        if found != running.sum {
            let (expected, found) = apart(&running.sum, &found);
            findings.add(self.level(sku, running.seq, expected, found));
        }
        if (row.seq, row.last_movement_at) != (running.seq, running.at.0) {
            let expected = format!("last moved by number {} at {}", running.seq, running.at.0);
            let found = format!("by number {} at {}", row.seq, row.last_movement_at);
            findings.add(self.level(sku, running.seq, expected, found));
        }
        let counted = self.books.last_counted_at(sku).map(|at| at.0);
        if row.last_counted_at != counted {
            let (expected, found) =
                (format!("last counted at {counted:?}"), format!("at {:?}", row.last_counted_at));
            findings.add(self.level(sku, running.seq, expected, found));
        }
    }

    /// After all levels were seen: SKUs that have movements and no level.
    pub(super) fn check_levels_left(&mut self, findings: &mut Findings) {
        for (sku, running) in std::mem::take(&mut self.running) {
            let expected = format!("a level with {} on hand", running.sum.on_hand());
            findings.add(self.level(sku, running.seq, expected, "no level".to_owned()));
        }
    }

    /// A line has open what was reserved and neither released nor sold.
    pub(super) fn check_order_line(&mut self, row: &order_lines::Model, findings: &mut Findings) {
        let open = self.promised.remove(&OrderLineId(row.id)).unwrap_or_default();
        if i128::from(row.open_quantity) != open {
            findings.add(Difference {
                facility: self.facility,
                sku: Some(SkuId(row.sku_id)),
                seq: None,
                what: What::OrderLine,
                expected: format!("{open} open of line {}", row.id),
                found: format!("{} open", row.open_quantity),
            });
        }
    }

    /// After all lines were seen: units promised to lines that don't exist here.
    pub(super) fn check_order_lines_left(&mut self, findings: &mut Findings) {
        for (line, open) in std::mem::take(&mut self.promised) {
            findings.add(Difference {
                facility: self.facility,
                sku: None,
                seq: None,
                what: What::OrderLine,
                expected: format!("a line {line} with {open} open"),
                found: "no such line here".to_owned(),
            });
        }
    }

    fn level(&self, sku: SkuId, seq: i64, expected: String, found: String) -> Difference {
        self.at(Some(sku), seq, What::Level, expected, found)
    }

    fn about(&self, of: &Movement, what: What, expected: String, found: String) -> Difference {
        self.at(Some(of.sku), of.seq, what, expected, found)
    }

    const fn at(
        &self,
        sku: Option<SkuId>,
        seq: i64,
        what: What,
        expected: String,
        found: String,
    ) -> Difference {
        Difference { facility: self.facility, sku, seq: Some(seq), what, expected, found }
    }
}

/// A row of the ledger.
pub(super) enum Entry {
    /// As the domain knows it.
    Read(Box<Movement>),
    /// Something in it makes no sense.
    Unreadable {
        /// Its number.
        seq: i64,
        /// What makes no sense.
        what: String,
    },
}

impl Entry {
    const fn seq(&self) -> i64 {
        match self {
            Self::Read(movement) => movement.seq,
            Self::Unreadable { seq, .. } => *seq,
        }
    }
}
