//! The ledgers replayed: numbers, chain, times, running quantities, and the rows that cache them.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    AnchorId, CountId, FacilityId, Micros, Movement, MovementId, MovementKind, OrderLineId, Place,
    PrincipalId,
    encode::Hash,
    plan::{outcome::Cause, view::Key},
};

use super::{
    Checked, Fault, Touched,
    asked::{self, Asked},
    at, must, words,
};
use crate::{client::Op, store::Tables, world};

/// Everything that the ledgers say, added up.
#[derive(Default)]
pub(super) struct Books {
    facilities: BTreeMap<FacilityId, End>,
    shelves: BTreeMap<Key, Shelf>,
    pub(super) lines: BTreeMap<OrderLineId, Line>,
    /// Every movement's place in its ledger.
    ids: BTreeMap<MovementId, (FacilityId, usize)>,
    reversed: BTreeMap<MovementId, MovementId>,
    /// Count lines that were taken back.
    undone: BTreeSet<AnchorId>,
    /// Value of the variances of people whose days have a limit.
    spent: BTreeMap<PrincipalId, i64>,
}

/// The end of a facility's ledger.
#[derive(Default)]
struct End {
    movements: usize,
    seq: i64,
    hash: Hash,
    recorded_at: Micros,
    counted_at: Micros,
    /// The last movement that is no late correction.
    cause: Option<MovementId>,
}

/// A SKU at a facility.
#[derive(Default)]
pub(super) struct Shelf {
    /// Units by state, after the last movement.
    pub(super) states: [i64; 6],
    seq: i64,
    recorded_at: Micros,
    /// Good units that came and went, by when; what counts posted is not among them.
    pub(super) events: BTreeMap<Micros, i64>,
    /// Units that order lines here still have promised.
    pub(super) open: i64,
    /// What was posted for each count.
    pub(super) posted: BTreeMap<AnchorId, Posted>,
}

/// What counts posted: units gone to shrink, and units found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Posted {
    pub(super) gone: i64,
    pub(super) found: i64,
}

/// What became of an order line's units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub(super) promised: i64,
    pub(super) released: i64,
    pub(super) sold: i64,
}

impl Shelf {
    /// The good units.
    pub(super) fn good(&self) -> i64 {
        let of = |(place, units): (&Place, i64)| if words::is_good(*place) { units } else { 0 };
        words::STATES.iter().zip(self.states).map(of).sum()
    }

    fn on_hand(&self) -> i64 {
        self.states.iter().sum()
    }
}

impl Books {
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.shelves.keys().copied()
    }

    pub(super) fn shelf(&self, key: Key) -> Option<&Shelf> {
        self.shelves.get(&key)
    }

    /// A facility has a count at this time, which stands or was taken back.
    pub(super) fn counted(&mut self, key: Key, at: Micros, tables: &Tables) -> Checked {
        let end = self.facilities.entry(key.0).or_default();
        end.counted_at = end.counted_at.max(at);
        let Some(anchor) = tables.anchors.get(&key).and_then(|anchors| anchors.get(&at)) else {
            return Ok(());
        };
        if anchor.voided {
            self.undone.insert(anchor.id);
        } else {
            let stood = !self.undone.contains(&anchor.id);
            must!(stood, "{anchor:?} of {key:?} was taken back, and stands again");
        }
        Ok(())
    }

    /// Reads the movements that were not there before.
    pub(super) fn take_new(
        &mut self,
        tables: &Tables,
        asked: &Asked,
        ops: &[Op],
    ) -> Result<Touched, Fault> {
        let mut touched = Touched::default();
        for (facility, ledger) in &tables.ledgers {
            let read = self.facilities.get(facility).map_or(0, |end| end.movements);
            for movement in ledger.iter().skip(read) {
                self.take(*facility, movement, tables)?;
                asked::check_movement(asked, ops, movement, tables)?;
                touched.note((*facility, movement.sku), movement.effective_at);
            }
        }
        Ok(touched)
    }

    fn take(&mut self, facility: FacilityId, m: &Movement, tables: &Tables) -> Checked {
        let end = self.facilities.entry(facility).or_default();
        let here = at(facility, m.seq);
        must!(m.facility == facility, "{here} is another facility's");
        must!(m.seq == end.seq + 1, "{here} comes after {}", end.seq);
        must!(m.hash == words::chained(&end.hash, m), "{here} breaks the chain");
        must!(m.recorded_at > end.recorded_at, "{here} was recorded before the one before it");
        must!(m.effective_at <= m.recorded_at, "{here} was recorded before it happened");
        must!(m.quantity > 0 && m.from != m.to, "{here} moves nothing");
        let (index, cause) = (end.movements, end.cause);
        (end.seq, end.hash, end.recorded_at) = (m.seq, m.hash, m.recorded_at);
        end.movements += 1;
        if m.kind != MovementKind::LateCorrection {
            end.cause = Some(m.id);
        }
        if let Some((other, at)) = self.ids.insert(m.id, (facility, index)) {
            must!(false, "{here} has the id {} of number {} at {other}", m.id, at + 1);
        }
        self.take_links(m, cause, tables)?;
        self.move_units(m, tables)
    }

    /// What the movement says of other rows.
    fn take_links(&mut self, m: &Movement, cause: Option<MovementId>, tables: &Tables) -> Checked {
        let here = at(m.facility, m.seq);
        match (m.kind, m.reverses) {
            (MovementKind::Reversal, Some(target)) => {
                let undone = self.movement(target, tables);
                let Some(t) = undone else {
                    must!(false, "{here} undoes what is not there");
                    return Ok(());
                };
                let back = (m.from, m.to, m.quantity, m.sku) == (t.to, t.from, t.quantity, t.sku);
                must!(back && m.facility == t.facility, "{here} is not the way back of {t:?}");
                must!(m.effective_at == t.effective_at, "{here} undoes at another time");
                must!(
                    !matches!(
                        t.kind,
                        MovementKind::Reversal
                            | MovementKind::LateCorrection
                            | MovementKind::Opening
                            | MovementKind::Reservation
                            | MovementKind::Release
                    ),
                    "{here} undoes what can't be undone: {t:?}"
                );
                let before = self.reversed.insert(target, m.id);
                must!(before.is_none(), "{here} undoes {target} a second time, after {before:?}");
            }
            (MovementKind::Reversal, None) => must!(false, "{here} undoes nothing"),
            (_, reverses) => must!(reverses.is_none(), "{here} undoes something"),
        }
        if m.kind == MovementKind::LateCorrection {
            let cause = cause.and_then(|id| self.movement(id, tables));
            let same = cause.is_some_and(|cause| cause.sku == m.sku);
            must!(same || is_of_undo(m, tables), "{here} corrects, but {cause:?} caused it");
            let Some(anchor) = m.corrects else {
                must!(false, "{here} corrects no count");
                return Ok(());
            };
            // Where a count found no difference, a stranger may have its id, and be undone.
            let first = MovementId(anchor.0);
            let reversed = self.reversed.contains_key(&first)
                && tables.movement(first).is_some_and(|m| m.kind == MovementKind::Count);
            let stands = !reversed && !self.undone.contains(&anchor);
            must!(stands, "{here} corrects the count {anchor}, which was taken back");
        } else {
            must!(m.corrects.is_none(), "{here} corrects a count");
        }
        if let Some(line) = m.order_line {
            let line = self.lines.entry(line).or_default();
            match m.kind {
                MovementKind::Reservation => line.promised += m.quantity,
                MovementKind::Release => line.released += m.quantity,
                MovementKind::Sale => line.sold += m.quantity,
                _ => must!(false, "{here} names an order line"),
            }
        }
        Ok(())
    }

    fn movement<'a>(&self, id: MovementId, tables: &'a Tables) -> Option<&'a Movement> {
        let (facility, at) = self.ids.get(&id)?;
        tables.ledgers.get(facility)?.get(*at)
    }

    /// The units leave one place and arrive at another, and nowhere else.
    fn move_units(&mut self, m: &Movement, tables: &Tables) -> Checked {
        let here = at(m.facility, m.seq);
        let target = m.reverses.and_then(|id| self.movement(id, tables));
        let target = target.filter(|target| target.kind == MovementKind::Count);
        let undone = target.map(|target| AnchorId(target.id.0));
        let stock = self.shelves.entry((m.facility, m.sku)).or_default();
        let (on_hand, available) = (stock.on_hand(), stock.states[0]);
        for (place, units) in [(m.from, -m.quantity), (m.to, m.quantity)] {
            if let Some(state) = words::state(place) {
                stock.states[state] += units;
            }
        }
        let says = words::quantities(m);
        must!(says == stock.states, "{here} says {says:?} and leaves {:?}", stock.states);
        (stock.seq, stock.recorded_at) = (m.seq, m.recorded_at);
        if m.order_line.is_some() {
            stock.open +=
                if m.kind == MovementKind::Reservation { m.quantity } else { -m.quantity };
        }
        let change = words::good_units(m);
        match (m.kind, m.corrects.or(undone)) {
            (MovementKind::Count, _) => stock.post(AnchorId(m.id.0), m),
            (MovementKind::LateCorrection | MovementKind::Reversal, Some(anchor)) => {
                stock.post(anchor, m);
            }
            _ => *stock.events.entry(m.effective_at).or_default() += change,
        }
        let good = stock.good();
        let fell = |was: i64, is: i64| was >= 0 && is < 0;
        let fell_to = [
            (Cause::NegativeOnHand, fell(on_hand, stock.on_hand())),
            (Cause::NegativeAvailable, fell(available, stock.states[0])),
        ];
        if m.kind == MovementKind::Variance {
            must!(change >= 0 || good >= 0, "{here} takes good units below zero, to {good}");
            if world::limits(m.actor, m.facility).is_some_and(|l| l.day_value_max.is_some()) {
                let value = m.unit_cost.map_or(0, |cost| cost.0 * m.quantity);
                *self.spent.entry(m.actor).or_default() += value;
            }
        }
        fell_to
            .into_iter()
            .filter(|(_, fell)| *fell)
            .try_for_each(|(cause, _)| check_trigger(m, cause, tables))
    }
}

/// Whether it belongs to the taking back of a count line, which itself is no movement where the
/// line had found no difference at first.
fn is_of_undo(m: &Movement, tables: &Tables) -> bool {
    let anchors = tables.anchors.get(&(m.facility, m.sku));
    let mut undone = anchors.into_iter().flatten().filter(|(_, anchor)| anchor.voided);
    undone.any(|(_, anchor)| anchor.fingerprint == m.fingerprint)
}

/// A fact that takes the record below zero wants a count: the record is wrong, not the fact.
fn check_trigger(m: &Movement, cause: Cause, tables: &Tables) -> Checked {
    let is_fact = !matches!(
        m.kind,
        MovementKind::Variance
            | MovementKind::Count
            | MovementKind::LateCorrection
            | MovementKind::Reversal
    );
    let wanted = tables.triggers.contains(&((m.facility, m.sku), cause));
    must!(wanted || !is_fact, "{m:?}: {cause:?}, and nobody is told to count");
    Ok(())
}

impl Shelf {
    fn post(&mut self, anchor: AnchorId, m: &Movement) {
        let posted = self.posted.entry(anchor).or_default();
        match (m.from, m.to) {
            (Place::Available, Place::Shrink) => posted.gone += m.quantity,
            (Place::Shrink, Place::Available) => posted.gone -= m.quantity,
            (Place::Found, Place::Available) => posted.found += m.quantity,
            (Place::Available, Place::Found) => posted.found -= m.quantity,
            // Between other places: seen as a count that does not add up.
            _ => posted.gone += i64::MAX / 2,
        }
    }
}

/// The level's row is what its movements add up to.
pub(super) fn check_level(key: Key, tables: &Tables, books: &Books) -> Checked {
    let none = Shelf::default();
    let shelf = books.shelf(key).unwrap_or(&none);
    let row = tables.levels.get(&key);
    let q = row.map(|row| row.quantities).unwrap_or_default();
    let says = [q.available, q.committed, q.reserved, q.damaged, q.quality_control, q.safety_stock];
    must!(
        says == shelf.states,
        "the level of {key:?} is {says:?}, its movements {:?}",
        shelf.states
    );
    let Some(row) = row else { return Ok(()) };
    let last = (row.seq, row.at) == (shelf.seq, shelf.recorded_at);
    must!(last, "the level of {key:?} names {} as its last movement, not {}", row.seq, shelf.seq);
    let counted = tables.anchors.get(&key).and_then(|anchors| anchors.keys().next_back().copied());
    must!(row.counted_at == counted, "the level of {key:?} was counted at {:?}", row.counted_at);
    Ok(())
}

/// The heads' rows are the ends of the ledgers.
pub(super) fn check_heads(tables: &Tables, books: &Books) -> Checked {
    let none = End::default();
    for (facility, head) in &tables.heads {
        let end = books.facilities.get(facility).unwrap_or(&none);
        let same = (head.seq, head.hash) == (end.seq, end.hash);
        must!(same, "the head of {facility} is {}, its ledger ends with {}", head.seq, end.seq);
        let latest = end.recorded_at.max(end.counted_at);
        must!(head.recorded_at == latest, "the head of {facility} has not the latest time");
    }
    for facility in tables.ledgers.keys() {
        must!(tables.heads.contains_key(facility), "the ledger of {facility} has no head");
    }
    Ok(())
}

/// What people used of their days is the value of their variances, and within their limit.
pub(super) fn check_usage(tables: &Tables, books: &Books) -> Checked {
    let mut used: BTreeMap<PrincipalId, i64> = BTreeMap::new();
    for ((who, day), value) in &tables.usage {
        *used.entry(*who).or_default() += value.0;
        let max = world::day_value_max(*who);
        let within = max.is_none_or(|max| *value <= max);
        must!(within, "{who} posted {value} on {day}, and may post {max:?}");
    }
    for (who, spent) in &books.spent {
        let used = used.get(who).copied().unwrap_or_default();
        must!(used == *spent, "{who} posted variances worth {spent}, and used {used} of all days");
    }
    Ok(())
}

/// Each variance, undo and decision stands in the audit once.
pub(super) fn check_audit(tables: &Tables, books: &Books) -> Checked {
    let mut seen = BTreeSet::new();
    for row in &tables.audit {
        let first = seen.insert((row.action, row.subject));
        // Several documents may begin with the same line; a work order is closed once.
        let closing = tables.counts.contains_key(&CountId(row.subject));
        let may_repeat = match row.action {
            "movement.record" | "count.undo" | "order.follow" => true,
            "count.apply" => !closing,
            _ => false,
        };
        must!(first || may_repeat, "{} of {} stands twice in the audit", row.action, row.subject);
    }
    for movement in books.ids.keys().filter_map(|id| books.movement(*id, tables)) {
        let subject = movement.id.0;
        let told = match (movement.kind, movement.reverses) {
            (MovementKind::Variance, _) => {
                seen.contains(&("variance.post", subject))
                    || seen.contains(&("variance.approve", subject))
            }
            (MovementKind::Reversal, Some(target)) => {
                let count = tables.movement(target).is_some_and(|t| t.kind == MovementKind::Count);
                count || seen.contains(&("movement.reverse", target.0))
            }
            _ => true,
        };
        must!(told, "{} is not in the audit", at(movement.facility, movement.seq));
    }
    for (id, order) in &tables.counts {
        let closed = order.closed_by.is_some();
        let told = seen.contains(&("count.apply", id.0));
        must!(closed == told, "{order:?} is closed: {closed}, in the audit: {told}");
    }
    Ok(())
}
